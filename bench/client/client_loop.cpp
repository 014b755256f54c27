#include "bench/client/client_loop.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>

#include "base/assert.hpp"

namespace wk::bench {

std::uint64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

void WebSocketPeer::on_data(std::string_view bytes, std::string& out) {
  const bool held = !partial_.empty();
  if (held) {
    partial_.append(bytes);
    bytes = partial_;
  }
  std::size_t used = 0;
  if (upgrading_) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end != std::string_view::npos) {
      upgrading_ = false;
      used = end + 4;
      on_upgrade_answer(bytes.substr(0, used), out);
    }
  }
  while (!upgrading_) {
    const std::string_view rest = bytes.substr(used);
    if (rest.size() < 2) break;
    const auto byte = [rest](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(rest[i])); };
    std::uint64_t length = byte(1) & 127;
    std::size_t head = 2;
    if (length == 126) {
      head = 4;
      if (rest.size() < head) break;
      length = byte(2) << 8 | byte(3);
    } else if (length == 127) {
      head = 10;
      if (rest.size() < head) break;
      length = 0;
      for (std::size_t i = 2; i < head; ++i) length = length << 8 | byte(i);
    }
    if (rest.size() - head < length) break;
    const std::string_view payload = rest.substr(head, length);
    const std::uint64_t opcode = byte(0) & 15;
    used += head + length;
    if (opcode == 1 || opcode == 2) {
      on_message(payload, out);
    } else if (opcode == 8) {
      on_close_frame(payload.size() < 2 ? 0 : static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1])));
    }
  }
  if (held) {
    partial_.erase(0, used);
    // An idle connection keeps nothing.
    if (partial_.empty()) std::string().swap(partial_);
  } else if (used < bytes.size()) {
    partial_.assign(bytes.substr(used));
  }
}

ClientLoop::ClientLoop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), buffer_(std::make_unique<char[]>(kReceiveBufferBytes)) {
  WK_ASSERT(epoll_);
}

void ClientLoop::watch(Peer& peer, int operation, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &peer;
  [[maybe_unused]] const int result = ::epoll_ctl(epoll_.get(), operation, peer.socket_.fd(), &event);
}

void ClientLoop::add(Peer& peer, Socket socket) {
  ::fcntl(socket.fd(), F_SETFL, O_NONBLOCK);
  if (notes_arrivals_) socket.note_arrivals();
  peer.socket_ = std::move(socket);
  watch(peer, EPOLL_CTL_ADD, EPOLLIN);
}

void ClientLoop::close(Peer& peer) {
  peer.socket_.reset();
  peer.unsent_.clear();
}

void ClientLoop::abort(Peer& peer) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(peer.socket_.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(peer);
}

void ClientLoop::send(Peer& peer, std::string_view bytes) {
  if (!peer.socket_ || bytes.empty()) return;
  if (!peer.unsent_.empty()) {
    peer.unsent_.append(bytes);
    return;
  }
  const ssize_t sent = peer.socket_.send(bytes);
  // A broken socket tells itself by EPOLLHUP.
  if (sent < 0 && errno != EAGAIN) return;
  const std::size_t taken = sent < 0 ? 0 : static_cast<std::size_t>(sent);
  if (taken == bytes.size()) return;
  peer.unsent_.assign(bytes.substr(taken));
  // A handshake waits for the peer, not for room.
  if (!peer.socket_.waits_for_peer()) watch(peer, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
}

void ClientLoop::turn(std::uint64_t wait_ns) {
  const timespec wait{.tv_sec = static_cast<time_t>(wait_ns / 1'000'000'000), .tv_nsec = static_cast<long>(wait_ns % 1'000'000'000)};
  const int count = ::epoll_pwait2(epoll_.get(), events_.data(), kEventsPerTurn, &wait, nullptr);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    on_ready(*static_cast<Peer*>(event.data.ptr), event.events);
  }
}

ssize_t ClientLoop::receive(Peer& peer) {
  if (!notes_arrivals_) return peer.socket_.receive(buffer_.get(), kReceiveBufferBytes);
  std::uint64_t arrived = 0;
  const ssize_t received = peer.socket_.receive(buffer_.get(), kReceiveBufferBytes, arrived);
  arrived_ns_ = now_ns();
  if (arrived == 0) return received;
  // The kernel's is of the wall clock; what counts is how long ago it was.
  timespec wall{};
  ::clock_gettime(CLOCK_REALTIME, &wall);
  const std::uint64_t wall_ns = static_cast<std::uint64_t>(wall.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(wall.tv_nsec);
  if (wall_ns > arrived) arrived_ns_ -= std::min(wall_ns - arrived, arrived_ns_);
  return received;
}

void ClientLoop::on_ready(Peer& peer, std::uint32_t events) {
  if (!peer.socket_) return;
  if ((events & EPOLLOUT) != 0) {
    watch(peer, EPOLL_CTL_MOD, EPOLLIN);
    send_unsent(peer);
  }
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
  const bool shook_hands = peer.socket_.shaking_hands();
  const ssize_t received = receive(peer);
  if (received > 0) {
    out_.clear();
    peer.on_data({buffer_.get(), static_cast<std::size_t>(received)}, out_);
    send(peer, out_);
  } else if (received == 0 || errno != EAGAIN) {
    close(peer);
    peer.on_closed();
  }
  // What waited for the handshake's end.
  if (shook_hands && peer.socket_ && !peer.socket_.shaking_hands()) send_unsent(peer);
}

void ClientLoop::send_unsent(Peer& peer) {
  const std::string unsent = std::exchange(peer.unsent_, {});
  send(peer, unsent);
}

}  // namespace wk::bench
