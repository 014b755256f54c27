#include "bench/client/measure.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <thread>

#include "bench/client/client_loop.hpp"

namespace wk::bench {
namespace {

struct Snapshot {
  std::uint64_t at_ns = 0;
  std::uint64_t completed = 0;
  std::uint64_t delivered = 0;
  std::uint64_t client_cpu_ns = 0;
  std::uint64_t machine_cpu_ns = 0;
  ThreadTimes server_cpu;
};

Result<Snapshot> snapshot(const WorkerGroup& workers, const ServerProcess& server) {
  Snapshot out;
  if (server.pid() != 0) {
    WK_TRY(out.server_cpu, thread_times(server.pid()));
  }
  out.at_ns = now_ns();
  out.completed = workers.completed();
  out.delivered = workers.delivered();
  out.client_cpu_ns = workers.client_cpu_ns();
  out.machine_cpu_ns = machine_cpu_ns();
  return out;
}

void sleep_seconds(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

double rounded(double value) { return std::round(value * 1'000) / 1'000; }

}  // namespace

Result<Measured> measure(WorkerGroup& workers, const ServerProcess& server, const Durations& durations, const std::function<void()>& meanwhile) {
  workers.set(Phase::kLoad);
  sleep_seconds(durations.warm_up_seconds);
  workers.set(Phase::kMeasure);
  WK_TRY(const Snapshot before, snapshot(workers, server));
  for (double left = durations.seconds; left > 0; left -= 1) {
    sleep_seconds(std::min(left, 1.0));
    if (meanwhile) meanwhile();
  }
  WK_TRY(const Snapshot after, snapshot(workers, server));
  Measured out;
  out.ended_ns = now_ns();
  workers.set(Phase::kDrain);
  WK_TRY_VOID(workers.join(durations.drain_seconds_max));

  out.seconds = static_cast<double>(after.at_ns - before.at_ns) / 1e9;
  out.completed = after.completed - before.completed;
  out.delivered = after.delivered - before.delivered;
  out.client_cpu_ns = after.client_cpu_ns - before.client_cpu_ns;
  out.server_cpu = difference(after.server_cpu, before.server_cpu);
  const double measured_ns = static_cast<double>(out.client_cpu_ns + split(out.server_cpu).all());
  out.other_cores = std::max(0.0, (static_cast<double>(after.machine_cpu_ns - before.machine_cpu_ns) - measured_ns) / 1e9 / out.seconds);
  for (const Tally* tally : workers.tallies()) {
    out.latency.add(tally->latency);
    out.delivery.add(tally->delivery);
    out.between_sockets.add(tally->between_sockets);
    out.faults.add(tally->faults);
    out.refused += tally->refused;
    out.refused_without_a_time += tally->refused_without_a_time;
    out.resumed += tally->resumed;
    out.broken += tally->broken;
    out.overrun += tally->overrun;
    out.range_gaps += tally->range_gaps;
    out.wrong += tally->wrong;
    out.event_bytes = std::max(out.event_bytes, tally->event_bytes);
  }
  return out;
}

nlohmann::ordered_json percentiles(const Histogram& histogram) {
  const auto at = [&](double share) { return rounded(static_cast<double>(histogram.percentile(share)) / 1e6); };
  return {{"count", histogram.count()}, {"mean", rounded(histogram.mean() / 1e6)}, {"p50", at(0.5)},   {"p90", at(0.9)},
          {"p99", at(0.99)},            {"p999", at(0.999)},                       {"max", at(1)}};
}

nlohmann::ordered_json cpu_report(const ThreadTimes& cpu, double seconds, std::uint64_t units) {
  const auto each = [units](std::uint64_t nanoseconds) {
    return units == 0 ? 0.0 : rounded(static_cast<double>(nanoseconds) / 1e3 / static_cast<double>(units));
  };
  const CpuSplit parts = split(cpu);
  nlohmann::ordered_json threads;
  for (const auto& [name, nanoseconds] : cpu) threads[name] = each(nanoseconds);
  return {{"ack_path_us", each(parts.ack_path_ns)},
          {"readers_us", each(parts.readers_ns)},
          {"others_us", each(parts.others_ns)},
          {"all_us", each(parts.all())},
          {"cores", rounded(static_cast<double>(parts.all()) / 1e9 / seconds)},
          {"by_thread_us", threads}};
}

}  // namespace wk::bench
