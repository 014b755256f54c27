// Addresses of peers. IpAddress is small (16 bytes; IPv4 is kept in its mapped IPv6 form, but
// printed as IPv4). Values.
#pragma once

#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace wk {

class IpAddress {
 public:
  // "::", which also stands for "unknown".
  IpAddress() = default;
  // "192.0.2.1", "2001:db8::1", "[2001:db8::1]"; nullopt for anything else.
  static std::optional<IpAddress> parse(std::string_view text);
  // Unknown families give "::".
  static IpAddress of(const sockaddr_storage& address);

  bool v4() const;
  std::string text() const;
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  // What one customer has: the whole of an IPv4 address, of an IPv6 one its /64.
  std::uint64_t customer() const;
  auto operator<=>(const IpAddress&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

// "10.0.0.0/8", "::1", "2001:db8::/32".
class IpNetwork {
 public:
  static std::optional<IpNetwork> parse(std::string_view text);
  bool contains(const IpAddress& address) const;

 private:
  IpAddress base_;
  unsigned prefix_bits_ = 128;
};

// The client behind proxies: walks X-Forwarded-For from its right end past every address that is
// trusted. With an untrusted `peer`, or nothing usable in the header, the peer itself.
IpAddress client_address(const IpAddress& peer, std::string_view forwarded_for,
                         const std::vector<IpNetwork>& trusted_proxies);

// Where to listen or connect: a numeric address and a port (0: any free one).
struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  // "127.0.0.1:8080", "[::1]:8080", "*:8080" (all of IPv6 and IPv4), ":8080" (the same).
  static Result<Endpoint> parse(std::string_view text);
  std::string text() const;
  // Writes the address to `out`; answers its length.
  socklen_t to_sockaddr(sockaddr_storage& out) const;
};

}  // namespace wk

template <>
struct std::hash<wk::IpAddress> {
  std::size_t operator()(const wk::IpAddress& address) const noexcept {
    const auto& b = address.bytes();
    return std::hash<std::string_view>{}(
        std::string_view(reinterpret_cast<const char*>(b.data()), b.size()));
  }
};
