// How many connections one address may have at the same time. docs/security.md.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/guarded.hpp"
#include "net/address.hpp"
#include "net/stream.hpp"

namespace wk {

// Purpose: HttpServer::Options::admit of all loops. Owner: the server; outlives the streams. Thread-safe. Limits: it knows only
// addresses that have connections, so it is as large as their number at most. IPv6 counts by /64, which is what one customer
// gets; exempt networks (proxies, through which everybody comes) are not counted.
class AddressPlaces {
 public:
  AddressPlaces(std::uint32_t connections_max, std::vector<IpNetwork> exempt);

  // nullopt: the address has all it may have. Give the place back by destroying it.
  std::optional<std::unique_ptr<StreamPermit>> take(const IpAddress& address);
  std::uint64_t refused() const;

 private:
  using Key = std::uint64_t;
  class Place;
  static Key key_of(const IpAddress& address);
  void give_back(Key key);

  struct Counts {
    std::unordered_map<Key, std::uint32_t> connections;
    std::uint64_t refused = 0;
  };
  const std::uint32_t connections_max_;
  const std::vector<IpNetwork> exempt_;
  Guarded<Counts> counts_;
};

}  // namespace wk
