#include "net/address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace wk {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

template <typename T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// One element of X-Forwarded-For: an address, possibly with a port.
std::optional<IpAddress> parse_forwarded(std::string_view text) {
  text = trim(text);
  if (!text.empty() && text.front() == '[') {
    const auto end = text.find(']');
    return end == std::string_view::npos ? std::nullopt : IpAddress::parse(text.substr(0, end + 1));
  }
  if (std::count(text.begin(), text.end(), ':') == 1) text = text.substr(0, text.find(':'));
  return IpAddress::parse(text);
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
  }
  char buffer[INET6_ADDRSTRLEN];
  if (text.empty() || text.size() >= sizeof buffer) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  IpAddress address;
  in_addr v4_address{};
  if (inet_pton(AF_INET, buffer, &v4_address) == 1) {
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes_.begin());
    std::memcpy(address.bytes_.data() + 12, &v4_address, 4);
    return address;
  }
  if (inet_pton(AF_INET6, buffer, address.bytes_.data()) == 1) return address;
  return std::nullopt;
}

// The mapped form's upper half is 0, which is no IPv6 network.
std::uint64_t IpAddress::customer() const {
  std::uint64_t customer = 0;
  const std::size_t begin = v4() ? 8 : 0;
  for (std::size_t i = begin; i < begin + 8; ++i) customer = customer << 8 | bytes_[i];
  return customer;
}

IpAddress IpAddress::of(const sockaddr_storage& address) {
  IpAddress result;
  if (address.ss_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), result.bytes_.begin());
    std::memcpy(result.bytes_.data() + 12, &in.sin_addr, 4);
  } else if (address.ss_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    std::memcpy(result.bytes_.data(), &in.sin6_addr, 16);
  }
  return result;
}

bool IpAddress::v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes_.begin());
}

std::string IpAddress::text() const {
  char buffer[INET6_ADDRSTRLEN];
  const void* from = bytes_.data();
  const int family = v4() ? AF_INET : AF_INET6;
  if (v4()) from = bytes_.data() + 12;
  return inet_ntop(family, from, buffer, sizeof buffer) != nullptr ? buffer : "";
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  text = trim(text);
  const auto slash = text.find('/');
  const auto base = IpAddress::parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  IpNetwork network;
  network.base_ = *base;
  if (slash == std::string_view::npos) return network;
  const auto bits = parse_number<unsigned>(text.substr(slash + 1));
  if (!bits || *bits > (base->v4() ? 32U : 128U)) return std::nullopt;
  network.prefix_bits_ = base->v4() ? *bits + 96 : *bits;
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
  unsigned bits = prefix_bits_;
  for (std::size_t i = 0; i < 16 && bits > 0; ++i) {
    const unsigned here = std::min(bits, 8U);
    const unsigned mask = (0xffU << (8 - here)) & 0xffU;
    if ((address.bytes()[i] & mask) != (base_.bytes()[i] & mask)) return false;
    bits -= here;
  }
  return true;
}

IpAddress client_address(const IpAddress& peer, std::string_view forwarded_for,
                         const std::vector<IpNetwork>& trusted_proxies) {
  const auto trusted = [&](const IpAddress& address) {
    return std::any_of(trusted_proxies.begin(), trusted_proxies.end(),
                       [&](const IpNetwork& network) { return network.contains(address); });
  };
  IpAddress client = peer;
  // Only what a trusted proxy wrote counts: it wrote the last element, and so on to the left.
  while (!forwarded_for.empty() && trusted(client)) {
    const auto comma = forwarded_for.rfind(',');
    const auto element =
        comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1);
    const auto address = parse_forwarded(element);
    if (!address) break;
    client = *address;
    forwarded_for =
        comma == std::string_view::npos ? std::string_view() : forwarded_for.substr(0, comma);
  }
  return client;
}

Result<Endpoint> Endpoint::parse(std::string_view text) {
  const auto bad = [&] {
    return fail(ErrorCode::kInvalidArgument, fmt::format("not an address:port: '{}'", text));
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad();
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!port) return bad();
  Endpoint endpoint;
  endpoint.port = *port;
  const auto host = text.substr(0, colon);
  if (host.empty() || host == "*") return endpoint;
  const bool bracketed = host.front() == '[';
  // Without brackets "::1:80" could mean two things.
  if (!bracketed && host.find(':') != std::string_view::npos) return bad();
  const auto address = IpAddress::parse(host == "localhost" ? std::string_view("127.0.0.1") : host);
  if (!address) return bad();
  endpoint.address = *address;
  return endpoint;
}

std::string Endpoint::text() const {
  return address.v4() ? fmt::format("{}:{}", address.text(), port)
                      : fmt::format("[{}]:{}", address.text(), port);
}

socklen_t Endpoint::to_sockaddr(sockaddr_storage& out) const {
  out = {};
  if (address.v4()) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    std::memcpy(&in.sin_addr, address.bytes().data() + 12, 4);
    std::memcpy(&out, &in, sizeof in);
    return sizeof in;
  }
  sockaddr_in6 in{};
  in.sin6_family = AF_INET6;
  in.sin6_port = htons(port);
  std::memcpy(&in.sin6_addr, address.bytes().data(), 16);
  std::memcpy(&out, &in, sizeof in);
  return sizeof in;
}

}  // namespace wk
