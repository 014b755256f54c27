#include "net/address_places.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "net/address_rates.hpp"

namespace wk {
namespace {

IpAddress address(const char* text) { return *IpAddress::parse(text); }

TEST(AddressPlaces, RefusesOneMoreUntilOneIsGivenBack) {
  AddressPlaces places;
  auto first = places.take(address("192.0.2.1"), 2);
  auto second = places.take(address("192.0.2.1"), 2);
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(places.take(address("192.0.2.1"), 2));
  EXPECT_TRUE(places.take(address("192.0.2.2"), 2)) << "another address";
  first.reset();
  EXPECT_TRUE(places.take(address("192.0.2.1"), 2));
}

TEST(AddressPlaces, CountsAnIPv6NetworkAsOneAddress) {
  AddressPlaces places;
  const auto held = places.take(address("2001:db8:1:2::1"), 1);
  ASSERT_TRUE(held);
  EXPECT_FALSE(places.take(address("2001:db8:1:2:ffff::9"), 1));
  EXPECT_TRUE(places.take(address("2001:db8:1:3::1"), 1));
  EXPECT_TRUE(places.take(address("::1"), 1));
}

TEST(AddressPlaces, FollowsAChangedLimitAtOnce) {
  AddressPlaces places;
  std::vector<std::unique_ptr<StreamPermit>> held;
  for (int i = 0; i < 10; ++i) held.push_back(places.take(address("192.0.2.1"), 0));
  for (const auto& place : held) EXPECT_TRUE(place) << "0 is no limit";
  EXPECT_FALSE(places.take(address("192.0.2.1"), 5)) << "those of before count";
  held.resize(4);
  EXPECT_TRUE(places.take(address("192.0.2.1"), 5));
  EXPECT_TRUE(places.take(address("192.0.2.1"), 11));
}

TEST(AddressPlaces, HaveAMostForAllAddressesTogether) {
  AddressPlaces places(3);
  std::vector<std::unique_ptr<StreamPermit>> held;
  for (const char* one : {"192.0.2.1", "192.0.2.2", "192.0.2.3"}) held.push_back(places.take(address(one), 2));
  for (const auto& place : held) EXPECT_TRUE(place);
  EXPECT_FALSE(places.take(address("192.0.2.4"), 2));
  held.pop_back();
  EXPECT_TRUE(places.take(address("192.0.2.4"), 2));
}

TEST(AddressRates, CountsEachAddressAndIPv6ByItsNetwork) {
  AddressRates rates;
  const BucketTerms terms{.rate = 1, .burst = 2};
  const SteadyTime now = SteadyTime() + std::chrono::hours(1);
  EXPECT_FALSE(rates.take(address("192.0.2.1"), terms, now));
  EXPECT_FALSE(rates.take(address("192.0.2.1"), terms, now));
  EXPECT_EQ(rates.take(address("192.0.2.1"), terms, now), Milliseconds(1'001));
  EXPECT_FALSE(rates.take(address("192.0.2.2"), terms, now));
  EXPECT_FALSE(rates.take(address("2001:db8::1"), terms, now));
  EXPECT_FALSE(rates.take(address("2001:db8::2"), terms, now));
  EXPECT_TRUE(rates.take(address("2001:db8::3"), terms, now));
}

TEST(AddressRates, DoNotCountWhoIsExempt) {
  AddressRates rates({*IpNetwork::parse("10.0.0.0/8")});
  const BucketTerms terms{.rate = 1, .burst = 1};
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(rates.take(address("10.1.2.3"), terms, SteadyTime()));
  EXPECT_FALSE(rates.counts(address("10.1.2.3")));
  EXPECT_TRUE(rates.counts(address("192.0.2.1")));
}

}  // namespace
}  // namespace wk
