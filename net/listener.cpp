#include "net/listener.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/log.hpp"

namespace wk {

Result<std::unique_ptr<Listener>> Listener::create(EventLoop& loop, const Options& options,
                                                   OnAccept on_accept) {
  sockaddr_storage address{};
  const socklen_t length = options.endpoint.to_sockaddr(address);
  const auto failed = [&](const char* what) {
    return fail(errno == EADDRINUSE ? ErrorCode::kConflict : ErrorCode::kIo,
                fmt::format("{} {}: {}", what, options.endpoint.text(), std::strerror(errno)));
  };
  UniqueFd socket(::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  // "All addresses" on a machine without IPv6 means all of IPv4.
  if (!socket && errno == EAFNOSUPPORT && options.endpoint.address == IpAddress()) {
    const Options v4{.endpoint = {*IpAddress::parse("0.0.0.0"), options.endpoint.port},
                     .backlog = options.backlog};
    return create(loop, v4, std::move(on_accept));
  }
  if (!socket) return failed("socket");
  const int on = 1;
  const int off = 0;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
    return failed("SO_REUSEPORT");
  }
  // "::" then takes IPv4 too, whatever the system's default is.
  if (address.ss_family == AF_INET6) {
    setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0) {
    return failed("bind");
  }
  if (::listen(socket.get(), options.backlog) != 0) return failed("listen");

  Endpoint endpoint = options.endpoint;
  sockaddr_storage bound{};
  socklen_t bound_length = sizeof bound;
  getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &bound_length);
  if (bound.ss_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &bound, sizeof in);
    endpoint.port = ntohs(in.sin_port);
  } else {
    sockaddr_in6 in{};
    std::memcpy(&in, &bound, sizeof in);
    endpoint.port = ntohs(in.sin6_port);
  }
  std::unique_ptr<Listener> listener(
      new Listener(loop, std::move(socket), endpoint, std::move(on_accept)));
  WK_TRY_VOID(loop.watch(listener->socket_.get(), EPOLLIN, *listener));
  return listener;
}

Listener::Listener(EventLoop& loop, UniqueFd socket, Endpoint endpoint, OnAccept on_accept)
    : loop_(loop),
      socket_(std::move(socket)),
      reserve_(::open("/dev/null", O_RDONLY | O_CLOEXEC)),
      endpoint_(endpoint),
      on_accept_(std::move(on_accept)) {}

Listener::~Listener() { loop_.unwatch(socket_.get(), *this); }

void Listener::on_fd_ready(std::uint32_t) {
  for (int accepts = 0; accepts < net_limits::kAcceptsPerTurnMax; ++accepts) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    UniqueFd socket(accept4(socket_.get(), reinterpret_cast<sockaddr*>(&address), &length,
                            SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      LoopStats::add(loop_.stats().accepts);
      on_accept_(std::move(socket), IpAddress::of(address));
      continue;
    }
    if (errno == EMFILE || errno == ENFILE) return shed_one();
    // ECONNABORTED and the network's own errors belong to that one connection.
    if (errno != ECONNABORTED && errno != EINTR && errno != EPROTO) return;
  }
}

// Out of descriptors a waiting connection would make the loop spin and the client hang: take it
// with the spare one, cut it.
void Listener::shed_one() {
  log_warning("net.descriptors_exhausted", {{"endpoint", endpoint_.text()}});
  reserve_.reset();
  { const UniqueFd refused(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)); }
  reserve_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

}  // namespace wk
