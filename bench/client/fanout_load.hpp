// One conversation that many follow: an event at a time, the next once everybody has it.
#pragma once

#include <cstdint>
#include <string>

#include "bench/client/workers.hpp"
#include "net/address.hpp"

namespace wk::bench {

struct FanoutLoad {
  Endpoint endpoint;
  // The floor: raw TCP, what one connection sends goes to all others.
  bool raw = false;
  std::uint32_t subscribers = 1'000;
  std::uint32_t text_bytes = 50;
  std::string site = "demo";
  std::string api_token;
};

// Requires: one worker. Tally: completed counts events, delivered deliveries; latency is until the last one has it, delivery of each.
Result<void> run_fanout_load(const FanoutLoad& load, Worker& worker);

}  // namespace wk::bench
