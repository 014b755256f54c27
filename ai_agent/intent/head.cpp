#include "ai_agent/intent/head.hpp"

#include <algorithm>
#include <cmath>

#include "ai_agent/math/kernels.hpp"

namespace wk::ai {
namespace {

void quantise_columns(const std::vector<float>& in, std::size_t stride,
                      std::vector<std::int8_t>& out, std::vector<float>& scale) {
  scale.assign(stride, 0);
  for (std::size_t i = 0; i < in.size(); ++i)
    scale[i % stride] = std::max(scale[i % stride], std::abs(in[i]) / 127);
  out.resize(in.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    const float s = scale[i % stride];
    out[i] = s > 0 ? static_cast<std::int8_t>(std::lrintf(in[i] / s)) : std::int8_t{0};
  }
}

}  // namespace

QuantisedHead quantise(const LinearWeights& weights) {
  QuantisedHead out;
  out.classes = static_cast<std::uint32_t>(weights.classes);
  out.stride = static_cast<std::uint32_t>(weights.stride);
  quantise_columns(weights.sparse, weights.stride, out.sparse, out.sparse_scale);
  quantise_columns(weights.dense, weights.stride, out.dense, out.dense_scale);
  out.bias = weights.bias;
  return out;
}

void QuantisedHead::score(std::span<const Feature> row, std::span<const float> dense_row,
                          std::vector<float>& sums, std::vector<float>& scores) const {
  sums.assign(stride, 0);
  scores.resize(stride);
  for (const Feature& f : row)
    axpy_i8(f.value, sparse.data() + std::size_t{f.index} * stride, sums.data(), stride);
  for (std::size_t c = 0; c < stride; ++c) scores[c] = sums[c] * sparse_scale[c] + bias[c];
  if (dense_row.empty() || dense.empty()) return;
  std::fill(sums.begin(), sums.end(), 0.0f);
  for (std::size_t d = 0; d < dense_row.size(); ++d)
    axpy_i8(dense_row[d], dense.data() + d * stride, sums.data(), stride);
  for (std::size_t c = 0; c < stride; ++c) scores[c] += sums[c] * dense_scale[c];
}

}  // namespace wk::ai
