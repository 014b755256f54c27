// Visitors who are there and do nothing: signed in, subscribed to their open conversation, one Ping in each interval.
#pragma once

#include <cstdint>
#include <string>

#include "bench/client/workers.hpp"
#include "net/address.hpp"

namespace wk::bench {

struct IdleLoad {
  Endpoint endpoint;
  std::string site = "demo";
  // Those of this group: names count from here.
  std::uint32_t first = 0;
  std::uint32_t connections = 1'000;
  // Each has written one message, so its conversation exists.
  bool conversations = true;
  // Negotiate permessage-deflate.
  bool deflate = false;
  std::uint32_t heartbeat_ms = 20'000;
};

// A worker's part of it. Tally: completed counts Pongs, connections those that stand.
Result<void> run_idle_load(const IdleLoad& load, Worker& worker);

}  // namespace wk::bench
