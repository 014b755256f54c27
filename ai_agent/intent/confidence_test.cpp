#include "ai_agent/intent/confidence.hpp"

#include <gtest/gtest.h>

#include <random>

namespace wk::ai {
namespace {

// Right ones score high, wrong ones low, with an overlap.
std::vector<ConfidenceExample> drawn(std::size_t count, float right_share, float gap) {
  std::mt19937 random(3);
  std::normal_distribution<float> noise;
  std::vector<ConfidenceExample> out;
  for (std::size_t i = 0; i < count; ++i) {
    const bool right = static_cast<float>(random() % 1000) < right_share * 1000;
    Signals s{};
    for (float& x : s) x = (right ? gap : -gap) + 0.5f * noise(random);
    out.push_back({s, right, 1});
  }
  return out;
}

float mean(const ConfidenceModel& model, const std::vector<ConfidenceExample>& examples) {
  float sum = 0;
  for (const auto& e : examples) sum += model.probability(e.signals);
  return sum / static_cast<float>(examples.size());
}

TEST(Confidence, IsAsSureAsItIsOftenRight) {
  // Also where few are wrong, and where scores lie far from those that learning begins at.
  for (const float right_share : {0.3f, 0.9f, 0.98f}) {
    for (const float gap : {0.1f, 0.5f, 3.0f}) {
      const auto examples = drawn(10'000, right_share, gap);
      EXPECT_NEAR(mean(train_confidence(examples, false), examples), right_share, 0.02f)
          << right_share << " " << gap;
      EXPECT_NEAR(mean(train_confidence(examples, true), examples), right_share, 0.02f)
          << right_share << " " << gap;
    }
  }
}

TEST(Confidence, WithoutWrongOnesItStaysWhereItBegins) {
  const auto examples = drawn(500, 1.0f, 0.5f);
  EXPECT_EQ(train_confidence(examples, true).weights, train_confidence({}, true).weights);
}

}  // namespace
}  // namespace wk::ai
