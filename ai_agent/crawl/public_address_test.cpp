#include "ai_agent/crawl/public_address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace wk::ai {
namespace {

template <typename Judge>
bool judged(const char* text, Judge&& judge) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) return judge(reinterpret_cast<const sockaddr&>(v4));
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  EXPECT_EQ(inet_pton(AF_INET6, text, &v6.sin6_addr), 1) << text;
  return judge(reinterpret_cast<const sockaddr&>(v6));
}

TEST(PublicAddress, IsSomebodysOnTheInternet) {
  for (const char* text : {"1.1.1.1", "8.8.8.8", "93.184.215.14", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.1", "192.0.1.1", "198.17.0.1", "198.20.0.1", "223.255.255.255",
                           "2606:4700::1111", "2a00:1450:4001:81b::200e", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"}) {
    EXPECT_TRUE(judged(text, is_public_address)) << text;
  }
}

TEST(PublicAddress, IsNotThisMachinesNorItsNetworks) {
  for (const char* text : {"0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.255", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255",
                           "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.9", "192.88.99.1", "224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255",
                           "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b:1::1", "2002:7f00:1::1", "2002:a00:1::",
                           "2001::1", "2001:db8::1", "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "100::1", "5f00::1"}) {
    EXPECT_FALSE(judged(text, is_public_address)) << text;
  }
}

TEST(PublicAddress, OfAnotherFamilyIsNone) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  EXPECT_FALSE(is_public_address(reinterpret_cast<const sockaddr&>(address)));
}

TEST(PublicAddress, TellsLoopback) {
  for (const char* text : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) EXPECT_TRUE(judged(text, is_loopback_address)) << text;
  for (const char* text : {"10.0.0.1", "::", "::2", "fe80::1", "::ffff:10.0.0.1", "8.8.8.8"}) EXPECT_FALSE(judged(text, is_loopback_address)) << text;
}

}  // namespace
}  // namespace wk::ai
