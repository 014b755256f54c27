#include "net/address_places.hpp"

#include <algorithm>

namespace wk {

class AddressPlaces::Place final : public StreamPermit {
 public:
  Place(AddressPlaces& places, Key key) : places_(places), key_(key) {}
  ~Place() override { places_.give_back(key_); }

 private:
  AddressPlaces& places_;
  const Key key_;
};

AddressPlaces::AddressPlaces(std::uint32_t connections_max, std::vector<IpNetwork> exempt)
    : connections_max_(connections_max), exempt_(std::move(exempt)) {}

// The whole of an IPv4 address; the upper half of an IPv6 one. The mapped form's upper half is 0, which is no IPv6 network.
AddressPlaces::Key AddressPlaces::key_of(const IpAddress& address) {
  Key key = 0;
  const std::size_t begin = address.v4() ? 8 : 0;
  for (std::size_t i = begin; i < begin + 8; ++i) key = key << 8 | address.bytes()[i];
  return key;
}

std::optional<std::unique_ptr<StreamPermit>> AddressPlaces::take(const IpAddress& address) {
  const bool counted = connections_max_ != 0 && std::none_of(exempt_.begin(), exempt_.end(), [&](const IpNetwork& network) {
    return network.contains(address);
  });
  if (!counted) return std::unique_ptr<StreamPermit>();
  const Key key = key_of(address);
  const bool taken = counts_.with([&](Counts& counts) {
    std::uint32_t& connections = counts.connections[key];
    if (connections >= connections_max_) {
      ++counts.refused;
      return false;
    }
    ++connections;
    return true;
  });
  if (!taken) return std::nullopt;
  return std::make_unique<Place>(*this, key);
}

void AddressPlaces::give_back(Key key) {
  counts_.with([&](Counts& counts) {
    const auto it = counts.connections.find(key);
    if (--it->second == 0) counts.connections.erase(it);
  });
}

std::uint64_t AddressPlaces::refused() const {
  return counts_.with([](const Counts& counts) { return counts.refused; });
}

}  // namespace wk
