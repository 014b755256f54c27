#include <nlohmann/json.hpp>

#include "bench/client/report.hpp"
#include "bench/client/runs.hpp"

namespace wk::bench {

Result<void> run_mixed(MixedRun run) {
  WK_TRY(ServerProcess server, start_weikeyi(run.target));
  MixedLoad& load = run.load;
  load.endpoint = server.endpoint();
  load.site = run.target.site;
  WK_TRY(load.api_token, agent_token(server, run.target));
  // An agent and its visitors are one process's; the last one sends the files.
  const std::uint64_t each = connections_each(load.visitors + load.agents());
  const std::uint64_t agents_each = each / (load.chats_per_agent + 1);
  if (agents_each == 0) {
    return fail(ErrorCode::kInvalidArgument, "an agent with " + std::to_string(load.chats_per_agent) + " chats and its visitors are more than the " +
                                                 std::to_string(each) + " connections for which one process may have descriptors (ulimit -n)");
  }
  const std::uint32_t days = workers_needed(load.agents(), agents_each);
  WK_TRY(WorkerGroup workers, WorkerGroup::fork(days + 1, [&](Worker& worker) {
    return worker.index() < days ? run_mixed_load(load, worker, worker.share(load.agents(), days)) : run_upload_load(load, worker);
  }));
  WK_TRY_VOID(workers.wait_ready());
  if (run.steady) wait_until_steady(server);
  WK_TRY(const Measured measured, measure(workers, server, run.durations));
  MixedTally sum;
  for (const Tally* tally : workers.tallies()) sum.add(tally->mixed);
  nlohmann::ordered_json memory_mib;
  if (server.pid() != 0) {
    WK_TRY(const Memory now, memory(server.pid()));
    memory_mib = static_cast<double>(now.rss_bytes) / (1 << 20);
  }
  print_report({{"bench", "mixed"},
                {"server", server.command()},
                {"visitors", load.visitors},
                {"agents", load.agents()},
                {"processes", days},
                {"seconds", measured.seconds},
                {"other_cores", measured.other_cores},
                {"messages", measured.completed},
                {"answers", sum.answers},
                {"typing", sum.typing},
                {"reconnects", sum.reconnects},
                {"uploads", sum.uploads},
                {"cpu", cpu_report(measured.server_cpu, measured.seconds, measured.completed)},
                {"rss_mib", memory_mib},
                {"ack_ms", percentiles(measured.latency)},
                {"delivery_ms", percentiles(measured.delivery)},
                {"reconnect_ms", percentiles(sum.reconnect)},
                {"upload_ms", percentiles(sum.upload)},
                {"refused", measured.refused},
                {"lost", measured.faults.lost},
                {"duplicate", measured.faults.duplicate},
                {"out_of_order", measured.faults.out_of_order},
                {"unacked", measured.faults.unacked},
                {"range_gaps", measured.range_gaps},
                {"wrong", measured.wrong}});
  if (measured.faults.any() || measured.range_gaps > 0 || measured.wrong > 0) return fail(ErrorCode::kCorrupt, "messages did not arrive as they were accepted");
  return {};
}

}  // namespace wk::bench
