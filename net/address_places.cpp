#include "net/address_places.hpp"

namespace wk {

class AddressPlaces::Place final : public StreamPermit {
 public:
  Place(AddressPlaces& places, std::uint64_t customer) : places_(places), customer_(customer) {}
  ~Place() override { places_.give_back(customer_); }

 private:
  AddressPlaces& places_;
  const std::uint64_t customer_;
};

std::unique_ptr<StreamPermit> AddressPlaces::take(const IpAddress& address, std::uint32_t most) {
  const std::uint64_t customer = address.customer();
  const bool taken = counts_.with([&](Counts& counts) {
    if (places_max_ != 0 && counts.all >= places_max_) return false;
    const auto it = counts.places.try_emplace(customer, 0).first;
    if (most != 0 && it->second >= most) return false;
    ++it->second;
    ++counts.all;
    return true;
  });
  if (!taken) return nullptr;
  return std::make_unique<Place>(*this, customer);
}

void AddressPlaces::give_back(std::uint64_t customer) {
  counts_.with([&](Counts& counts) {
    const auto it = counts.places.find(customer);
    if (--it->second == 0) counts.places.erase(it);
    --counts.all;
  });
}

}  // namespace wk
