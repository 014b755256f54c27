// A load of visitors over real sockets, for `weikeyi bench chat`: one thread, one event loop, percentiles as JSON.
#pragma once

#include <string>

#include "base/result.hpp"

namespace wk {

struct ChatBenchOptions {
  std::string endpoint;
  std::string site = "demo";
  unsigned visitors = 100;
  unsigned in_flight = 1;
  unsigned seconds = 10;
};

// Prints {"messages":…,"per_second":…,"ack_ms":{"p50":…,"p99":…,"max":…},"refused":…}.
Result<void> run_chat_bench(const ChatBenchOptions& options);

}  // namespace wk
