// For the tests of net and of what stands on it: socket pairs, loops on threads, a client that
// blocks.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cerrno>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "base/clock.hpp"
#include "net/address.hpp"
#include "net/event_loop.hpp"
#include "net/unique_fd.hpp"

namespace wk::test {

// Connected, non-blocking both.
inline std::pair<UniqueFd, UniqueFd> socket_pair() {
  int fds[2] = {-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

// What is there now; sets `ended` when the peer ended.
inline std::string read_available(int fd, bool* ended = nullptr) {
  std::string all;
  char buffer[65536];
  for (;;) {
    const ssize_t got = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got > 0) {
      all.append(buffer, static_cast<std::size_t>(got));
      continue;
    }
    if (ended != nullptr && (got == 0 || (errno != EAGAIN && errno != EINTR))) *ended = true;
    return all;
  }
}

// Sends what fits; answers how much.
inline std::size_t send_available(int fd, std::string_view bytes) {
  const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

// Turns of `loop` on this thread until `done`, at most about 20 s of them.
inline bool turn_until(EventLoop& loop, const std::function<bool()>& done) {
  for (int i = 0; i < 4000; ++i) {
    if (done()) return true;
    loop.run_once(Milliseconds(5));
  }
  return done();
}

// A few turns, for what must not happen and for all that needs no waiting.
inline void turns(EventLoop& loop, int count = 6) {
  for (int i = 0; i < count; ++i) loop.run_once(Milliseconds(0));
}

inline std::unique_ptr<EventLoop> make_loop(Clock& clock = SystemClock::instance()) {
  auto loop = EventLoop::create({.name = "test", .clock = &clock});
  EXPECT_TRUE(loop.has_value());
  return std::move(*loop);
}

// A loop on a thread of its own.
class LoopThread {
 public:
  LoopThread() : loop(make_loop()), thread_([this] { loop->run(); }) {}
  ~LoopThread() { stop(); }
  void stop() {
    loop->stop();
    if (thread_.joinable()) thread_.join();
  }
  // Runs `work` on the loop and waits for it.
  template <typename F>
  auto sync(F work) {
    std::packaged_task<decltype(work())()> task(std::move(work));
    auto result = task.get_future();
    EXPECT_EQ(loop->post([&task] { task(); }), Enqueued::kAccepted);
    return result.get();
  }

  const std::unique_ptr<EventLoop> loop;

 private:
  std::thread thread_;
};

// Blocks, at most 20 s a call.
class BlockingClient {
 public:
  explicit BlockingClient(const Endpoint& endpoint) {
    sockaddr_storage address{};
    Endpoint to = endpoint;
    if (to.address == IpAddress()) to.address = *IpAddress::parse("127.0.0.1");
    const socklen_t length = to.to_sockaddr(address);
    socket_.reset(::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval limit{20, 0};
    setsockopt(fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    connected_ = ::connect(fd(), reinterpret_cast<sockaddr*>(&address), length) == 0;
  }
  bool connected() const { return connected_; }
  int fd() const { return socket_.get(); }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // Until `text` ends with or contains `needle`, or the end.
  std::string receive_until(std::string_view needle) {
    std::string all;
    char buffer[65536];
    while (all.find(needle) == std::string::npos) {
      const ssize_t got = ::recv(fd(), buffer, sizeof buffer, 0);
      if (got <= 0) break;
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }
  std::string receive_to_end() {
    std::string all;
    char buffer[65536];
    for (ssize_t got; (got = ::recv(fd(), buffer, sizeof buffer, 0)) > 0;) {
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }
  void close() { socket_.reset(); }

 private:
  UniqueFd socket_;
  bool connected_ = false;
};

}  // namespace wk::test
