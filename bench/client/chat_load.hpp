// People who chat: senders who write and wait for acks, and others who receive it. The same load for the product (visitors,
// and agents subscribed to their conversations) and for the floor (pairs), so that the two differ in the server alone.
#pragma once

#include <cstdint>
#include <string>

#include "bench/client/workers.hpp"
#include "net/address.hpp"

namespace wk::bench {

struct ChatLoad {
  enum class Protocol { kWeikeyi, kFloor };
  // Who receives what a visitor writes: agents, who also see every other conversation in their lists; or the visitor's own
  // second device, which sees nothing else.
  enum class Receivers { kAgents, kDevices };

  Protocol protocol = Protocol::kWeikeyi;
  Receivers receivers = Receivers::kAgents;
  Endpoint endpoint;
  std::uint32_t senders = 2'000;
  // Closed loop: this many unanswered each, the next one at the ack. Open loop (rate > 0): at most this many.
  std::uint32_t in_flight = 1;
  // Messages a second of all senders together; 0: closed loop. Latencies count from when a message was due.
  double rate = 0;
  // Conversations of one agent's socket.
  std::uint32_t chats_per_agent = 30;
  std::uint32_t text_bytes = 50;
  std::string site = "demo";
  std::string api_token;

  // The floor and the visitors' devices: one receiver for each sender.
  std::uint32_t chats_per_receiver() const {
    return protocol == Protocol::kFloor || receivers == Receivers::kDevices ? 1 : chats_per_agent;
  }
  std::uint32_t connections() const { return senders + (senders + chats_per_receiver() - 1) / chats_per_receiver(); }
};

// A worker's part of it.
Result<void> run_chat_load(const ChatLoad& load, Worker& worker);

}  // namespace wk::bench
