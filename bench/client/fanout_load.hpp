// One conversation that many follow: an event at a time, the next once everybody has it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "bench/client/workers.hpp"
#include "net/address.hpp"

namespace wk::bench {

// What the workers tell each other, in memory they share. The first one writes the events.
struct FanoutMeeting {
  // Of the conversation to follow; 0: it does not exist yet.
  std::atomic<std::uint64_t> conversation{0};
  // Times that a worker's subscribers all had an event.
  std::atomic<std::uint64_t> shares_done{0};
  // There will be no further event.
  std::atomic<bool> over{false};
};

struct FanoutLoad {
  FanoutMeeting* meeting = nullptr;
  Endpoint endpoint;
  // The floor: raw TCP, what one connection sends goes to all others.
  bool raw = false;
  std::uint32_t subscribers = 1'000;
  std::uint32_t text_bytes = 50;
  std::string site = "demo";
  std::string api_token;
};

// A worker's part of the subscribers; the first worker has the writer, too. Tally: completed counts events, delivered deliveries; latency is
// until the last one has it (of all workers, recorded by the one it is of), delivery of each.
Result<void> run_fanout_load(const FanoutLoad& load, Worker& worker);

}  // namespace wk::bench
