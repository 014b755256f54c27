// A matrix of int8 weights that multiplies rows of floats: each row is brought to int8 on the way
// in (the middle of its range becomes 0, its ends +-127: what comes out of a rectifier is positive
// alone and would waste half the steps), the sums are exact in int32, and what comes out is float
// again.
//
// Weights lie packed so that one vector holds four inputs of each of 16 outputs: a step multiplies
// them by four inputs of a row, and no sum ever runs across a vector. They are stored with 128
// added because the processor multiplies unsigned by signed bytes; 128 times the row's sum is taken
// off at the end. Immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace wk::ai {

class Int8Matrix {
 public:
  Int8Matrix() = default;
  // `weights`: `scales.size()` of them for each input, one input behind the other. Requires: inputs
  // % 4 == 0, outputs % 32 == 0.
  Int8Matrix(std::span<const std::int8_t> weights, std::vector<float> scales,
             std::vector<float> bias);

  std::size_t inputs() const { return inputs_; }
  std::size_t outputs() const { return scales_.size(); }

  struct Scratch {
    std::vector<std::int8_t> rows;
    std::vector<float> scales;
    std::vector<float> middles;
    std::vector<std::int32_t> sums;
  };
  // out (rows x outputs) = x (rows x inputs) times this, plus bias.
  void multiply(const float* x, std::size_t rows, float* out, Scratch& scratch) const;

 private:
  std::size_t inputs_ = 0;
  std::vector<std::uint8_t> weights_;
  std::vector<float> scales_;
  std::vector<float> bias_;
  std::vector<float>
      weight_sums_;  // of each output, scaled: what the middle of a row is multiplied by
};

}  // namespace wk::ai
