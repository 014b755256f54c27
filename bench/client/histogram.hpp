// Latencies, counted: log-linear buckets as HdrHistogram has them (128 to each doubling, so at most 0.8 % off), in nanoseconds.
//
// A plain array without pointers, so that a worker process can keep one in memory it shares with its parent. One writer.
// Limit: what is longer than kValueMax counts as kValueMax.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace wk::bench {

class Histogram {
 public:
  static constexpr std::uint64_t kValueMax = (1ull << 40) - 1;  // 18 minutes

  void record(std::uint64_t nanoseconds) { ++counts_[bucket_of(nanoseconds)]; }
  void add(const Histogram& other);

  std::uint64_t count() const;
  // The smallest value that at least this share of all does not exceed, as its bucket's upper end; 0 where nothing was recorded.
  std::uint64_t percentile(double share) const;
  double mean() const;

 private:
  static constexpr unsigned kSubBits = 7;
  static constexpr std::size_t kSubBuckets = 1u << kSubBits;
  static constexpr std::size_t kBuckets = kSubBuckets * (40 - kSubBits + 1);

  // Values below kSubBuckets have a bucket each; then every doubling is cut in kSubBuckets.
  static constexpr std::size_t bucket_of(std::uint64_t value) {
    if (value > kValueMax) value = kValueMax;
    if (value < kSubBuckets) return static_cast<std::size_t>(value);
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - 1 - kSubBits;
    return (shift + 1) * kSubBuckets + static_cast<std::size_t>((value >> shift) - kSubBuckets);
  }
  static constexpr std::uint64_t upper_end(std::size_t bucket) {
    if (bucket < kSubBuckets) return bucket;
    const std::size_t shift = bucket / kSubBuckets - 1;
    return ((static_cast<std::uint64_t>(bucket % kSubBuckets) + kSubBuckets + 1) << shift) - 1;
  }

  std::array<std::uint64_t, kBuckets> counts_{};
};

}  // namespace wk::bench
