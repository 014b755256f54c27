// A Ping of each of some peers once in an interval, spread evenly over it: a server closes who says nothing for 45 s (P71).
// Loop-bound; outlived by the peers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/client/client_loop.hpp"
#include "bench/client/frames.hpp"

namespace wk::bench {

class Heartbeats {
 public:
  explicit Heartbeats(std::uint32_t interval_ms = 20'000) : interval_ns_(std::uint64_t{interval_ms} * 1'000'000) {}

  void add(Peer& peer) { peers_.push_back(&peer); }
  // Call it every turn.
  void beat(ClientLoop& loop) {
    if (peers_.empty()) return;
    const std::uint64_t now = now_ns();
    if (due_ns_ == 0) due_ns_ = now;
    for (; due_ns_ <= now; due_ns_ += std::max<std::uint64_t>(interval_ns_ / peers_.size(), 1)) {
      next_ = (next_ + 1) % peers_.size();
      if (peers_[next_]->speaks()) loop.send(*peers_[next_], ping_);
    }
  }

 private:
  const std::uint64_t interval_ns_;
  const std::string ping_ = ping_frame();
  std::vector<Peer*> peers_;
  std::uint64_t due_ns_ = 0;
  std::size_t next_ = 0;
};

}  // namespace wk::bench
