#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "bench/client/client_loop.hpp"
#include "bench/client/report.hpp"
#include "bench/client/runs.hpp"

namespace wk::bench {
namespace {

// Memory counts once it has stayed the same for so long: readers and caches have come to rest.
constexpr double kStillSeconds = 3;
constexpr double kSettleSecondsMax = 30;
constexpr std::uint64_t kStillBytes = 64 << 10;

Result<Memory> settled_memory(const ServerProcess& server) {
  WK_TRY(Memory before, memory(server.pid()));
  for (double waited = 0; waited < kSettleSecondsMax; waited += kStillSeconds) {
    std::this_thread::sleep_for(std::chrono::duration<double>(kStillSeconds));
    WK_TRY(const Memory now, memory(server.pid()));
    const bool still = now.anonymous_bytes + kStillBytes > before.anonymous_bytes && before.anonymous_bytes + kStillBytes > now.anonymous_bytes;
    before = now;
    if (still) break;
  }
  return before;
}

double each(std::uint64_t later, std::uint64_t earlier, std::uint32_t count) {
  return count == 0 ? 0 : (static_cast<double>(later) - static_cast<double>(earlier)) / count;
}

}  // namespace

Result<void> run_idle(IdleRun run) {
  WK_TRY(ServerProcess server, start_weikeyi(run.target));
  if (server.pid() == 0) return fail(ErrorCode::kInvalidArgument, "memory and CPU need the server's --pid");
  IdleLoad load = run.load;
  load.endpoint = server.endpoint();
  load.site = run.target.site;
  WK_TRY(const Memory empty, settled_memory(server));

  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  std::vector<WorkerGroup> groups;
  Memory before = empty;
  std::uint64_t dropped = 0;
  for (const std::uint32_t connections : run.steps) {
    if (connections <= load.first) return fail(ErrorCode::kInvalidArgument, "--connections must grow");
    load.connections = connections - load.first;
    WK_TRY(WorkerGroup group, WorkerGroup::fork(workers_for(load.connections), [&load](Worker& worker) { return run_idle_load(load, worker); }));
    groups.push_back(std::move(group));
    WK_TRY_VOID(groups.back().wait_ready());
    WK_TRY(const Memory now, settled_memory(server));

    WK_TRY(const ThreadTimes cpu_before, thread_times(server.pid()));
    const std::uint64_t began = now_ns();
    std::this_thread::sleep_for(std::chrono::duration<double>(run.durations.seconds));
    WK_TRY(const ThreadTimes cpu_after, thread_times(server.pid()));
    const double seconds = static_cast<double>(now_ns() - began) / 1e9;
    std::uint64_t standing = 0;
    for (const WorkerGroup& one : groups) {
      WK_TRY_VOID(one.healthy());
      standing += one.connections();
    }
    dropped = connections - standing;
    const CpuSplit cpu = split(difference(cpu_after, cpu_before));
    const double cores = static_cast<double>(cpu.all()) / 1e9 / seconds;
    steps.push_back({{"connections", connections},
                     {"bytes_each", each(now.anonymous_bytes, empty.anonymous_bytes, connections)},
                     {"bytes_each_of_the_last", each(now.anonymous_bytes, before.anonymous_bytes, load.connections)},
                     {"rss_mib", static_cast<double>(now.rss_bytes) / (1 << 20)},
                     {"cpu_percent_per_10000", cores * 100 * 10'000 / connections},
                     {"cpu_us_per_connection_minute", cores * 1e6 * 60 / connections},
                     {"dropped", dropped}});
    before = now;
    load.first = connections;
  }
  for (WorkerGroup& group : groups) group.set(Phase::kDrain);
  for (WorkerGroup& group : groups) WK_TRY_VOID(group.join(10));
  print_report({{"bench", "idle"},
                {"server", server.command()},
                {"conversations", load.conversations},
                {"security", security_name()},
                {"deflate", load.deflate},
                {"heartbeat_ms", load.heartbeat_ms},
                {"seconds", run.durations.seconds},
                {"empty_rss_mib", static_cast<double>(empty.rss_bytes) / (1 << 20)},
                {"steps", steps}});
  if (dropped > 0) return fail(ErrorCode::kUnavailable, "connections were dropped");
  return {};
}

}  // namespace wk::bench
