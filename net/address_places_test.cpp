#include "net/address_places.hpp"

#include <gtest/gtest.h>

namespace wk {
namespace {

IpAddress address(const char* text) { return *IpAddress::parse(text); }

TEST(AddressPlaces, RefusesOneMoreUntilOneIsGivenBack) {
  AddressPlaces places(2, {});
  auto first = places.take(address("192.0.2.1"));
  auto second = places.take(address("192.0.2.1"));
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(places.take(address("192.0.2.1")));
  EXPECT_TRUE(places.take(address("192.0.2.2"))) << "another address";
  EXPECT_EQ(places.refused(), 1u);
  first.reset();
  EXPECT_TRUE(places.take(address("192.0.2.1")));
}

TEST(AddressPlaces, CountsAnIPv6NetworkAsOneAddress) {
  AddressPlaces places(1, {});
  const auto held = places.take(address("2001:db8:1:2::1"));
  ASSERT_TRUE(held);
  EXPECT_FALSE(places.take(address("2001:db8:1:2:ffff::9")));
  EXPECT_TRUE(places.take(address("2001:db8:1:3::1")));
  EXPECT_TRUE(places.take(address("::1")));
}

TEST(AddressPlaces, DoesNotCountWhoIsExemptAndNobodyAtZero) {
  AddressPlaces places(1, {*IpNetwork::parse("10.0.0.0/8")});
  std::vector<std::optional<std::unique_ptr<StreamPermit>>> held;
  for (int i = 0; i < 10; ++i) held.push_back(places.take(address("10.1.2.3")));
  for (const auto& place : held) EXPECT_TRUE(place);
  AddressPlaces unlimited(0, {});
  std::vector<std::optional<std::unique_ptr<StreamPermit>>> all;
  for (int i = 0; i < 10; ++i) all.push_back(unlimited.take(address("192.0.2.1")));
  for (const auto& place : all) EXPECT_TRUE(place);
}

}  // namespace
}  // namespace wk
