#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "bench/client/report.hpp"
#include "bench/client/runs.hpp"

namespace wk::bench {
namespace {

double mib(const Memory& memory) { return static_cast<double>(memory.anonymous_bytes) / (1 << 20); }

}  // namespace

Result<void> run_fanout(FanoutRun run) {
  FanoutLoad& load = run.load;
  load.raw = !run.target.program.empty();
  WK_TRY(ServerProcess server, load.raw ? start_echo(run.target) : start_weikeyi(run.target));
  load.endpoint = server.endpoint();
  load.site = run.target.site;
  if (!load.raw) {
    WK_TRY(load.api_token, agent_token(server, run.target));
  }
  // Until this process ends.
  void* meeting = ::mmap(nullptr, sizeof(FanoutMeeting), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (meeting == MAP_FAILED) return fail(ErrorCode::kIo, std::strerror(errno));
  load.meeting = new (meeting) FanoutMeeting;
  const std::uint32_t processes = workers_for(load.subscribers + std::uint64_t{1});
  WK_TRY(WorkerGroup workers, WorkerGroup::fork(processes, [&](Worker& worker) { return run_fanout_load(load, worker); }));
  WK_TRY_VOID(workers.wait_ready());
  if (!load.raw && run.steady) wait_until_steady(server);
  Memory before;
  Memory after;
  if (server.pid() != 0) {
    WK_TRY(before, memory(server.pid()));
  }
  WK_TRY(const Measured measured, measure(workers, server, run.durations));
  if (server.pid() != 0) {
    WK_TRY(after, memory(server.pid()));
  }
  print_report({{"bench", "fanout"},
                {"protocol", load.raw ? "floor" : "weikeyi"},
                {"server", server.command()},
                {"subscribers", load.subscribers},
                {"processes", processes},
                {"seconds", measured.seconds},
                {"other_cores", measured.other_cores},
                {"events", measured.completed},
                {"deliveries", measured.delivered},
                {"deliveries_per_second", static_cast<double>(measured.delivered) / measured.seconds},
                {"cpu", cpu_report(measured.server_cpu, measured.seconds, measured.delivered)},
                {"last_has_it_ms", percentiles(measured.latency)},
                {"delivery_ms", percentiles(measured.delivery)},
                {"memory_before_mib", mib(before)},
                {"memory_after_mib", mib(after)},
                {"refused", measured.refused},
                {"lost", measured.faults.lost},
                {"duplicate", measured.faults.duplicate},
                {"out_of_order", measured.faults.out_of_order},
                {"wrong", measured.wrong}});
  if (measured.faults.any() || measured.wrong > 0) return fail(ErrorCode::kCorrupt, "events did not arrive as they were written");
  if (measured.completed == 0) return fail(ErrorCode::kUnavailable, "not one event reached everybody");
  return {};
}

}  // namespace wk::bench
