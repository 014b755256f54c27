// The load generator's event loop. It shares two cores with the server it measures, so it does little: one receive buffer and
// one send buffer for all connections, one send for all answers to what one read brought, no allocation per message.
//
// Loop-bound: one loop per worker process, which has one thread. Peers outlive the loop's use of them.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "bench/client/socket.hpp"

namespace wk::bench {

// Monotonic.
std::uint64_t now_ns();

// One connection of a load.
class Peer {
 public:
  virtual ~Peer() = default;
  // All of `bytes` is used up, or kept by the peer. What it appends to `out` is sent when it returns.
  virtual void on_data(std::string_view bytes, std::string& out) = 0;
  // The other side closed, or the socket failed.
  virtual void on_closed() = 0;
  bool open() const { return static_cast<bool>(socket_); }
  const Socket& socket() const { return socket_; }
  // Whether it may send what nobody asked for, such as a Ping: not before its Welcome.
  virtual bool speaks() const { return true; }

 private:
  friend class ClientLoop;
  Socket socket_;
  // What the kernel did not take yet.
  std::string unsent_;
};

// Cuts a server's frames (never masked) out of the stream.
class WebSocketPeer : public Peer {
 public:
  void on_data(std::string_view bytes, std::string& out) final;
  // The answer to an upgrade request comes first, and goes to on_upgrade_answer. (Blocking dials have read it already.)
  void await_upgrade() {
    upgrading_ = true;
    std::string().swap(partial_);
  }

 protected:
  // A whole unfragmented message (our servers send no others).
  virtual void on_message(std::string_view payload, std::string& out) = 0;
  virtual void on_close_frame(std::uint16_t code) = 0;
  virtual void on_upgrade_answer(std::string_view, std::string&) {}

 private:
  std::string partial_;
  bool upgrading_ = false;
};

class ClientLoop {
 public:
  ClientLoop();

  // Takes a connected socket.
  void add(Peer& peer, Socket socket);
  // Non-blocking; what does not fit waits for the socket.
  void send(Peer& peer, std::string_view bytes);
  void close(Peer& peer);
  // With a reset, which leaves no TIME_WAIT behind.
  void abort(Peer& peer);
  // Waits at most so long for something to arrive, and serves it.
  void turn(std::uint64_t wait_ns);
  // Of connections added from now on the kernel notes when something arrives; plain ones only.
  void note_arrivals() { notes_arrivals_ = true; }
  // Within Peer::on_data: when the last of it arrived at the socket, however long ago that is; as now_ns(). Where it is not noted: now.
  std::uint64_t arrived_ns() const { return arrived_ns_; }
  // Free for use between turns.
  std::string& scratch() { return scratch_; }

 private:
  static constexpr std::size_t kReceiveBufferBytes = 256 << 10;
  static constexpr int kEventsPerTurn = 512;

  void on_ready(Peer& peer, std::uint32_t events);
  ssize_t receive(Peer& peer);
  void send_unsent(Peer& peer);
  void watch(Peer& peer, int operation, std::uint32_t events);

  UniqueFd epoll_;
  std::array<epoll_event, kEventsPerTurn> events_;
  std::unique_ptr<char[]> buffer_;
  std::string out_;
  std::string scratch_;
  std::uint64_t arrived_ns_ = 0;
  bool notes_arrivals_ = false;
};

}  // namespace wk::bench
