// A realistic day: most visitors only look, some type, few write; agents have 30 chats each and answer; files are sent; and
// connections break and come back.
#pragma once

#include <cstdint>
#include <string>

#include "bench/client/workers.hpp"
#include "net/address.hpp"

namespace wk::bench {

struct MixedLoad {
  Endpoint endpoint;
  std::string site = "demo";
  std::string api_token;
  std::uint32_t visitors = 2'000;
  std::uint32_t chats_per_agent = 30;
  std::uint32_t text_bytes = 120;
  std::uint32_t heartbeat_ms = 20'000;
  // Means, drawn from an exponential distribution for each visitor.
  double seconds_between_messages = 60;
  double seconds_between_reconnects = 600;
  // An agent answers every message, after this long on average.
  double seconds_to_answer = 5;
  // Of all visitors together; one worker of its own sends them one after another.
  double uploads_per_second = 1;
  std::uint32_t upload_bytes = 100'000;

  std::uint32_t agents() const { return (visitors + chats_per_agent - 1) / chats_per_agent; }
};

// A worker's part: `agents` of all of them, with their visitors. Tally: completed counts visitors' acked messages, delivered what arrived at agents; latency is visitors' acks,
// delivery what reached the other side (both ways).
Result<void> run_mixed_load(const MixedLoad& load, Worker& worker, Worker::Share agents);
// The worker that sends files.
Result<void> run_upload_load(const MixedLoad& load, Worker& worker);

}  // namespace wk::bench
