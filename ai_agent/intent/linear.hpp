// One linear classifier for each intent against all others, trained together: the same support
// vector machines (L2 loss, L2 regularisation, regularised bias) that liblinear's dual coordinate
// descent finds one by one. Going through the examples once for all classes turns its sparse steps
// into vector code over classes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "ai_agent/intent/vocabulary.hpp"

namespace wk::ai {

struct LinearProblem {
  const SparseRows* sparse = nullptr;  // null: no sparse part
  std::size_t sparse_dimensions = 0;
  std::span<const float> dense;  // rows one behind the other; empty: no dense part
  std::size_t dense_dimensions = 0;
  std::span<const std::uint32_t> rows;    // which rows take part
  std::span<const std::uint32_t> labels;  // by row; `classes` or more: of none of them
  std::size_t classes = 0;
};

struct LinearOptions {
  float cost = 1;
  int epochs_max = 30;
  float tolerance = 0.01f;  // largest change of a dual variable in an epoch at which it is done
  std::uint64_t seed = 1;
};

// Weights feature-major: a row of `stride` floats for each feature, one a class; what is beyond
// `classes` is zero.
struct LinearWeights {
  std::size_t classes = 0;
  std::size_t stride = 0;
  std::vector<float> sparse;
  std::vector<float> dense;
  std::vector<float> bias;

  // Replaces `scores` (stride of them). Empty `dense_row`: without that part.
  void score(std::span<const Feature> row, std::span<const float> dense_row, float* scores) const;
};

std::size_t class_stride(std::size_t classes);

// Stopped: what it has by then.
LinearWeights train_linear(const LinearProblem& problem, const LinearOptions& options,
                           const std::stop_token& stop);

}  // namespace wk::ai
