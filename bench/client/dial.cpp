#include "bench/client/dial.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "gateway/websocket/handshake.hpp"

namespace wk::bench {
namespace {

constexpr std::uint32_t kSourceAddresses = 200;
constexpr std::size_t kHeadBytesMax = 16 << 10;

bool is_loopback(const Endpoint& to) { return to.address.v4() && to.address.bytes()[12] == 127; }

// Reads until `in` holds a whole head; answers where it ends.
Result<std::size_t> read_head(Socket& socket, std::string& in) {
  for (;;) {
    if (const std::size_t end = in.find("\r\n\r\n"); end != std::string::npos) return end + 4;
    char buffer[4096];
    const ssize_t got = socket.receive(buffer, sizeof buffer);
    if (got <= 0 || in.size() > kHeadBytesMax) return fail(ErrorCode::kProtocol, "no answer: " + in.substr(0, 200));
    in.append(buffer, static_cast<std::size_t>(got));
  }
}

// A header's value, whose name is given in lower case as ": "-less text; empty where it is missing.
std::string_view header(std::string_view head, std::string_view name) {
  for (std::size_t line = head.find("\r\n"); line != std::string_view::npos; line = head.find("\r\n", line + 2)) {
    const std::string_view rest = head.substr(line + 2);
    if (rest.size() <= name.size() || rest[name.size()] != ':') continue;
    const bool same = std::equal(name.begin(), name.end(), rest.begin(), [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); });
    if (!same) continue;
    std::string_view value = rest.substr(name.size() + 1, rest.find("\r\n") - name.size() - 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    return value;
  }
  return {};
}

Result<Socket> dial_with(const Endpoint& to, std::uint32_t index, int flags) {
  sockaddr_storage address{};
  const socklen_t length = to.to_sockaddr(address);
  UniqueFd fd(::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
  if (!fd) return fail(ErrorCode::kIo, fmt::format("socket: {}", std::strerror(errno)));
  const int one = 1;
  if (address.ss_family == AF_INET && is_loopback(to)) {
    sockaddr_in from{};
    from.sin_family = AF_INET;
    from.sin_addr.s_addr = htonl(0x7f000100u + 1 + index % kSourceAddresses);
    ::setsockopt(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&from), sizeof from) != 0) {
      return fail(ErrorCode::kIo, fmt::format("bind: {}", std::strerror(errno)));
    }
  }
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 && errno != EINPROGRESS) {
    return fail(ErrorCode::kIo, fmt::format("connect {}: {}", to.text(), std::strerror(errno)));
  }
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return Socket(std::move(fd));
}

}  // namespace

Result<Socket> dial(const Endpoint& to, std::uint32_t index) { return dial_with(to, index, 0); }

Result<Socket> dial_begin(const Endpoint& to, std::uint32_t index) { return dial_with(to, index, SOCK_NONBLOCK); }

Result<void> send_all(Socket& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = socket.send(bytes);
    if (sent < 0) return fail(ErrorCode::kIo, fmt::format("send: {}", std::strerror(errno)));
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

std::string upgrade_request(const Endpoint& to, const UpgradeWish& wish) {
  const std::string host = to.text();
  return websocket::client_upgrade_request({.host = host,
                                            .target = wish.target,
                                            .key = "MDEyMzQ1Njc4OWFiY2RlZg==",
                                            .subprotocols = wish.subprotocol,
                                            .deflate = wish.deflate,
                                            .extra = {}});
}

Result<Upgraded> dial_websocket(const Endpoint& to, std::uint32_t index, const UpgradeWish& wish) {
  WK_TRY(Socket socket, dial(to, index));
  WK_TRY_VOID(send_all(socket, upgrade_request(to, wish)));
  std::string in;
  WK_TRY(const std::size_t end, read_head(socket, in));
  if (!in.starts_with("HTTP/1.1 101")) return fail(ErrorCode::kProtocol, "no upgrade: " + in.substr(0, 200));
  const bool deflate = header(std::string_view(in).substr(0, end), "sec-websocket-extensions").starts_with("permessage-deflate");
  return Upgraded{std::move(socket), in.substr(end), deflate};
}

Result<HttpClient> HttpClient::open(const Endpoint& to, std::uint32_t index) {
  WK_TRY(Socket socket, dial(to, index));
  return HttpClient(std::move(socket), to.text());
}

Result<std::string> HttpClient::call(const Call& call) {
  std::string request = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nOrigin: {}://{}\r\nContent-Type: {}\r\nContent-Length: {}\r\n",
                                    call.method, call.path, host_, socket_security() == Security::kPlain ? "http" : "https", host_, call.content_type, call.body.size());
  if (!call.authorization.empty()) request += fmt::format("Authorization: Bearer {}\r\n", call.authorization);
  if (!call.cookie.empty()) request += fmt::format("Cookie: {}\r\n", call.cookie);
  request += "\r\n" + call.body;
  WK_TRY_VOID(send_all(socket_, request));
  auto answer = read_answer();
  if (!answer) return fail(answer.error().code, fmt::format("{} {}: {}", call.method, call.path, answer.error().context));
  return answer;
}

Result<std::string> HttpClient::read_answer() {
  WK_TRY(const std::size_t end, read_head(socket_, in_));
  const std::string head = in_.substr(0, end);
  const std::string_view length_text = header(head, "content-length");
  std::size_t length = 0;
  std::from_chars(length_text.data(), length_text.data() + length_text.size(), length);
  while (in_.size() < end + length) {
    char buffer[16'384];
    const ssize_t got = socket_.receive(buffer, sizeof buffer);
    if (got <= 0) return fail(ErrorCode::kProtocol, "the answer breaks off");
    in_.append(buffer, static_cast<std::size_t>(got));
  }
  std::string body = in_.substr(end, length);
  in_.erase(0, end + length);
  const std::string_view cookie = header(head, "set-cookie");
  cookie_ = std::string(cookie.substr(0, cookie.find(';')));
  if (!head.starts_with("HTTP/1.1 2")) return fail(ErrorCode::kProtocol, head.substr(9, 3) + " " + body.substr(0, 200));
  return body;
}

}  // namespace wk::bench
