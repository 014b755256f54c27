// weikeyi bench: loads for measuring (bench/client), and the echo server of the codec.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <thread>

#include "bench/client/runs.hpp"
#include "gateway/server/upgrade.hpp"
#include "net/http_server.hpp"
#include "server/commands.hpp"

namespace wk {
namespace {

constexpr std::uint32_t kEchoMessageBytesMax = 16u << 20;

Result<void> serve_echo(std::uint16_t port) {
  WK_TRY(auto loop, EventLoop::create({.name = "loop-0"}));
  websocket::LoopCodec codec;
  auto http = HttpServer::create(*loop, {}, [&codec](const HttpRequest& head) -> HttpRoute {
    if (head.path != "/echo") return HttpResponse::text(404, "Not found\n");
    return echo_route(codec, head, kEchoMessageBytesMax);
  });
  WK_TRY(Endpoint wanted, Endpoint::parse("127.0.0.1:" + std::to_string(port)));
  WK_TRY(const Endpoint endpoint, http->listen(wanted));
  std::printf("{\"url\":\"ws://%s/echo\"}\n", endpoint.text().c_str());
  std::fflush(stdout);
  std::thread thread([&] { loop->run(); });
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  int signal = 0;
  sigwait(&set, &signal);
  loop->stop();
  thread.join();
  return {};
}

// A bench has no orderly end to wait for: what it started dies with it.
void end_on_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void add_target(CLI::App& command, bench::TargetOptions& target) {
  command.add_option("--url", target.url, "host:port of a running server; without it one is started for the run");
  command.add_option("--pid", target.pid, "Process of the running server, for its CPU and memory");
  command.add_option("--program", target.program, "A floor's program to start instead (bench/echo_floor, bench/chat_floor)");
  command.add_option("--data", target.data, "Where a started server keeps its data: in a new directory, removed afterwards")->capture_default_str();
  command.add_option("--loops", target.loops, "Event loops of a started server")->capture_default_str();
  command.add_option("--serve", target.serve_options, "Further options of a started `weikeyi serve`");
}

void add_durations(CLI::App& command, bench::Durations& durations) {
  command.add_option("--seconds", durations.seconds, "How long is measured")->capture_default_str()->check(CLI::Range(0.1, 86'400.0));
  command.add_option("--warm-up", durations.warm_up_seconds, "Seconds of load before that")->capture_default_str()->check(CLI::Range(0.0, 3'600.0));
}

void add_echo(CLI::App& bench, const Finished& finished) {
  auto run = std::make_shared<bench::EchoRun>();
  CLI::App* command = bench.add_subcommand("echo", "Messages that come straight back: the codec's cost, or a raw floor's");
  add_target(*command, run->target);
  add_durations(*command, run->durations);
  command->add_flag("--raw", run->load.raw, "Raw TCP, as the floor speaks; implied by --program");
  command->add_option("--connections", run->load.connections, "Connections")->capture_default_str()->check(CLI::Range(1, 1'000'000));
  command->add_option("--in-flight", run->load.in_flight, "Unanswered messages of each")->capture_default_str()->check(CLI::Range(1, 1'024));
  command->add_option("--payload-bytes", run->load.payload_bytes, "Bytes of a message")->capture_default_str()->check(CLI::Range(1, 65'535));
  command->callback([run, finished] {
    end_on_signals();
    if (!run->target.program.empty()) run->load.raw = true;
    finished(run_echo(*run));
  });
}

void add_chat(CLI::App& bench, const Finished& finished) {
  static const std::map<std::string, bench::ChatLoad::Protocol> kProtocols{{"weikeyi", bench::ChatLoad::Protocol::kWeikeyi},
                                                                          {"floor", bench::ChatLoad::Protocol::kFloor}};
  auto run = std::make_shared<bench::ChatRun>();
  CLI::App* command = bench.add_subcommand("chat", "Visitors who write, acked and delivered to agents' sockets, each exactly once");
  add_target(*command, run->target);
  add_durations(*command, run->durations);
  command->add_option("--protocol", run->load.protocol, "weikeyi or floor")->transform(CLI::CheckedTransformer(kProtocols));
  command->add_option("--visitors", run->load.senders, "Visitors at a time")->capture_default_str()->check(CLI::Range(1, 500'000));
  command->add_option("--in-flight", run->load.in_flight, "Unacked messages of each; the next one is sent at an ack")->capture_default_str()->check(CLI::Range(1, 256));
  command->add_option("--rate", run->load.rate, "Messages a second of all together, whatever is acked; 0: as fast as acks come")->capture_default_str()->check(CLI::NonNegativeNumber);
  command->add_option("--chats-per-agent", run->load.chats_per_agent, "Conversations on one agent's socket")->capture_default_str()->check(CLI::Range(1, 500));
  command->add_option("--text-bytes", run->load.text_bytes, "Bytes of a text; 50 make an event of about 128")->capture_default_str()->check(CLI::Range(32, 20'000));
  command->add_option("--site", run->target.site, "Key of the site the visitors come to")->capture_default_str();
  command->add_option("--email", run->target.email, "An agent of the running server; the password is taken from WEIKEYI_BENCH_PASSWORD");
  command->callback([run, finished] {
    end_on_signals();
    finished(run_chat(*run));
  });
}

}  // namespace

void add_bench(CLI::App& app, Finished finished) {
  CLI::App* bench = app.add_subcommand("bench", "Measure: loads against a server, and what they cost it");
  bench->require_subcommand(1);

  auto port = std::make_shared<std::uint16_t>(0);
  CLI::App* echo = bench->add_subcommand("serve-echo", "Serve ws://127.0.0.1:PORT/echo: each message comes back");
  echo->add_option("--port", *port, "0: any free one; printed as JSON")->capture_default_str();
  echo->callback([port, finished] { finished(serve_echo(*port)); });

  add_echo(*bench, finished);
  add_chat(*bench, finished);
}

}  // namespace wk
