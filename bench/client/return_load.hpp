// Clients that come back after their server was restarted: all within some seconds, while a few chat already.
#pragma once

#include <cstdint>
#include <string>

#include "bench/client/workers.hpp"
#include "net/address.hpp"

namespace wk::bench {

struct ReturnLoad {
  Endpoint endpoint;
  std::string site = "demo";
  std::uint32_t clients = 18'000;
  // The first of them: back at once, and each writes a message a second from then on.
  std::uint32_t chatters = 100;
  // The others come back at a time drawn evenly from this, as clients with jitter do.
  double within_seconds = 2;
};

// A worker's part of it: kSetUp lets everybody in and has each open a conversation, kLoad (the server runs again) brings the
// chatters back, kMeasure the others, kDrain ends it.
// Tally: connections counts who is back; latency is from when a client came to its subscription, delivery the chatters' acks
// from when a message was due.
Result<void> run_return_load(const ReturnLoad& load, Worker& worker);

}  // namespace wk::bench
