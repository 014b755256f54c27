#include "ai_agent/intent/linear.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "ai_agent/math/kernels.hpp"

namespace wk::ai {
namespace {

// An example whose dual variables did not move for this many visits is looked at every fourth epoch
// only.
constexpr std::uint8_t kQuietVisits = 2;
constexpr int kQuietEpochs = 4;
// Smaller steps are not worth writing the weights of all its features.
constexpr float kStepMin = 1e-4f;

}  // namespace

std::size_t class_stride(std::size_t classes) { return (classes + 15) / 16 * 16; }

void LinearWeights::score(std::span<const Feature> row, std::span<const float> dense_row,
                          float* scores) const {
  std::copy(bias.begin(), bias.end(), scores);
  for (const Feature& f : row) axpy(f.value, sparse.data() + f.index * stride, scores, stride);
  for (std::size_t d = 0; d < dense_row.size(); ++d)
    axpy(dense_row[d], dense.data() + d * stride, scores, stride);
}

LinearWeights train_linear(const LinearProblem& problem, const LinearOptions& options,
                           const std::stop_token& stop) {
  LinearWeights out;
  out.classes = problem.classes;
  out.stride = class_stride(problem.classes);
  const std::size_t stride = out.stride;
  out.sparse.assign(problem.sparse_dimensions * stride, 0);
  out.dense.assign(problem.dense_dimensions * stride, 0);
  out.bias.assign(stride, 0);

  const std::size_t count = problem.rows.size();
  const float diagonal = 0.5f / options.cost;
  std::vector<float> duals(count * stride, 0);
  std::vector<float> inverse(count);
  const auto sparse_row = [&](std::size_t i) {
    return problem.sparse != nullptr ? (*problem.sparse)[problem.rows[i]]
                                     : std::span<const Feature>{};
  };
  const auto dense_row = [&](std::size_t i) {
    return problem.dense.empty() ? std::span<const float>{}
                                 : problem.dense.subspan(problem.rows[i] * problem.dense_dimensions,
                                                         problem.dense_dimensions);
  };
  for (std::size_t i = 0; i < count; ++i) {
    float square = 1 + diagonal;
    for (const Feature& f : sparse_row(i)) square += f.value * f.value;
    for (const float x : dense_row(i)) square += x * x;
    inverse[i] = 1 / square;
  }

  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::vector<std::uint8_t> quiet(count, 0);
  std::vector<float> scores(stride);
  std::vector<float> steps(stride);
  std::mt19937_64 random(options.seed);
  for (int epoch = 0; epoch < options.epochs_max && !stop.stop_requested(); ++epoch) {
    // Not std::shuffle: its use of the generator is the library's own business, and a seed should
    // mean one model.
    for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random() % i]);
    float largest = 0;
    for (const std::uint32_t i : order) {
      if (quiet[i] >= kQuietVisits && (i + static_cast<std::uint32_t>(epoch)) % kQuietEpochs != 0)
        continue;
      const auto sparse = sparse_row(i);
      const auto dense = dense_row(i);
      out.score(sparse, dense, scores.data());
      const std::size_t label = problem.labels[problem.rows[i]];
      float* const dual = duals.data() + i * stride;
      const bool positive = label < problem.classes;
      const float own_dual = positive ? dual[label] : 0;
      svm_step({.diagonal = diagonal, .inverse = inverse[i]}, scores.data(), dual, steps.data(),
               stride);
      // The example's own class is the one where it counts as positive.
      if (positive) {
        const float gradient = scores[label] - 1 + own_dual * diagonal;
        dual[label] = std::max(own_dual - gradient * inverse[i], 0.0f);
        steps[label] = dual[label] - own_dual;
      }
      std::fill(steps.begin() + static_cast<std::ptrdiff_t>(problem.classes), steps.end(), 0.0f);
      float step = 0;
      for (const float s : steps) step = std::max(step, std::abs(s));
      largest = std::max(largest, step);
      if (step < kStepMin) {
        quiet[i] = static_cast<std::uint8_t>(std::min<int>(quiet[i] + 1, kQuietVisits));
        // Written nowhere: the dual must not move without the weights.
        for (std::size_t c = 0; c < problem.classes; ++c)
          dual[c] += c == label ? -steps[c] : steps[c];
        continue;
      }
      quiet[i] = 0;
      for (const Feature& f : sparse)
        axpy(f.value, steps.data(), out.sparse.data() + f.index * stride, stride);
      for (std::size_t d = 0; d < dense.size(); ++d)
        axpy(dense[d], steps.data(), out.dense.data() + d * stride, stride);
      axpy(1, steps.data(), out.bias.data(), stride);
    }
    if (largest < options.tolerance) break;
  }
  return out;
}

}  // namespace wk::ai
