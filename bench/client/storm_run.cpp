#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "bench/client/accounts.hpp"
#include "bench/client/client_loop.hpp"
#include "bench/client/report.hpp"
#include "bench/client/return_load.hpp"
#include "bench/client/runs.hpp"

namespace wk::bench {
namespace {

// Enough that no token is used twice at the same time.
constexpr std::uint32_t kTokens = 500;
constexpr double kReturnSecondsMax = 60;

void nap(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

}  // namespace

Result<void> run_storm(StormRun run) {
  WK_TRY(ServerProcess server, start_weikeyi(run.target));
  StormLoad& load = run.load;
  load.endpoint = server.endpoint();
  if (run.hello) {
    WK_TRY(VisitorSessions sessions, VisitorSessions::open(load.endpoint, run.target.site));
    for (std::uint32_t i = 0; i < kTokens; ++i) {
      WK_TRY(std::string token, sessions.next());
      load.visitor_tokens.push_back(std::move(token));
    }
  }
  WK_TRY(WorkerGroup workers, WorkerGroup::fork(workers_for(load.concurrent), [&](Worker& worker) { return run_storm_load(load, worker); }));
  WK_TRY_VOID(workers.wait_ready());
  WK_TRY(const Measured measured, measure(workers, server, run.durations));
  print_report({{"bench", "storm"},
                {"server", server.command()},
                {"security", security_name()},
                {"ends_with", run.hello ? "subscription" : "upgrade"},
                {"concurrent", load.concurrent},
                {"seconds", measured.seconds},
                {"other_cores", measured.other_cores},
                {"handshakes", measured.completed},
                {"per_second", static_cast<double>(measured.completed) / measured.seconds},
                {"cpu", cpu_report(measured.server_cpu, measured.seconds, measured.completed)},
                {"handshake_ms", percentiles(measured.latency)},
                // Of the whole run, as refused and broken are.
                {"tls_resumed", measured.resumed},
                {"refused", measured.refused},
                {"broken", measured.broken}});
  if (measured.completed == 0) return fail(ErrorCode::kUnavailable, "not one handshake was completed");
  return {};
}

Result<void> run_return(ReturnRun run) {
  if (!run.target.url.empty()) return fail(ErrorCode::kInvalidArgument, "a server that is to be restarted is started by the bench");
  WK_TRY(ServerProcess server, start_weikeyi(run.target));
  ReturnLoad& load = run.load;
  load.endpoint = server.endpoint();
  load.site = run.target.site;
  WK_TRY(WorkerGroup workers, WorkerGroup::fork(workers_for(load.clients), [&](Worker& worker) { return run_return_load(load, worker); }));
  WK_TRY_VOID(workers.wait_ready());

  const std::uint64_t stopped_ns = now_ns();
  WK_TRY_VOID(server.restart(SIGKILL));
  const double restart_seconds = static_cast<double>(now_ns() - stopped_ns) / 1e9;
  workers.set(Phase::kLoad);
  nap(2);
  WK_TRY(const ThreadTimes cpu_before, thread_times(server.pid()));
  const std::uint64_t began = now_ns();
  workers.set(Phase::kMeasure);
  double back_seconds = 0;
  while (workers.connections() < load.clients && back_seconds < kReturnSecondsMax) {
    nap(0.01);
    WK_TRY_VOID(workers.healthy());
    back_seconds = static_cast<double>(now_ns() - began) / 1e9;
  }
  const std::uint64_t back = workers.connections();
  WK_TRY(const ThreadTimes cpu_after, thread_times(server.pid()));
  workers.set(Phase::kDrain);
  WK_TRY_VOID(workers.join(10));

  Histogram wait;
  Histogram acks;
  std::uint64_t refused = 0;
  std::uint64_t retries = 0;
  std::uint64_t broken = 0;
  for (const Tally* tally : workers.tallies()) {
    wait.add(tally->latency);
    acks.add(tally->delivery);
    refused += tally->refused;
    retries += tally->overrun;
    broken += tally->broken;
  }
  print_report({{"bench", "storm --return"},
                {"server", server.command()},
                {"clients", load.clients},
                {"within_seconds", load.within_seconds},
                {"restart_seconds", restart_seconds},
                {"back", back},
                {"all_back_seconds", back_seconds},
                {"cpu", cpu_report(difference(cpu_after, cpu_before), back_seconds, back)},
                {"wait_ms", percentiles(wait)},
                {"chatters", load.chatters},
                {"chatters_ack_ms", percentiles(acks)},
                {"refused", refused},
                {"tried_again", retries},
                {"let_in_and_lost", broken}});
  if (back < load.clients) return fail(ErrorCode::kUnavailable, "not all clients came back");
  return {};
}

}  // namespace wk::bench
