// The floor of an echo server: raw TCP, one epoll thread, one shared receive buffer, no framing. What it costs here is what
// the kernel costs; the codec's echo is measured against it in turns (docs/performance.md).
//
//   echo_floor [PORT]      0 or none: any free port; prints {"port":…} when it listens, and runs until it is killed.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>

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

void accept_all(int epoll, int listener) {
  for (int fd; (fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    watch(epoll, fd);
  }
}

// Sends back what is there; false: the connection is over. A peer that does not read is cut: nothing is ever queued.
bool echo(int fd, std::array<char, kReceiveBufferBytes>& buffer) {
  ssize_t received = 0;
  do {
    received = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (received > 0 && ::send(fd, buffer.data(), static_cast<std::size_t>(received), MSG_NOSIGNAL) != received) return false;
  } while (received == static_cast<ssize_t>(buffer.size()));
  return received > 0 || (received < 0 && errno == EAGAIN);
}

}  // namespace

int main(int argc, char** argv) {
  const int listener = floor_listen(argc > 1 ? static_cast<std::uint16_t>(std::atoi(argv[1])) : 0);
  if (listener < 0) return 1;
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  watch(epoll, listener);
  static std::array<char, kReceiveBufferBytes> buffer;
  static std::array<epoll_event, kEventsPerTurn> events;
  for (;;) {
    const int count = ::epoll_wait(epoll, events.data(), kEventsPerTurn, -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener) {
        accept_all(epoll, listener);
      } else if (!echo(fd, buffer)) {
        ::close(fd);
      }
    }
  }
}
