// Connections that come: one handshake after another as fast as they are served.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/client/workers.hpp"
#include "net/address.hpp"

namespace wk::bench {

struct StormLoad {
  Endpoint endpoint;
  std::string target = "/ws";
  // Taken in turn; a handshake ends with the visitor's subscription. None: it ends with the upgrade.
  std::vector<std::string> visitor_tokens;
  // Handshakes under way at a time.
  std::uint32_t concurrent = 64;
};

// A worker's part of it. Tally: completed counts handshakes; latency is from connect to the end.
Result<void> run_storm_load(const StormLoad& load, Worker& worker);

}  // namespace wk::bench
