#include "ai_agent/sentence/matrix.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace wk::ai {
namespace {

struct Case {
  std::vector<std::int8_t> weights;
  std::vector<float> scales;
  std::vector<float> bias;
  std::vector<float> x;
};

Case make(std::size_t inputs, std::size_t outputs, std::size_t rows, float shift) {
  std::mt19937 random(static_cast<unsigned>(inputs + outputs + rows));
  std::uniform_int_distribution<int> byte(-127, 127);
  std::normal_distribution<float> some;
  Case out;
  for (std::size_t i = 0; i < inputs * outputs; ++i)
    out.weights.push_back(static_cast<std::int8_t>(byte(random)));
  for (std::size_t o = 0; o < outputs; ++o) {
    out.scales.push_back(0.01f + 0.001f * static_cast<float>(o % 7));
    out.bias.push_back(some(random));
  }
  for (std::size_t i = 0; i < rows * inputs; ++i) out.x.push_back(some(random) + shift);
  return out;
}

// Each number of rows takes another way through the tiles of 8, 4, 2 and 1.
TEST(Int8Matrix, MultipliesLikeFloatsToTheStepOfAByte) {
  for (const std::size_t rows : {1u, 2u, 3u, 4u, 5u, 7u, 8u, 9u, 16u, 23u}) {
    for (const float shift : {0.0f, 5.0f}) {
      const Case c = make(64, 96, rows, shift);
      const Int8Matrix matrix(c.weights, c.scales, c.bias);
      std::vector<float> out(rows * 96);
      Int8Matrix::Scratch scratch;
      matrix.multiply(c.x.data(), rows, out.data(), scratch);
      for (std::size_t r = 0; r < rows; ++r) {
        double error = 0;
        double size = 0;
        for (std::size_t o = 0; o < 96; ++o) {
          double exact = double(c.bias[o]);
          for (std::size_t k = 0; k < 64; ++k)
            exact += double(c.x[r * 64 + k]) * c.weights[k * 96 + o] * double(c.scales[o]);
          error += (exact - double(out[r * 96 + o])) * (exact - double(out[r * 96 + o]));
          size += exact * exact;
        }
        EXPECT_LT(std::sqrt(error / size), 0.01) << rows << " rows, row " << r;
      }
    }
  }
}

TEST(Int8Matrix, ARowOfOneValueIsExact) {
  const Case c = make(32, 32, 1, 0);
  const Int8Matrix matrix(c.weights, c.scales, c.bias);
  const std::vector<float> x(32, 3.5f);
  std::vector<float> out(32);
  Int8Matrix::Scratch scratch;
  matrix.multiply(x.data(), 1, out.data(), scratch);
  for (std::size_t o = 0; o < 32; ++o) {
    int sum = 0;
    for (std::size_t k = 0; k < 32; ++k) sum += c.weights[k * 32 + o];
    EXPECT_NEAR(out[o], 3.5f * static_cast<float>(sum) * c.scales[o] + c.bias[o], 1e-3);
  }
}

}  // namespace
}  // namespace wk::ai
