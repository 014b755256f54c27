// weikeyi bench: loads for measuring (bench/client), and the echo server of the codec.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <thread>

#include "bench/client/runs.hpp"
#include "gateway/server/upgrade.hpp"
#include "net/http_server.hpp"
#include "net/tls.hpp"
#include "server/commands.hpp"

namespace wk {
namespace {

constexpr std::uint32_t kEchoMessageBytesMax = 16u << 20;

struct EchoServer {
  std::uint16_t port = 0;
  std::string tls_cert, tls_key;
};

Result<void> serve_echo(const EchoServer& options) {
  WK_TRY(auto loop, EventLoop::create({.name = "loop-0"}));
  websocket::LoopCodec codec;
  std::unique_ptr<TlsContext> tls;
  if (!options.tls_cert.empty()) {
    WK_TRY(tls, TlsContext::create({.certificate_file = options.tls_cert, .key_file = options.tls_key}));
  }
  auto http = HttpServer::create(*loop, {.tls = tls.get()}, [&codec](const HttpRequest& head) -> HttpRoute {
    if (head.path != "/echo") return HttpResponse::text(404, "Not found\n");
    return echo_route(codec, head, kEchoMessageBytesMax);
  });
  WK_TRY(Endpoint wanted, Endpoint::parse("127.0.0.1:" + std::to_string(options.port)));
  WK_TRY(const Endpoint endpoint, http->listen(wanted));
  std::printf("{\"url\":\"%s://%s/echo\"}\n", tls ? "wss" : "ws", endpoint.text().c_str());
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
  static const std::map<std::string, bench::Security> kSecurities{
      {"full", bench::Security::kTlsFull}, {"resumed", bench::Security::kTlsResumed}};
  command.add_option("--tls", target.security, "Speak TLS, each connection with a full handshake or with the newest session ticket; a started server gets a certificate")
      ->transform(CLI::CheckedTransformer(kSecurities));
  command.add_option("--serve", target.serve_options, "Further options of a started `weikeyi serve`");
}

void add_steady(CLI::App& command, bool& steady) {
  command.add_flag("!--from-start", steady, "Do not wait until a started server is 11 s old; younger, it looks every client id up in storage");
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
  static const std::map<std::string, bench::ChatLoad::Receivers> kReceivers{{"agents", bench::ChatLoad::Receivers::kAgents},
                                                                           {"devices", bench::ChatLoad::Receivers::kDevices}};
  auto run = std::make_shared<bench::ChatRun>();
  CLI::App* command = bench.add_subcommand("chat", "Visitors who write, acked and delivered to agents' sockets, each exactly once");
  add_target(*command, run->target);
  add_steady(*command, run->steady);
  add_durations(*command, run->durations);
  command->add_option("--protocol", run->load.protocol, "weikeyi or floor")->transform(CLI::CheckedTransformer(kProtocols));
  command->add_option("--to", run->load.receivers, "Who receives: agents, or the visitors' second devices")->transform(CLI::CheckedTransformer(kReceivers));
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

void add_overload(CLI::App& bench, const Finished& finished) {
  auto run = std::make_shared<bench::OverloadRun>();
  CLI::App* command = bench.add_subcommand("overload", "More than can be done: what is accepted and refused, how soon, and what it costs others and memory");
  add_target(*command, run->target);
  add_durations(*command, run->durations);
  command->add_option("--visitors", run->load.senders, "Visitors at a time")->capture_default_str()->check(CLI::Range(1, 500'000));
  command->add_option("--factor", run->factor, "Offered, as a multiple of the rate that they reach with one message in flight each")->capture_default_str()->check(CLI::PositiveNumber);
  command->add_option("--sustainable", run->sustainable, "That rate, instead of measuring it first")->check(CLI::NonNegativeNumber);
  command->add_option("--chats-per-agent", run->load.chats_per_agent, "Conversations on one agent's socket")->capture_default_str()->check(CLI::Range(1, 500));
  command->add_option("--text-bytes", run->load.text_bytes, "Bytes of a text; 50 make an event of about 128")->capture_default_str()->check(CLI::Range(32, 20'000));
  command->add_option("--site", run->target.site, "Key of the site the visitors come to")->capture_default_str();
  command->add_option("--email", run->target.email, "An agent of the running server; the password is taken from WEIKEYI_BENCH_PASSWORD");
  command->callback([run, finished] {
    end_on_signals();
    finished(run_overload(*run));
  });
}

void add_idle(CLI::App& bench, const Finished& finished) {
  auto run = std::make_shared<bench::IdleRun>();
  CLI::App* command = bench.add_subcommand("idle", "Visitors who are there and do nothing: memory of each, CPU of their heartbeats");
  add_target(*command, run->target);
  command->add_option("--connections", run->steps, "Figures are taken at each of these, growing")->capture_default_str()->delimiter(',');
  command->add_option("--seconds", run->durations.seconds, "How long CPU is measured at each")->capture_default_str()->check(CLI::Range(0.1, 86'400.0));
  command->add_option("--heartbeat-ms", run->load.heartbeat_ms, "Between two Pings of a visitor")->capture_default_str()->check(CLI::Range(100, 44'000));
  command->add_flag("--deflate", run->load.deflate, "Negotiate permessage-deflate");
  command->add_flag("!--no-conversations", run->load.conversations, "Visitors have not written yet, so their conversations do not exist");
  command->add_option("--site", run->target.site, "Key of the site the visitors come to")->capture_default_str();
  command->callback([run, finished] {
    end_on_signals();
    finished(run_idle(*run));
  });
}

void add_fanout(CLI::App& bench, const Finished& finished) {
  auto run = std::make_shared<bench::FanoutRun>();
  CLI::App* command = bench.add_subcommand("fanout", "One conversation that many agents' sockets follow; or a floor's plain sends");
  add_target(*command, run->target);
  add_steady(*command, run->steady);
  add_durations(*command, run->durations);
  command->add_option("--subscribers", run->load.subscribers, "Sockets that follow it")->capture_default_str()->check(CLI::Range(1, 1'000'000));
  command->add_option("--text-bytes", run->load.text_bytes, "Bytes of a text; 50 make an event of about 128")->capture_default_str()->check(CLI::Range(32, 20'000));
  command->add_option("--site", run->target.site, "Key of the site the visitor comes to")->capture_default_str();
  command->add_option("--email", run->target.email, "An agent of the running server; the password is taken from WEIKEYI_BENCH_PASSWORD");
  command->callback([run, finished] {
    end_on_signals();
    finished(run_fanout(*run));
  });
}

void add_storm(CLI::App& bench, const Finished& finished) {
  auto run = std::make_shared<bench::StormRun>();
  auto back = std::make_shared<bench::ReturnRun>();
  auto returning = std::make_shared<bool>(false);
  CLI::App* command = bench.add_subcommand("storm", "Handshakes with a token's check, as many as are served; or clients back after a restart");
  add_target(*command, run->target);
  add_durations(*command, run->durations);
  command->add_option("--concurrent", run->load.concurrent, "Handshakes under way at a time")->capture_default_str()->check(CLI::Range(1, 10'000));
  command->add_option("--target", run->load.target, "What is asked for")->capture_default_str();
  command->add_flag("!--no-hello", run->hello, "A handshake ends with the upgrade, without a token (to compare with a proxy)");
  command->add_option("--site", run->target.site, "Key of the site the visitors come to")->capture_default_str();
  command->add_flag("--return", *returning, "Instead: the server is killed and started again, and everybody comes back");
  command->add_option("--clients", back->load.clients, "With --return: who comes back")->capture_default_str()->check(CLI::Range(1, 1'000'000));
  command->add_option("--chatters", back->load.chatters, "With --return: those who are back first and chat meanwhile")->capture_default_str();
  command->add_option("--within", back->load.within_seconds, "With --return: seconds over which they come")->capture_default_str()->check(CLI::Range(0.0, 600.0));
  command->callback([run, back, returning, finished] {
    end_on_signals();
    back->target = run->target;
    finished(*returning ? run_return(*back) : run_storm(*run));
  });
}

void add_mixed(CLI::App& bench, const Finished& finished) {
  auto run = std::make_shared<bench::MixedRun>();
  CLI::App* command = bench.add_subcommand("mixed", "A realistic day: many idle, some typing, few messages, answers, uploads, reconnects");
  add_target(*command, run->target);
  add_steady(*command, run->steady);
  add_durations(*command, run->durations);
  command->add_option("--visitors", run->load.visitors, "Visitors at a time")->capture_default_str()->check(CLI::Range(1, 500'000));
  command->add_option("--chats-per-agent", run->load.chats_per_agent, "Conversations on one agent's socket")->capture_default_str()->check(CLI::Range(1, 500));
  command->add_option("--between-messages", run->load.seconds_between_messages, "Seconds between two messages of a visitor, on average")->capture_default_str()->check(CLI::PositiveNumber);
  command->add_option("--between-reconnects", run->load.seconds_between_reconnects, "Seconds between two reconnects of a visitor, on average")->capture_default_str()->check(CLI::PositiveNumber);
  command->add_option("--to-answer", run->load.seconds_to_answer, "Seconds until an agent answers, on average")->capture_default_str()->check(CLI::PositiveNumber);
  command->add_option("--uploads-per-second", run->load.uploads_per_second, "Files of all visitors together")->capture_default_str()->check(CLI::NonNegativeNumber);
  command->add_option("--upload-bytes", run->load.upload_bytes, "Size of each")->capture_default_str()->check(CLI::Range(1, 1 << 28));
  command->add_option("--site", run->target.site, "Key of the site the visitors come to")->capture_default_str();
  command->add_option("--email", run->target.email, "An agent of the running server; the password is taken from WEIKEYI_BENCH_PASSWORD");
  command->callback([run, finished] {
    end_on_signals();
    finished(run_mixed(*run));
  });
}

}  // namespace

void add_bench(CLI::App& app, Finished finished) {
  CLI::App* bench = app.add_subcommand("bench", "Measure: loads against a server, and what they cost it");
  bench->require_subcommand(1);

  auto server = std::make_shared<EchoServer>();
  CLI::App* echo = bench->add_subcommand("serve-echo", "Serve ws://127.0.0.1:PORT/echo: each message comes back");
  echo->add_option("--port", server->port, "0: any free one; printed as JSON")->capture_default_str();
  CLI::Option* certificate = echo->add_option("--tls-cert", server->tls_cert, "Certificate chain (PEM)");
  echo->add_option("--tls-key", server->tls_key, "Its private key (PEM)")->needs(certificate);
  echo->callback([server, finished] { finished(serve_echo(*server)); });

  add_echo(*bench, finished);
  add_chat(*bench, finished);
  add_overload(*bench, finished);
  add_idle(*bench, finished);
  add_fanout(*bench, finished);
  add_storm(*bench, finished);
  add_mixed(*bench, finished);
}

}  // namespace wk
