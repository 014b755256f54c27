#include "bench/client/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace wk::bench {

void Histogram::add(const Histogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
}

std::uint64_t Histogram::count() const { return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0}); }

std::uint64_t Histogram::percentile(double share) const {
  const std::uint64_t total = count();
  if (total == 0) return 0;
  const auto wanted = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(total))));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += counts_[i];
    if (seen >= wanted) return upper_end(i);
  }
  return kValueMax;
}

double Histogram::mean() const {
  double sum = 0;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    sum += static_cast<double>(counts_[i]) * static_cast<double>(upper_end(i));
    total += counts_[i];
  }
  return total == 0 ? 0 : sum / static_cast<double>(total);
}

}  // namespace wk::bench
