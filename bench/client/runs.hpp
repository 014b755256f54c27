// The bench commands: start what is measured, run the load, print one line of JSON on stdout and a table on stderr.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/client/chat_load.hpp"
#include "bench/client/echo_load.hpp"
#include "bench/client/fanout_load.hpp"
#include "bench/client/idle_load.hpp"
#include "bench/client/measure.hpp"
#include "bench/client/mixed_load.hpp"
#include "bench/client/return_load.hpp"
#include "bench/client/storm_load.hpp"
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
  // wait_until_steady()
  bool steady = true;
  ChatLoad load;
  Durations durations;
};
// Fails where a message was lost, doubled, out of order or otherwise not as sent.
Result<void> run_chat(ChatRun run);

struct OverloadRun {
  TargetOptions target;
  ChatLoad load;
  // Of the rate that the same visitors reach one in flight.
  double factor = 3;
  // What is taken for that rate instead of measuring it first; 0: it is measured.
  double sustainable = 0;
  Durations durations{.warm_up_seconds = 1, .seconds = 60, .drain_seconds_max = 60};
};
// More than can be done, beside a few who write little. Fails as run_chat(), and where who was refused was not told when to come back.
Result<void> run_overload(OverloadRun run);

struct IdleRun {
  TargetOptions target;
  IdleLoad load;
  // Figures are taken at each of these numbers of connections, growing.
  std::vector<std::uint32_t> steps{1'000, 5'000, 15'000};
  Durations durations{.seconds = 20};
};
// Fails where a connection was dropped.
Result<void> run_idle(IdleRun run);

struct FanoutRun {
  TargetOptions target;
  // wait_until_steady()
  bool steady = true;
  FanoutLoad load;
  Durations durations;
};
Result<void> run_fanout(FanoutRun run);

struct StormRun {
  TargetOptions target;
  StormLoad load;
  // Sign in as a visitor; otherwise a handshake ends with the upgrade (a proxy's, to compare with).
  bool hello = true;
  Durations durations;
};
Result<void> run_storm(StormRun run);

struct ReturnRun {
  TargetOptions target;
  ReturnLoad load;
};
// Kills the server, starts it again, and fails where not everybody comes back.
Result<void> run_return(ReturnRun run);

struct MixedRun {
  TargetOptions target;
  // wait_until_steady()
  bool steady = true;
  MixedLoad load;
  Durations durations{.warm_up_seconds = 5, .seconds = 60};
};
Result<void> run_mixed(MixedRun run);

}  // namespace wk::bench
