#include "ai_agent/intent/low_rank.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "ai_agent/math/kernels.hpp"

namespace wk::ai {
namespace {

// Uniform in -bound .. bound; not the library's distribution, which is its own business: a seed
// should mean one model.
float uniform(std::mt19937_64& random, float bound) {
  return bound * (2 * static_cast<float>(random() >> 40) / static_cast<float>(1 << 24) - 1);
}

// scores -> probabilities.
void softmax(std::span<float> scores) {
  const float largest = *std::max_element(scores.begin(), scores.end());
  float sum = 0;
  for (float& s : scores) sum += s = std::exp(s - largest);
  for (float& s : scores) s /= sum;
}

// out[feature] = points[feature] x directions, less its mean over the classes, which moves no
// class before another.
void multiply(const std::vector<float>& points, const std::vector<float>& directions,
              std::size_t width, const LinearWeights& shape, std::vector<float>& out) {
  const std::size_t features = points.size() / width;
  out.assign(features * shape.stride, 0);
  for (std::size_t f = 0; f < features; ++f) {
    float* const row = out.data() + f * shape.stride;
    for (std::size_t j = 0; j < width; ++j)
      axpy(points[f * width + j], directions.data() + j * shape.stride, row, shape.stride);
    float sum = 0;
    for (std::size_t c = 0; c < shape.classes; ++c) sum += row[c];
    for (std::size_t c = 0; c < shape.classes; ++c)
      row[c] -= sum / static_cast<float>(shape.classes);
  }
}

}  // namespace

LinearWeights train_low_rank(const LinearProblem& problem, const LowRankOptions& options,
                             const std::stop_token& stop) {
  LinearWeights out;
  out.classes = problem.classes;
  out.stride = class_stride(problem.classes);
  out.bias.assign(out.stride, 0);
  const std::size_t stride = out.stride;
  const std::size_t width = std::min(options.width_max, stride);

  std::mt19937_64 random(options.seed);
  const auto begin = [&](std::size_t features) {
    std::vector<float> points(features * width);
    for (float& x : points) x = uniform(random, 1 / static_cast<float>(width));
    return points;
  };
  std::vector<float> sparse = begin(problem.sparse_dimensions);
  std::vector<float> dense = begin(problem.dense_dimensions);
  std::vector<float> directions(width * stride, 0);  // a row of classes for each dimension

  std::vector<std::uint32_t> order;
  for (const std::uint32_t i : problem.rows) {
    if (problem.labels[i] < problem.classes) order.push_back(i);
  }
  const float steps = static_cast<float>(order.size()) * static_cast<float>(options.epochs);
  float done = 0;
  std::vector<float> point(width);
  std::vector<float> point_step(width);
  std::vector<float> class_step(stride);
  for (int epoch = 0; epoch < options.epochs && !stop.stop_requested(); ++epoch) {
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
    for (const std::uint32_t i : order) {
      const float rate = options.rate * (1 - done++ / steps);
      const auto features =
          problem.sparse != nullptr ? (*problem.sparse)[i] : std::span<const Feature>{};
      const float* const vector = problem.dense.data() + i * problem.dense_dimensions;
      std::fill(point.begin(), point.end(), 0.0f);
      for (const Feature& f : features)
        axpy(f.value, sparse.data() + f.index * width, point.data(), width);
      for (std::size_t d = 0; d < problem.dense_dimensions; ++d)
        axpy(vector[d], dense.data() + d * width, point.data(), width);

      class_step = out.bias;
      for (std::size_t j = 0; j < width; ++j)
        axpy(point[j], directions.data() + j * stride, class_step.data(), stride);
      softmax(std::span(class_step).first(problem.classes));
      for (float& s : class_step) s *= -rate;  // beyond the classes it is 0
      class_step[problem.labels[i]] += rate;

      for (std::size_t j = 0; j < width; ++j) {
        float* const row = directions.data() + j * stride;
        point_step[j] = dot(row, class_step.data(), stride);
        axpy(point[j], class_step.data(), row, stride);
      }
      axpy(1, class_step.data(), out.bias.data(), stride);
      for (const Feature& f : features)
        axpy(f.value, point_step.data(), sparse.data() + f.index * width, width);
      for (std::size_t d = 0; d < problem.dense_dimensions; ++d)
        axpy(vector[d], point_step.data(), dense.data() + d * width, width);
    }
  }
  multiply(sparse, directions, width, out, out.sparse);
  multiply(dense, directions, width, out, out.dense);
  return out;
}

}  // namespace wk::ai
