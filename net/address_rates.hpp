// How often one address may ask for something that costs us. Thread-safe. Limits: kAddressesMax. IPv6 counts by /64.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/guarded.hpp"
#include "base/rate_table.hpp"
#include "net/address.hpp"
#include "net/limits.hpp"

namespace wk {

class AddressRates {
 public:
  // Exempt: networks that are not counted (proxies, through which everybody comes).
  explicit AddressRates(std::vector<IpNetwork> exempt = {}) : exempt_(std::move(exempt)) {}

  bool counts(const IpAddress& address) const {
    return std::none_of(exempt_.begin(), exempt_.end(), [&](const IpNetwork& network) { return network.contains(address); });
  }
  // nullopt: go on. Else how long until the next one.
  std::optional<Milliseconds> take(const IpAddress& address, const BucketTerms& terms, SteadyTime now) {
    if (!terms.limited() || !counts(address)) return std::nullopt;
    return buckets_.with([&](auto& buckets) { return buckets.take(address.customer(), terms, now); });
  }

 private:
  const std::vector<IpNetwork> exempt_;
  Guarded<RateTable<std::uint64_t>> buckets_{RateTable<std::uint64_t>(net_limits::kAddressesMax)};
};

}  // namespace wk
