// Connections that send the same 128 bytes again as soon as they came back: the cost of a codec, without anything behind it.
#pragma once

#include <cstdint>

#include "bench/client/workers.hpp"
#include "net/address.hpp"

namespace wk::bench {

struct EchoLoad {
  Endpoint endpoint;
  // Raw bytes, as the floor echoes; otherwise WebSocket messages to /echo.
  bool raw = false;
  std::uint32_t connections = 100;
  std::uint32_t in_flight = 1;
  std::uint32_t payload_bytes = 128;
};

// A worker's part of it.
Result<void> run_echo_load(const EchoLoad& load, Worker& worker);

}  // namespace wk::bench
