// Accepts connections on one loop. Several loops listen on the same port (SO_REUSEPORT), the kernel
// shares out.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "net/address.hpp"
#include "net/event_loop.hpp"
#include "net/limits.hpp"
#include "net/unique_fd.hpp"

namespace wk {

// Purpose: a listening socket. Owner: a server on `loop`. Thread: Loop-bound. Limits:
// kAcceptsPerTurnMax a turn; out of descriptors it takes and drops connections one by one (a
// reserve descriptor), so that clients learn and the loop rests.
class Listener final : private FdHandler {
 public:
  struct Options {
    Endpoint endpoint;
    int backlog = net_limits::kListenBacklog;
  };
  using OnAccept = UniqueFunction<void(UniqueFd socket, const IpAddress& peer)>;

  static Result<std::unique_ptr<Listener>> create(EventLoop& loop, const Options& options,
                                                  OnAccept on_accept);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // With the port the kernel chose: give it to the listeners of the other loops.
  const Endpoint& endpoint() const { return endpoint_; }

 private:
  Listener(EventLoop& loop, UniqueFd socket, Endpoint endpoint, OnAccept on_accept);
  void on_fd_ready(std::uint32_t events) override;
  void shed_one();

  EventLoop& loop_;
  UniqueFd socket_;
  UniqueFd reserve_;
  Endpoint endpoint_;
  OnAccept on_accept_;
};

}  // namespace wk
