// How many connections one address may have at the same time. docs/security.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

#include "base/guarded.hpp"
#include "net/address.hpp"
#include "net/stream.hpp"

namespace wk {

// Purpose: places for the connections of all loops. Owner: the server; outlives the streams. Thread-safe. Limits: it knows only
// addresses that have connections, so it is as large as their number at most; all together at most `places_max` (0: as many as
// come). IPv6 counts by /64, which is what one customer gets.
class AddressPlaces {
 public:
  explicit AddressPlaces(std::uint32_t places_max = 0) : places_max_(places_max) {}

  // `most`: of one address, 0 for as many as come (counted all the same: the setting may change). Null: the address has all it
  // may have. Give the place back by destroying it.
  std::unique_ptr<StreamPermit> take(const IpAddress& address, std::uint32_t most);

 private:
  class Place;
  void give_back(std::uint64_t customer);

  struct Counts {
    std::unordered_map<std::uint64_t, std::uint32_t> places;
    std::uint32_t all = 0;
  };
  const std::uint32_t places_max_;
  Guarded<Counts> counts_;
};

}  // namespace wk
