#include <nlohmann/json.hpp>

#include "bench/client/report.hpp"
#include "bench/client/runs.hpp"

namespace wk::bench {

Result<void> run_echo(EchoRun run) {
  if (run.target.security != Security::kPlain && !run.target.program.empty()) return fail(ErrorCode::kInvalidArgument, "a floor speaks no TLS");
  WK_TRY(ServerProcess server, start_echo(run.target));
  run.load.endpoint = server.endpoint();
  WK_TRY(WorkerGroup workers, WorkerGroup::fork(workers_for(run.load.connections), [&](Worker& worker) { return run_echo_load(run.load, worker); }));
  WK_TRY_VOID(workers.wait_ready());
  WK_TRY(const Measured measured, measure(workers, server, run.durations));
  print_report({{"bench", "echo"},
                {"protocol", run.load.raw ? "floor" : "weikeyi"},
                {"security", security_name()},
                {"connections", run.load.connections},
                {"in_flight", run.load.in_flight},
                {"payload_bytes", run.load.payload_bytes},
                {"seconds", measured.seconds},
                {"other_cores", measured.other_cores},
                {"messages", measured.completed},
                {"per_second", static_cast<double>(measured.completed) / measured.seconds},
                {"cpu", cpu_report(measured.server_cpu, measured.seconds, measured.completed)},
                {"client_us", measured.completed == 0 ? 0.0 : static_cast<double>(measured.client_cpu_ns) / 1e3 / static_cast<double>(measured.completed)},
                {"echo_ms", percentiles(measured.latency)},
                {"wrong", measured.wrong}});
  if (measured.wrong > 0) return fail(ErrorCode::kProtocol, "what came back was not what was sent");
  if (measured.completed == 0) return fail(ErrorCode::kUnavailable, "nothing came back");
  return {};
}

}  // namespace wk::bench
