#include "ai_agent/intent/low_rank.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace wk::ai {
namespace {

// Six examples of three classes, and one of none. Feature 3 is in all of them; a dense part of two
// dimensions tells the first class from the others.
struct Toy {
  SparseRows rows;
  std::vector<float> dense;
  std::vector<std::uint32_t> which;
  std::vector<std::uint32_t> labels;

  Toy() {
    for (std::uint32_t i = 0; i < 7; ++i) {
      const std::uint32_t label = i % 3;
      rows.features.push_back({label, 1});
      rows.features.push_back({3, 0.5f});
      rows.ends.push_back(rows.features.size());
      dense.insert(dense.end(), {label == 0 ? 1.0f : -1.0f, 0.1f});
      which.push_back(i);
      labels.push_back(i < 6 ? label : 0xFFFF'FFFF);
    }
  }
  LinearProblem problem(bool with_dense) const {
    LinearProblem out{.sparse = &rows,
                      .sparse_dimensions = 4,
                      .dense = {},
                      .dense_dimensions = 0,
                      .rows = which,
                      .labels = labels,
                      .classes = 3};
    if (with_dense) {
      out.dense = dense;
      out.dense_dimensions = 2;
    }
    return out;
  }
};

TEST(LowRank, LearnsWhatTellsClassesApart) {
  const Toy toy;
  for (const bool dense : {false, true}) {
    const LinearWeights weights = train_low_rank(toy.problem(dense), {.epochs = 200}, {});
    ASSERT_EQ(weights.sparse.size(), 4 * weights.stride);
    ASSERT_EQ(weights.dense.size(), dense ? 2 * weights.stride : 0);
    std::vector<float> scores(weights.stride);
    for (std::size_t i = 0; i < 6; ++i) {
      const auto row = std::span(toy.dense).subspan(2 * i, dense ? 2 : 0);
      weights.score(toy.rows[i], row, scores.data());
      EXPECT_EQ(std::max_element(scores.begin(), scores.begin() + 3) - scores.begin(),
                static_cast<std::ptrdiff_t>(i % 3));
    }
  }
}

TEST(LowRank, NoFeatureFavoursAllAndNothingIsBeyondTheClasses) {
  const LinearWeights weights = train_low_rank(Toy().problem(true), {}, {});
  for (const auto* part : {&weights.sparse, &weights.dense}) {
    for (std::size_t at = 0; at < part->size(); at += weights.stride) {
      EXPECT_NEAR((*part)[at] + (*part)[at + 1] + (*part)[at + 2], 0, 1e-4);
      for (std::size_t c = 3; c < weights.stride; ++c) EXPECT_EQ((*part)[at + c], 0);
    }
  }
  for (std::size_t c = 3; c < weights.stride; ++c) EXPECT_EQ(weights.bias[c], 0);
}

TEST(LowRank, TheSameSeedGivesTheSameWeights) {
  const Toy toy;
  const LinearWeights a = train_low_rank(toy.problem(true), {.seed = 3}, {});
  const LinearWeights b = train_low_rank(toy.problem(true), {.seed = 3}, {});
  const LinearWeights c = train_low_rank(toy.problem(true), {.seed = 4}, {});
  EXPECT_EQ(a.sparse, b.sparse);
  EXPECT_EQ(a.dense, b.dense);
  EXPECT_NE(a.sparse, c.sparse);
}

TEST(LowRank, ExamplesOfNoIntentAndAStopAreNoFault) {
  Toy toy;
  std::fill(toy.labels.begin(), toy.labels.end(), 0xFFFF'FFFF);
  const LinearWeights none = train_low_rank(toy.problem(true), {}, {});
  EXPECT_EQ(none.bias, std::vector<float>(none.stride, 0));
  std::stop_source source;
  source.request_stop();
  const LinearWeights stopped = train_low_rank(Toy().problem(true), {}, source.get_token());
  EXPECT_EQ(stopped.sparse, std::vector<float>(4 * stopped.stride, 0));
}

}  // namespace
}  // namespace wk::ai
