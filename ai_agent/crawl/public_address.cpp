#include "ai_agent/crawl/public_address.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

namespace wk::ai {
namespace {

struct Network {
  std::array<std::uint8_t, 16> prefix;
  unsigned bits;
};

// https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast.
constexpr Network kNotPublic4[] = {
    {{0}, 8},              // this network
    {{10}, 8},             // private
    {{100, 64}, 10},       // carriers' NAT
    {{127}, 8},            // loopback
    {{169, 254}, 16},      // link-local, where clouds keep their metadata
    {{172, 16}, 12},       // private
    {{192, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2}, 24},     // documentation
    {{192, 31, 196}, 24},  // AS112
    {{192, 52, 193}, 24},  // AMT
    {{192, 88, 99}, 24},   // 6to4 relays
    {{192, 168}, 16},      // private
    {{192, 175, 48}, 24},  // AS112
    {{198, 18}, 15},       // benchmarks
    {{198, 51, 100}, 24},  // documentation
    {{203, 0, 113}, 24},   // documentation
    {{224}, 4},            // multicast
    {{240}, 4},            // reserved, broadcast
};

// https://www.iana.org/assignments/iana-ipv6-special-registry: of what is assigned at all (2000::/3), these are not.
constexpr Network kAssigned6 = {{0x20}, 3};
constexpr Network kNotPublic6[] = {
    {{0x20, 0x01, 0x00}, 23},              // protocol assignments, Teredo among them
    {{0x20, 0x01, 0x0d, 0xb8}, 32},        // documentation
    {{0x26, 0x20, 0x00, 0x4f, 0x80}, 48},  // AS112
    {{0x3f, 0xff}, 20},                    // documentation
};
constexpr Network kSixToFour = {{0x20, 0x02}, 16};
constexpr Network kMapped = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Network kNat64 = {{0, 0x64, 0xff, 0x9b}, 96};

bool within(std::span<const std::uint8_t> address, const Network& network) {
  const std::size_t whole = network.bits / 8;
  if (!std::equal(network.prefix.begin(), network.prefix.begin() + whole, address.begin())) return false;
  const unsigned left = network.bits % 8;
  return left == 0 || (address[whole] ^ network.prefix[whole]) >> (8 - left) == 0;
}

bool public4(std::span<const std::uint8_t> address) {
  return std::none_of(std::begin(kNotPublic4), std::end(kNotPublic4), [&](const Network& one) { return within(address, one); });
}

bool public6(std::span<const std::uint8_t> address) {
  if (within(address, kMapped) || within(address, kNat64)) return public4(address.subspan(12));
  if (within(address, kSixToFour)) return public4(address.subspan(2, 4));
  if (!within(address, kAssigned6)) return false;
  return std::none_of(std::begin(kNotPublic6), std::end(kNotPublic6), [&](const Network& one) { return within(address, one); });
}

template <typename Judge4, typename Judge6>
bool judge(const sockaddr& address, Judge4&& judge4, Judge6&& judge6) {
  if (address.sa_family == AF_INET) {
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in&>(address).sin_addr, bytes.size());
    return judge4(bytes);
  }
  if (address.sa_family == AF_INET6) {
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, bytes.size());
    return judge6(bytes);
  }
  return false;
}

}  // namespace

bool is_public_address(const sockaddr& address) {
  return judge(address, [](const auto& bytes) { return public4(bytes); }, [](const auto& bytes) { return public6(bytes); });
}

bool is_loopback_address(const sockaddr& address) {
  return judge(
      address, [](const auto& bytes) { return bytes[0] == 127; },
      [](const auto& bytes) {
        if (within(bytes, kMapped)) return bytes[12] == 127;
        return std::all_of(bytes.begin(), bytes.end() - 1, [](std::uint8_t byte) { return byte == 0; }) && bytes.back() == 1;
      });
}

}  // namespace wk::ai
