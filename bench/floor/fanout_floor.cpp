// The floor of a fan-out: raw TCP, one epoll thread; what one connection sends goes to all others, one send each, from one
// buffer. What it costs is the kernel's send.
//
//   fanout_floor [PORT]    0 or none: any free port; prints {"port":…} when it listens, and runs until it is killed.
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <vector>

#include "floor_listener.hpp"

namespace {

constexpr std::size_t kReceiveBufferBytes = 1 << 16;
constexpr int kEventsPerTurn = 512;

void watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

}  // namespace

int main(int argc, char** argv) {
  const int listener = floor_listen(argc > 1 ? static_cast<std::uint16_t>(std::atoi(argv[1])) : 0);
  if (listener < 0) return 1;
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  watch(epoll, listener);
  std::vector<int> connections;
  static std::array<char, kReceiveBufferBytes> buffer;
  static std::array<epoll_event, kEventsPerTurn> events;
  for (;;) {
    const int count = ::epoll_wait(epoll, events.data(), kEventsPerTurn, -1);
    for (int i = 0; i < count; ++i) {
      const int from = events[static_cast<std::size_t>(i)].data.fd;
      if (from == listener) {
        for (int fd; (fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
          const int one = 1;
          ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          connections.push_back(fd);
          watch(epoll, fd);
        }
        continue;
      }
      const ssize_t received = ::recv(from, buffer.data(), buffer.size(), 0);
      if (received <= 0) {
        if (received == 0 || errno != EAGAIN) {
          std::erase(connections, from);
          ::close(from);
        }
        continue;
      }
      for (const int to : connections) {
        // A peer that does not read loses it: nothing is queued.
        if (to != from) [[maybe_unused]] const ssize_t sent = ::send(to, buffer.data(), static_cast<std::size_t>(received), MSG_NOSIGNAL);
      }
    }
  }
}
