#include <nlohmann/json.hpp>

#include "bench/client/report.hpp"
#include "bench/client/runs.hpp"

namespace wk::bench {
namespace {

Result<ServerProcess> start(const ChatRun& run) {
  return run.load.protocol == ChatLoad::Protocol::kFloor ? start_chat_floor(run.target) : start_weikeyi(run.target);
}

}  // namespace

Result<void> run_chat(ChatRun run) {
  WK_TRY(ServerProcess server, start(run));
  run.load.endpoint = server.endpoint();
  run.load.site = run.target.site;
  const bool floor = run.load.protocol == ChatLoad::Protocol::kFloor;
  if (!floor) {
    WK_TRY(run.load.api_token, agent_token(server, run.target));
  }
  WK_TRY(WorkerGroup workers, WorkerGroup::fork(workers_for(run.load.connections()), [&](Worker& worker) { return run_chat_load(run.load, worker); }));
  WK_TRY_VOID(workers.wait_ready());
  if (!floor && run.steady) wait_until_steady(server);
  WK_TRY(const Measured measured, measure(workers, server, run.durations));
  const DeliveryFaults& faults = measured.faults;
  print_report({{"bench", "chat"},
                {"protocol", floor ? "floor" : "weikeyi"},
                {"server", server.command()},
                {"senders", run.load.senders},
                {"in_flight", run.load.in_flight},
                {"rate", run.load.rate},
                {"receivers", floor ? "pairs" : run.load.receivers == ChatLoad::Receivers::kAgents ? "agents" : "devices"},
                {"chats_per_receiver", run.load.chats_per_receiver()},
                {"event_bytes", measured.event_bytes},
                {"seconds", measured.seconds},
                {"other_cores", measured.other_cores},
                {"messages", measured.completed},
                {"per_second", static_cast<double>(measured.completed) / measured.seconds},
                {"delivered_per_second", static_cast<double>(measured.delivered) / measured.seconds},
                {"cpu", cpu_report(measured.server_cpu, measured.seconds, measured.completed)},
                {"client_us", measured.completed == 0 ? 0.0 : static_cast<double>(measured.client_cpu_ns) / 1e3 / static_cast<double>(measured.completed)},
                {"ack_ms", percentiles(measured.latency)},
                {"ack_between_sockets_ms", percentiles(measured.between_sockets)},
                {"delivery_ms", percentiles(measured.delivery)},
                {"refused", measured.refused},
                {"overrun", measured.overrun},
                {"lost", faults.lost},
                {"duplicate", faults.duplicate},
                {"out_of_order", faults.out_of_order},
                {"unacked", faults.unacked},
                {"range_gaps", measured.range_gaps},
                {"wrong", measured.wrong}});
  if (faults.any() || measured.range_gaps > 0 || measured.wrong > 0) return fail(ErrorCode::kCorrupt, "messages did not arrive as they were accepted");
  if (measured.completed == 0) return fail(ErrorCode::kUnavailable, "nothing was acked");
  return {};
}

}  // namespace wk::bench
