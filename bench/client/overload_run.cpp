// Overload: what the server can do is measured first, then several times as much is offered, whatever is answered. Beside that stand a
// few who write little, as ordinary visitors do: how they fare, and when all is as usual again after the load has ended.
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "bench/client/report.hpp"
#include "bench/client/runs.hpp"

namespace wk::bench {
namespace {

// One process of senders alone could not offer so much.
constexpr std::uint32_t kWorkersMin = 2;
constexpr double kSustainableSeconds = 5;
// How long the few are watched after the load has ended.
constexpr double kAfterSeconds = 4;

Result<WorkerGroup> start(const ChatLoad& load, std::uint32_t workers_min) {
  WK_TRY(WorkerGroup workers, WorkerGroup::fork(std::max(workers_min, workers_for(load.connections())),
                                                [load](Worker& worker) { return run_chat_load(load, worker); }));
  WK_TRY_VOID(workers.wait_ready());
  return workers;
}

Result<double> sustainable_rate(const OverloadRun& run, const ServerProcess& server) {
  if (run.sustainable > 0) return run.sustainable;
  ChatLoad load = run.load;
  load.rate = 0;
  load.in_flight = 1;
  WK_TRY(WorkerGroup workers, start(load, 1));
  wait_until_steady(server);
  WK_TRY(const Measured measured, measure(workers, server, {.warm_up_seconds = 1, .seconds = std::min(kSustainableSeconds, run.durations.seconds)}));
  if (measured.completed == 0) return fail(ErrorCode::kUnavailable, "nothing was acked");
  return static_cast<double>(measured.completed) / measured.seconds;
}

double mebibytes(std::uint64_t bytes) { return static_cast<double>(bytes >> 10) / 1024; }

}  // namespace

Result<void> run_overload(OverloadRun run) {
  WK_TRY(ServerProcess server, start_weikeyi(run.target));
  run.load.endpoint = server.endpoint();
  run.load.site = run.target.site;
  WK_TRY(run.load.api_token, agent_token(server, run.target));
  WK_TRY(const double sustainable, sustainable_rate(run, server));

  ChatLoad few = run.load;
  few.senders = 20;
  few.rate = 200;
  run.load.rate = sustainable * run.factor;
  WK_TRY(WorkerGroup load, start(run.load, kWorkersMin));
  WK_TRY(WorkerGroup beside, start(few, 1));
  wait_until_steady(server);

  nlohmann::ordered_json rss = nlohmann::ordered_json::array();
  double rss_max = 0;
  const auto watch = [&] {
    const Result<Memory> now = memory(server.pid());
    if (server.pid() == 0 || !now) return;
    rss.push_back(mebibytes(now->rss_bytes));
    rss_max = std::max(rss_max, mebibytes(now->rss_bytes));
  };
  watch();
  beside.set(Phase::kMeasure);
  WK_TRY(const Measured measured, measure(load, server, run.durations, watch));
  std::this_thread::sleep_for(std::chrono::duration<double>(kAfterSeconds));
  watch();
  const std::uint64_t last_slow_ns = std::max(beside.last_slow_ns(), load.last_slow_ns());
  beside.set(Phase::kDrain);
  WK_TRY_VOID(beside.join(run.durations.drain_seconds_max));
  const Tally& others = *beside.tallies().front();

  const double run_seconds = run.durations.warm_up_seconds + measured.seconds;
  const double accepted = static_cast<double>(measured.completed) / measured.seconds;
  const double refused = static_cast<double>(measured.refused) / run_seconds;
  const double overrun = static_cast<double>(measured.overrun) / run_seconds;
  DeliveryFaults faults = measured.faults;
  faults.add(others.faults);
  print_report({{"bench", "overload"},
                {"server", server.command()},
                {"senders", run.load.senders},
                {"sustainable_per_second", sustainable},
                {"factor", run.factor},
                {"seconds", measured.seconds},
                {"other_cores", measured.other_cores},
                {"accepted_per_second", accepted},
                {"refused_per_second", refused},
                // Not sent, because the sender had too many unanswered, or nobody had the time to send it.
                {"overrun_per_second", overrun},
                {"offered_of_wanted", run.load.rate == 0 ? 0 : (accepted + refused) / run.load.rate},
                {"ack_ms", percentiles(measured.latency)},
                {"ack_between_sockets_ms", percentiles(measured.between_sockets)},
                {"delivery_ms", percentiles(measured.delivery)},
                {"beside_ack_ms", percentiles(others.latency)},
                {"beside_ack_between_sockets_ms", percentiles(others.between_sockets)},
                {"beside_refused", others.refused},
                {"as_usual_after_ms", last_slow_ns > measured.ended_ns ? static_cast<double>(last_slow_ns - measured.ended_ns) / 1e6 : 0.0},
                {"cpu", cpu_report(measured.server_cpu, measured.seconds, measured.completed)},
                {"rss_mib_max", rss_max},
                {"rss_mib", rss},
                {"refused_without_a_time", measured.refused_without_a_time},
                {"lost", faults.lost},
                {"duplicate", faults.duplicate},
                {"out_of_order", faults.out_of_order},
                {"unacked", faults.unacked},
                {"range_gaps", measured.range_gaps},
                {"wrong", measured.wrong}});
  if (faults.any() || measured.range_gaps > 0 || measured.wrong > 0) return fail(ErrorCode::kCorrupt, "messages did not arrive as they were accepted");
  if (measured.refused_without_a_time > 0) return fail(ErrorCode::kProtocol, "who was refused was not told when to come back");
  if (measured.completed == 0) return fail(ErrorCode::kUnavailable, "nothing was acked");
  return {};
}

}  // namespace wk::bench
