// weikeyi bench: servers and loads for measuring. A first form: the echo server of the codec.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <thread>

#include "gateway/server/upgrade.hpp"
#include "net/http_server.hpp"
#include "server/chat_bench.hpp"
#include "server/commands.hpp"

namespace wk {
namespace {

constexpr std::uint32_t kEchoMessageBytesMax = 16u << 20;

Result<void> serve_echo(std::uint16_t port) {
  WK_TRY(auto loop, EventLoop::create());
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

}  // namespace

void add_bench(CLI::App& app, Finished finished) {
  CLI::App* bench = app.add_subcommand("bench", "Measure: an echo server of the codec, and a chat load");
  bench->require_subcommand(1);

  auto port = std::make_shared<std::uint16_t>(0);
  CLI::App* echo = bench->add_subcommand("serve-echo", "Serve ws://127.0.0.1:PORT/echo: each message comes back");
  echo->add_option("--port", *port, "0: any free one; printed as JSON")->capture_default_str();
  echo->callback([port, finished] { finished(serve_echo(*port)); });

  auto options = std::make_shared<ChatBenchOptions>();
  CLI::App* chat = bench->add_subcommand("chat", "Visitors who write and wait for their acks, against a running server");
  chat->add_option("--url", options->endpoint, "host:port of the server")->required();
  chat->add_option("--site", options->site, "Key of the site the visitors come to")->capture_default_str();
  chat->add_option("--visitors", options->visitors, "Visitors at a time")->capture_default_str()->check(CLI::Range(1, 10'000));
  chat->add_option("--in-flight", options->in_flight, "Unacked messages of each")->capture_default_str()->check(CLI::Range(1, 64));
  chat->add_option("--seconds", options->seconds, "How long")->capture_default_str()->check(CLI::Range(1, 3'600));
  chat->callback([options, finished] { finished(run_chat_bench(*options)); });
}

}  // namespace wk
