#include "net/address.hpp"

#include <gtest/gtest.h>

namespace wk {
namespace {

TEST(IpAddress, PrintsWhatItParsed) {
  for (const char* text : {"192.0.2.1", "2001:db8::1", "::1", "::"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), text);
  }
  EXPECT_EQ(IpAddress::parse("[2001:db8::1]")->text(), "2001:db8::1");
  EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1"), IpAddress::parse("192.0.2.1"));
  for (const char* text : {"", "1.2.3", "1.2.3.4.5", "host", "1.2.3.4 ", "::g"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

TEST(IpNetwork, ContainsItsAddresses) {
  const auto ten = IpNetwork::parse("10.0.0.0/8");
  ASSERT_TRUE(ten);
  EXPECT_TRUE(ten->contains(*IpAddress::parse("10.255.0.1")));
  EXPECT_FALSE(ten->contains(*IpAddress::parse("11.0.0.1")));
  EXPECT_TRUE(IpNetwork::parse("2001:db8::/33")->contains(*IpAddress::parse("2001:db8:7fff::1")));
  EXPECT_FALSE(IpNetwork::parse("2001:db8::/33")->contains(*IpAddress::parse("2001:db8:8000::1")));
  EXPECT_TRUE(IpNetwork::parse("127.0.0.1")->contains(*IpAddress::parse("127.0.0.1")));
  EXPECT_FALSE(IpNetwork::parse("127.0.0.1")->contains(*IpAddress::parse("127.0.0.2")));
  EXPECT_FALSE(IpNetwork::parse("10.0.0.0/33"));
  EXPECT_FALSE(IpNetwork::parse("10.0.0.0/"));
}

TEST(ClientAddress, BelievesOnlyTrustedProxies) {
  const auto at = [](const char* text) { return *IpAddress::parse(text); };
  const std::vector<IpNetwork> trusted = {*IpNetwork::parse("10.0.0.0/8"),
                                          *IpNetwork::parse("127.0.0.1")};
  // A stranger may claim what he likes.
  EXPECT_EQ(client_address(at("203.0.113.9"), "198.51.100.1", trusted), at("203.0.113.9"));
  EXPECT_EQ(client_address(at("127.0.0.1"), "198.51.100.1", trusted), at("198.51.100.1"));
  // What the client wrote itself stands left of what the proxy wrote.
  EXPECT_EQ(client_address(at("127.0.0.1"), "1.1.1.1, 198.51.100.1, 10.0.0.7", trusted),
            at("198.51.100.1"));
  EXPECT_EQ(client_address(at("127.0.0.1"), "198.51.100.1:4711", trusted), at("198.51.100.1"));
  EXPECT_EQ(client_address(at("127.0.0.1"), "[2001:db8::1]:4711", trusted), at("2001:db8::1"));
  EXPECT_EQ(client_address(at("127.0.0.1"), "unknown", trusted), at("127.0.0.1"));
  EXPECT_EQ(client_address(at("127.0.0.1"), "", trusted), at("127.0.0.1"));
}

TEST(Endpoint, ParsesBothFamilies) {
  EXPECT_EQ(Endpoint::parse("127.0.0.1:8080")->text(), "127.0.0.1:8080");
  EXPECT_EQ(Endpoint::parse("[::1]:0")->text(), "[::1]:0");
  EXPECT_EQ(Endpoint::parse("*:80")->address, IpAddress());
  EXPECT_EQ(Endpoint::parse(":80")->port, 80);
  for (const char* text : {"", "80", "::1:80", "127.0.0.1:", "127.0.0.1:70000", "host:80"}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

}  // namespace
}  // namespace wk
