// How often one address may ask for something that costs us. Thread-safe; bounded: at api_limits::kAddressesMax the table begins anew
// (for a moment everybody has a full bucket again).
#pragma once

#include <optional>
#include <unordered_map>

#include "api/limits.hpp"
#include "base/guarded.hpp"
#include "base/token_bucket.hpp"
#include "net/address.hpp"

namespace wk::api {

class AddressRates {
 public:
  AddressRates(double rate, double burst) : rate_(rate), burst_(burst) {}

  // nullopt: go on. Else how long to wait.
  std::optional<Milliseconds> take(const IpAddress& address, SteadyTime now) {
    return buckets_.with([&](auto& buckets) -> std::optional<Milliseconds> {
      if (buckets.size() >= api_limits::kAddressesMax) buckets.clear();
      TokenBucket& bucket = buckets.try_emplace(address, rate_, burst_, now).first->second;
      if (bucket.take(now)) return std::nullopt;
      return bucket.wait();
    });
  }

 private:
  const double rate_;
  const double burst_;
  Guarded<std::unordered_map<IpAddress, TokenBucket>> buckets_;
};

}  // namespace wk::api
