// The bench commands: start what is measured, run the load, print one line of JSON on stdout and a table on stderr.
#pragma once

#include <cstdint>
#include <string>

#include "bench/client/chat_load.hpp"
#include "bench/client/echo_load.hpp"
#include "bench/client/measure.hpp"
#include "bench/client/target.hpp"

namespace wk::bench {

struct EchoRun {
  TargetOptions target;
  EchoLoad load;
  Durations durations;
};
Result<void> run_echo(EchoRun run);

struct ChatRun {
  TargetOptions target;
  ChatLoad load;
  Durations durations;
};
// Fails where a message was lost, doubled, out of order or otherwise not as sent.
Result<void> run_chat(ChatRun run);

}  // namespace wk::bench
