#include "ai_agent/math/kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace wk::ai {
namespace {

// Lengths around the widths of vector registers.
constexpr std::size_t kLengths[] = {0,  1,  3,  7,  8,   15,  16,  17,  31,
                                    33, 63, 64, 65, 150, 511, 512, 1000};

std::vector<float> floats(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> some(-1, 1);
  std::vector<float> out(n);
  for (float& x : out) x = some(random);
  return out;
}

std::vector<std::int8_t> bytes(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> some(-128, 127);
  std::vector<std::int8_t> out(n);
  for (auto& x : out) x = static_cast<std::int8_t>(some(random));
  return out;
}

TEST(Kernels, DotIsTheSumOfProducts) {
  for (const std::size_t n : kLengths) {
    const auto a = floats(n, 1);
    const auto b = floats(n, 2);
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += double(a[i]) * double(b[i]);
    EXPECT_NEAR(dot(a.data(), b.data(), n), sum, 1e-4) << n;
  }
}

TEST(Kernels, AxpyAddsAMultiple) {
  for (const std::size_t n : kLengths) {
    const auto x = floats(n, 3);
    auto y = floats(n, 4);
    const auto before = y;
    axpy(0.5f, x.data(), y.data(), n);
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(y[i], before[i] + 0.5f * x[i], 1e-6);
  }
}

TEST(Kernels, AxpyOfBytesAddsAMultiple) {
  for (const std::size_t n : kLengths) {
    const auto x = bytes(n, 5);
    auto y = floats(n, 6);
    const auto before = y;
    axpy_i8(0.25f, x.data(), y.data(), n);
    for (std::size_t i = 0; i < n; ++i)
      EXPECT_NEAR(y[i], before[i] + 0.25f * static_cast<float>(x[i]), 1e-4);
  }
}

TEST(Kernels, DotOfBytesIsExact) {
  for (const std::size_t n : kLengths) {
    const auto a = bytes(n, 7);
    const auto b = bytes(n, 8);
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += int(a[i]) * int(b[i]);
    EXPECT_EQ(dot_i8(a.data(), b.data(), n), sum) << n;
  }
  const std::vector<std::int8_t> lowest(65'536, -128);
  EXPECT_EQ(dot_i8(lowest.data(), lowest.data(), lowest.size()), 1 << 30);
}

TEST(Kernels, NormaliseLeavesAUnitVectorOrZero) {
  auto x = floats(100, 9);
  EXPECT_GT(normalise_l2(x.data(), x.size()), 1);
  EXPECT_NEAR(dot(x.data(), x.data(), x.size()), 1, 1e-5);
  std::vector<float> zero(8, 0);
  EXPECT_EQ(normalise_l2(zero.data(), zero.size()), 0);
  EXPECT_EQ(zero, std::vector<float>(8, 0));
}

TEST(Kernels, QuantisingKeepsWithinHalfAStep) {
  const auto x = floats(100, 10);
  std::vector<std::int8_t> q(x.size());
  const float scale = quantise_i8(x.data(), q.data(), x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    EXPECT_NEAR(static_cast<float>(q[i]) * scale, x[i], scale * 0.501f);
  const float zero = 0;
  EXPECT_EQ(quantise_i8(&zero, q.data(), 1), 0);
  EXPECT_EQ(q[0], 0);
}

}  // namespace
}  // namespace wk::ai
