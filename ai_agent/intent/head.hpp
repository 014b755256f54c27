// Linear weights as the model keeps them: one byte each, one scale for each intent.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ai_agent/intent/linear.hpp"

namespace wk::ai {

// Immutable once made. Weights feature-major like LinearWeights, so that a message reads one row
// for each of its features.
struct QuantisedHead {
  std::uint32_t classes = 0;
  std::uint32_t stride = 0;
  std::vector<std::int8_t> sparse;
  std::vector<std::int8_t> dense;
  std::vector<float> sparse_scale;  // stride of them, like the next two
  std::vector<float> dense_scale;
  std::vector<float> bias;

  bool empty() const { return classes == 0; }
  // Replaces scores[0 .. stride). `sums` is scratch of that size.
  void score(std::span<const Feature> row, std::span<const float> dense_row,
             std::vector<float>& sums, std::vector<float>& scores) const;
};

QuantisedHead quantise(const LinearWeights& weights);

}  // namespace wk::ai
