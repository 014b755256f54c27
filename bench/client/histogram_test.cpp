#include "bench/client/histogram.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

namespace wk::bench {
namespace {

TEST(Histogram, IsEmptyAtFirst) {
  const auto histogram = std::make_unique<Histogram>();
  EXPECT_EQ(histogram->count(), 0u);
  EXPECT_EQ(histogram->percentile(0.99), 0u);
  EXPECT_EQ(histogram->mean(), 0);
}

TEST(Histogram, KeepsSmallValuesExactly) {
  const auto histogram = std::make_unique<Histogram>();
  for (std::uint64_t value = 0; value < 128; ++value) histogram->record(value);
  EXPECT_EQ(histogram->percentile(0.5), 63u);
  EXPECT_EQ(histogram->percentile(1), 127u);
  EXPECT_DOUBLE_EQ(histogram->mean(), 63.5);
}

TEST(Histogram, IsAtMostOneBucketAboveAnyValue) {
  for (std::uint64_t value = 1; value < Histogram::kValueMax / 3; value = value * 3 + 1) {
    const auto histogram = std::make_unique<Histogram>();
    histogram->record(value);
    EXPECT_GE(histogram->percentile(1), value);
    EXPECT_LE(static_cast<double>(histogram->percentile(1)), static_cast<double>(value) * (1 + 1.0 / 128));
  }
}

TEST(Histogram, PutsNeighboursAcrossADoublingInDifferentBuckets) {
  for (const std::uint64_t edge : {128ull, 256ull, 1ull << 20, 1ull << 39}) {
    const auto histogram = std::make_unique<Histogram>();
    histogram->record(edge - 1);
    histogram->record(edge);
    EXPECT_EQ(histogram->percentile(0.5), edge - 1);
    EXPECT_GE(histogram->percentile(1), edge);
  }
}

TEST(Histogram, AnswersPercentilesOfAUniformSpread) {
  const auto histogram = std::make_unique<Histogram>();
  for (std::uint64_t value = 1; value <= 100'000; ++value) histogram->record(value * 1'000);
  for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    EXPECT_NEAR(static_cast<double>(histogram->percentile(share)), share * 1e8, share * 1e8 / 100);
  }
}

TEST(Histogram, CountsWhatIsTooLongAsTheLongest) {
  const auto histogram = std::make_unique<Histogram>();
  histogram->record(~0ull);
  EXPECT_EQ(histogram->percentile(1), Histogram::kValueMax);
}

TEST(Histogram, AddsAnotherUp) {
  const auto one = std::make_unique<Histogram>();
  const auto two = std::make_unique<Histogram>();
  one->record(10);
  two->record(20);
  two->record(30);
  one->add(*two);
  EXPECT_EQ(one->count(), 3u);
  EXPECT_EQ(one->percentile(1), 30u);
}

}  // namespace
}  // namespace wk::bench
