#include "net/http_server.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <map>

#include "net/test_support.hpp"

namespace wk {
namespace {

using test::make_loop;
using test::read_available;
using test::send_available;
using test::socket_pair;
using test::turn_until;
using test::turns;
using namespace std::chrono_literals;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

struct Answer {
  int status = 0;
  HttpHeaders headers;
  std::string body;
};

// Takes the first answer off `bytes`; status 0 while it is incomplete.
Answer take_answer(std::string& bytes, bool head_request = false) {
  Answer answer;
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string::npos) return answer;
  std::string_view head = std::string_view(bytes).substr(0, end + 2);
  const int status = std::stoi(std::string(head.substr(9, 3)));
  head.remove_prefix(head.find("\r\n") + 2);
  while (!head.empty()) {
    const auto line = head.substr(0, head.find("\r\n"));
    const auto colon = line.find(": ");
    answer.headers.add(std::string(line.substr(0, colon)), std::string(line.substr(colon + 2)));
    head.remove_prefix(line.size() + 2);
  }
  std::size_t at = end + 4;
  if (head_request || status == 304 || status == 204 || status < 200) {
  } else if (answer.headers.get("Transfer-Encoding") == "chunked") {
    for (;;) {
      const auto line_end = bytes.find("\r\n", at);
      if (line_end == std::string::npos) return {};
      const std::size_t size = std::stoul(bytes.substr(at, line_end - at), nullptr, 16);
      if (bytes.size() < line_end + 2 + size + 2) return {};
      answer.body += bytes.substr(line_end + 2, size);
      at = line_end + 2 + size + 2;
      if (size == 0) break;
    }
  } else if (answer.headers.has("Content-Length")) {
    const std::size_t size = std::stoul(std::string(answer.headers.get("Content-Length")));
    if (bytes.size() < at + size) return {};
    answer.body = bytes.substr(at, size);
    at += size;
  } else {
    answer.body = bytes.substr(at);
    at = bytes.size();
  }
  bytes.erase(0, at);
  answer.status = status;
  return answer;
}

struct Client {
  UniqueFd socket;
  std::string received;
  bool ended = false;
};

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() : loop(make_loop(clock)) {}
  ~HttpServerTest() override {
    server.reset();
    turns(*loop);
  }

  void start(HttpServer::Router router) {
    options.file_pool = &pool;
    server = HttpServer::create(*loop, options, std::move(router));
  }
  Client connect() {
    auto [ours, theirs] = socket_pair();
    server->adopt(std::move(ours), *IpAddress::parse("192.0.2.7"));
    return {std::move(theirs), {}, false};
  }
  void pump(Client& client, int count = 6) {
    for (int i = 0; i < count; ++i) {
      loop->run_once(Milliseconds(0));
      client.received += read_available(client.socket.get(), &client.ended);
    }
  }
  void send(Client& client, std::string_view bytes) {
    while (!bytes.empty()) {
      bytes.remove_prefix(send_available(client.socket.get(), bytes));
      pump(client, 2);
    }
    pump(client);
  }
  Answer ask(Client& client, std::string_view bytes, bool head_request = false) {
    send(client, bytes);
    Answer answer;
    turn_until(*loop, [&] {
      client.received += read_available(client.socket.get(), &client.ended);
      answer = take_answer(client.received, head_request);
      return answer.status != 0 || client.ended;
    });
    return answer;
  }

  ManualClock clock;
  std::unique_ptr<EventLoop> loop;
  ThreadPool pool{{.name = "files", .threads = 1}};
  HttpServer::Options options;
  std::unique_ptr<HttpServer> server;
};

// Tells what it got.
HttpRoute echo(const HttpRequest& head) {
  if (head.path == "/now") return HttpResponse::text(200, "now");
  return BufferedBody{
      1'000, [](HttpRequest request, HttpResponder responder) {
        responder.respond(HttpResponse::text(
            200, fmt::format("{} {} [{}]", request.method, request.path, request.body)));
      }};
}

HttpRoute take_large(const HttpRequest&) {
  return BufferedBody{100'000, [](HttpRequest, HttpResponder responder) { responder.respond(HttpResponse::text(200, "taken")); }};
}

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
  start(echo);
  Client client = connect();
  for (int i = 0; i < 3; ++i) {
    const Answer answer = ask(client, kGet);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "GET / []");
    EXPECT_EQ(answer.headers.get("Date"), "Thu, 01 Jan 2026 00:00:00 GMT");
    EXPECT_FALSE(answer.headers.has("Connection"));
  }
  EXPECT_EQ(ask(client, "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello").body,
            "POST /p [hello]");
  EXPECT_FALSE(client.ended);
  EXPECT_EQ(server->connection_count(), 1U);
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrderAndAtOnce) {
  start(echo);
  Client client = connect();
  std::string all;
  for (int i = 0; i < 100; ++i) {
    all += fmt::format("POST /{} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab", i);
  }
  send(client, all);
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(take_answer(client.received).body, fmt::format("POST /{} [ab]", i));
  }
  EXPECT_EQ(loop->stats().sends.load(), 1U);
}

TEST_F(HttpServerTest, AnswersTheSameInSmallPieces) {
  start(echo);
  Client client = connect();
  const std::string input =
      "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
      "\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const char c : input) send(client, std::string_view(&c, 1));
  EXPECT_EQ(take_answer(client.received).body, "POST /c [abcde]");
  EXPECT_EQ(take_answer(client.received).body, "GET /second []");
}

TEST_F(HttpServerTest, AnswersLaterFromAnotherThreadWhilePipelinedOnesWait) {
  std::vector<HttpResponder> waiting;
  start([&](const HttpRequest&) -> HttpRoute {
    return BufferedBody{
        0, [&](HttpRequest, HttpResponder responder) { waiting.push_back(std::move(responder)); }};
  });
  Client client = connect();
  send(client, std::string(kGet) + std::string(kGet));
  ASSERT_EQ(waiting.size(), 1U);
  std::thread([&] { waiting[0].respond(HttpResponse::text(200, "first")); }).join();
  pump(client);
  EXPECT_EQ(take_answer(client.received).body, "first");
  ASSERT_EQ(waiting.size(), 2U);
  std::thread([&] { waiting[1].respond(HttpResponse::text(200, "second")); }).join();
  pump(client);
  EXPECT_EQ(take_answer(client.received).body, "second");
}

TEST_F(HttpServerTest, ClientLeavingBeforeTheAnswerIsHarmless) {
  HttpResponder kept;
  bool abandoned = false;
  start([&](const HttpRequest&) -> HttpRoute {
    return BufferedBody{0, [&](HttpRequest, HttpResponder responder) {
                          responder.on_abandoned([&] { abandoned = true; });
                          kept = std::move(responder);
                        }};
  });
  Client client = connect();
  send(client, kGet);
  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept.client_present());
  client.socket.reset();
  turns(*loop);
  EXPECT_TRUE(abandoned);
  EXPECT_FALSE(kept.client_present());
  kept.respond(HttpResponse::text(200, "nobody hears"));
  turns(*loop);
  EXPECT_EQ(server->connection_count(), 0U);
}

TEST_F(HttpServerTest, HalfClosedClientStillGetsItsAnswer) {
  HttpResponder kept;
  start([&](const HttpRequest&) -> HttpRoute {
    return BufferedBody{0,
                        [&](HttpRequest, HttpResponder responder) { kept = std::move(responder); }};
  });
  Client client = connect();
  send(client, kGet);
  ::shutdown(client.socket.get(), SHUT_WR);
  pump(client);
  kept.respond(HttpResponse::text(200, "late"));
  pump(client);
  EXPECT_EQ(take_answer(client.received).body, "late");
  EXPECT_TRUE(client.ended);
}

TEST_F(HttpServerTest, AHalfClosedClientHasLeftWhereTheAnswerIsNotWorthItsWork) {
  HttpResponder kept;
  bool abandoned = false;
  start([&](const HttpRequest&) -> HttpRoute {
    return BufferedBody{0, [&](HttpRequest, HttpResponder responder) {
                          responder.on_abandoned([&] { abandoned = true; }, Leaving::kOwnSide);
                          kept = std::move(responder);
                        }};
  });
  Client client = connect();
  send(client, kGet);
  ASSERT_TRUE(kept);
  EXPECT_FALSE(abandoned);
  ::shutdown(client.socket.get(), SHUT_WR);
  pump(client);
  EXPECT_TRUE(abandoned);
  EXPECT_TRUE(client.ended);
  kept.respond(HttpResponse::text(200, "nobody hears"));
  turns(*loop);
  EXPECT_EQ(server->connection_count(), 0U);
}

TEST_F(HttpServerTest, AForgottenAnswerIsA500) {
  start([](const HttpRequest&) -> HttpRoute {
    return BufferedBody{0, [](HttpRequest, HttpResponder) {}};
  });
  Client client = connect();
  EXPECT_EQ(ask(client, kGet).status, 500);
}

TEST_F(HttpServerTest, HeadHasTheHeadersOnly) {
  start(echo);
  Client client = connect();
  const Answer answer = ask(client, "HEAD /now HTTP/1.1\r\nHost: a\r\n\r\n", true);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.get("Content-Length"), "3");
  EXPECT_EQ(client.received, "");
  EXPECT_EQ(ask(client, kGet).status, 200);
}

TEST_F(HttpServerTest, ClosesWhenAskedAndFor1_0) {
  start(echo);
  Client client = connect();
  Answer answer = ask(client, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(answer.headers.get("Connection"), "close");
  pump(client);
  EXPECT_TRUE(client.ended);
  Client old = connect();
  answer = ask(old, "GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(answer.headers.get("Connection"), "close");
  pump(old);
  EXPECT_TRUE(old.ended);
  Client old_kept = connect();
  answer = ask(old_kept, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(answer.headers.get("Connection"), "keep-alive");
  pump(old_kept);
  EXPECT_FALSE(old_kept.ended);
}

TEST_F(HttpServerTest, HeaderValuesCannotAddLines) {
  start([](const HttpRequest&) -> HttpRoute {
    HttpResponse response = HttpResponse::text(200, "x");
    response.headers.add("X-Name", "a\r\nSet-Cookie: stolen");
    return response;
  });
  Client client = connect();
  const Answer answer = ask(client, kGet);
  EXPECT_FALSE(answer.headers.has("Set-Cookie"));
  EXPECT_EQ(answer.headers.get("X-Name"), "a  Set-Cookie: stolen");
}

TEST_F(HttpServerTest, BelievesTrustedProxies) {
  options.trusted_proxies = {*IpNetwork::parse("192.0.2.0/24")};
  start([](const HttpRequest& head) -> HttpRoute {
    return HttpResponse::text(
        200, fmt::format("{} {} {}", head.peer.text(), head.client.text(), head.secure));
  });
  Client client = connect();
  EXPECT_EQ(ask(client,
                "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.1\r\n"
                "X-Forwarded-Proto: https\r\n\r\n")
                .body,
            "192.0.2.7 198.51.100.1 true");
}

TEST_F(HttpServerTest, AdmissionRefusesAndGetsItsPermitsBack) {
  int places = 1;
  struct Place final : StreamPermit {
    explicit Place(int& p) : count(p) { --count; }
    ~Place() override { ++count; }
    int& count;
  };
  options.admit = [&](const IpAddress&) -> std::optional<HttpServer::Admitted> {
    if (places == 0) return std::nullopt;
    return HttpServer::Admitted{std::make_unique<Place>(places)};
  };
  start(echo);
  Client first = connect();
  Client second = connect();
  pump(second);
  EXPECT_TRUE(second.ended);
  EXPECT_EQ(ask(first, kGet).status, 200);
  first.socket.reset();
  turns(*loop);
  EXPECT_EQ(places, 1);
}

TEST_F(HttpServerTest, WhoIsOverALimitHasOneRequestAndLittleTime) {
  options.admit = [](const IpAddress&) { return HttpServer::Admitted{nullptr, Milliseconds(1'500)}; };
  start([](const HttpRequest& head) -> HttpRoute {
    return HttpResponse::text(429, std::to_string(head.over_limit.count()));
  });
  Client client = connect();
  const auto answer = ask(client, kGet);
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.body, "1500");
  pump(client);
  EXPECT_TRUE(client.ended);

  Client silent = connect();
  turns(*loop);
  EXPECT_FALSE(silent.ended);
  clock.advance(net_limits::kTlsHandshakeTimeout + Milliseconds(1'000));
  pump(silent);
  EXPECT_TRUE(silent.ended);
}

// --- limits

TEST_F(HttpServerTest, RefusesBodiesOverTheRoutesLimit) {
  start(echo);
  Client announced = connect();
  EXPECT_EQ(ask(announced, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n").status,
            413);
  pump(announced);
  EXPECT_TRUE(announced.ended);
  Client chunked = connect();
  EXPECT_EQ(
      ask(chunked, fmt::format("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "3e9\r\n{}",
                               std::string(1'001, 'x')))
          .status,
      413);
}

TEST_F(HttpServerTest, RefusalsCarryTheirStatusAndClose) {
  options.head_bytes_max = 1'000;
  options.header_count_max = 5;
  start(echo);
  const std::map<std::string, int> cases = {
      {"nonsense\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(2'000, 'x') + "\r\n\r\n", 431},
      {"GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\n\r\n", 431},
      {"GET /" + std::string(2'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
       400},
      {"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505},
      {"POST / HTTP/1.1\r\nHost: a\r\nExpect: more\r\nContent-Length: 1\r\n\r\n", 417},
  };
  for (const auto& [input, status] : cases) {
    Client client = connect();
    const Answer answer = ask(client, input);
    EXPECT_EQ(answer.status, status) << input.substr(0, 60);
    EXPECT_EQ(answer.headers.get("Connection"), "close");
    pump(client);
    EXPECT_TRUE(client.ended);
  }
}

TEST_F(HttpServerTest, SlowHeadIsA408AndSilenceIsClosed) {
  start(echo);
  Client slow = connect();
  Client silent = connect();
  Client idle = connect();
  EXPECT_EQ(ask(idle, kGet).status, 200);
  // A byte now and then does not buy time.
  for (int i = 0; i < 11; ++i) {
    send(slow, i == 0 ? "G" : "E");
    clock.advance(1s);
    pump(slow);
  }
  EXPECT_EQ(take_answer(slow.received).status, 408);
  EXPECT_TRUE(slow.ended);
  pump(silent);
  EXPECT_FALSE(silent.ended);
  clock.advance(60s);
  pump(silent);
  pump(idle);
  EXPECT_TRUE(silent.ended);
  EXPECT_TRUE(idle.ended);
  EXPECT_EQ(silent.received, "");
}

TEST_F(HttpServerTest, SlowBodyIsA408ButProgressBuysTime) {
  start(take_large);
  Client client = connect();
  send(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n");
  for (int i = 0; i < 4; ++i) {
    clock.advance(20s);
    send(client, std::string(net_limits::kBodyProgressBytes, 'x'));
  }
  EXPECT_EQ(client.received, "");
  clock.advance(32s);
  pump(client);
  EXPECT_EQ(take_answer(client.received).status, 408);
}

TEST_F(HttpServerTest, AByteNowAndThenIsNoProgress) {
  start(take_large);
  Client client = connect();
  send(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n");
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(client.received, "");
    send(client, "x");
    clock.advance(8s);
    pump(client);
  }
  EXPECT_EQ(take_answer(client.received).status, 408);
}

TEST_F(HttpServerTest, AClientThatDoesNotReadIsCut) {
  start([](const HttpRequest&) -> HttpRoute {
    return HttpResponse::text(200, std::string(5'000'000, 'x'));
  });
  Client client = connect();
  send_available(client.socket.get(), kGet);
  turns(*loop);
  EXPECT_EQ(server->connection_count(), 1U);
  clock.advance(61s);
  turns(*loop);
  clock.advance(61s);
  turns(*loop);
  EXPECT_EQ(server->connection_count(), 0U);
}

TEST_F(HttpServerTest, AClientThatOnlyAsksIsHeldBack) {
  int asked = 0;
  start([&](const HttpRequest&) -> HttpRoute {
    ++asked;
    return HttpResponse::text(200, std::string(100'000, 'x'));
  });
  Client client = connect();
  std::string many;
  for (int i = 0; i < 200; ++i) many += kGet;
  send_available(client.socket.get(), many);
  turns(*loop, 20);
  EXPECT_LT(asked, 20);
  int answers = 0;
  ASSERT_TRUE(turn_until(*loop, [&] {
    client.received += read_available(client.socket.get());
    while (take_answer(client.received).status == 200) ++answers;
    return answers == 200;
  }));
  EXPECT_EQ(asked, 200);
}

TEST_F(HttpServerTest, ALongLastAnswerIsSentBeforeTheEnd) {
  start([](const HttpRequest&) -> HttpRoute {
    return HttpResponse::text(200, std::string(5'000'000, 'x'));
  });
  Client client = connect();
  send_available(client.socket.get(), "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  std::size_t got = 0;
  // Slowly: each read is followed by much time.
  for (int i = 0; i < 1'000 && !client.ended; ++i) {
    char buffer[50'000];
    turns(*loop, 2);
    clock.advance(10s);
    turns(*loop, 2);
    const ssize_t n = ::recv(client.socket.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (n > 0) got += static_cast<std::size_t>(n);
    if (n == 0) client.ended = true;
  }
  EXPECT_TRUE(client.ended);
  EXPECT_GT(got, 5'000'000U);
}

TEST_F(HttpServerTest, TheLastRequestOfAConnectionSaysSo) {
  options.requests_per_connection_max = 2;
  start(echo);
  Client client = connect();
  EXPECT_FALSE(ask(client, kGet).headers.has("Connection"));
  EXPECT_EQ(ask(client, kGet).headers.get("Connection"), "close");
}

// --- bodies

TEST_F(HttpServerTest, SaysContinueOnlyWhenTheBodyIsWanted) {
  start(echo);
  Client client = connect();
  send(client, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.received, "HTTP/1.1 100 Continue\r\n\r\n");
  client.received.clear();
  EXPECT_EQ(ask(client, "ok").body, "POST / [ok]");
  send(client,
       "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n\r\n");
  EXPECT_EQ(take_answer(client.received).status, 413);
}

TEST_F(HttpServerTest, UnwantedBodyIsSkippedWhenSmallElseClosed) {
  start(echo);
  Client client = connect();
  EXPECT_EQ(ask(client, "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello").body,
            "now");
  EXPECT_EQ(ask(client, kGet).body, "GET / []");
  const Answer answer =
      ask(client, "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n");
  EXPECT_EQ(answer.headers.get("Connection"), "close");
}

struct CountingSink final : HttpBodySink {
  struct Seen {
    std::uint64_t bytes = 0;
    std::size_t largest = 0;
    bool ended = false, aborted = false;
    HttpResponder responder;
    HttpBodyFlow flow;
    std::function<void(Seen&)> on_piece;
    bool answer_at_end = true;
  };
  explicit CountingSink(Seen& s) : seen(s) {}
  void on_start(HttpRequest, HttpResponder responder, HttpBodyFlow flow) override {
    seen.responder = std::move(responder);
    seen.flow = flow;
  }
  void on_body(std::string_view chunk) override {
    seen.bytes += chunk.size();
    seen.largest = std::max(seen.largest, chunk.size());
    if (seen.on_piece) seen.on_piece(seen);
  }
  void on_end() override {
    seen.ended = true;
    if (seen.answer_at_end)
      seen.responder.respond(HttpResponse::text(200, fmt::to_string(seen.bytes)));
  }
  void on_abort() override { seen.aborted = true; }
  Seen& seen;
};

HttpServer::Router streamed(CountingSink::Seen& seen) {
  return [&seen](const HttpRequest&) -> HttpRoute {
    return StreamedBody{100'000'000, std::make_unique<CountingSink>(seen)};
  };
}

TEST_F(HttpServerTest, StreamsALargeBodyInSmallPieces) {
  CountingSink::Seen seen;
  start(streamed(seen));
  Client client = connect();
  constexpr std::size_t kTotal = 50'000'000;
  send(client, fmt::format("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", kTotal));
  const std::string piece(100'000, 'b');
  for (std::size_t sent = 0; sent < kTotal;) {
    sent += send_available(client.socket.get(), std::string_view(piece).substr(
                                                    0, std::min(piece.size(), kTotal - sent)));
    loop->run_once(Milliseconds(0));
  }
  pump(client);
  EXPECT_EQ(take_answer(client.received).body, "50000000");
  EXPECT_LE(seen.largest, net_limits::kReceiveBufferBytes);
  EXPECT_FALSE(seen.aborted);
  EXPECT_EQ(ask(client, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx").status, 200);
}

TEST_F(HttpServerTest, PausedBodyWaitsInTheKernel) {
  CountingSink::Seen seen;
  seen.on_piece = [](CountingSink::Seen& s) { s.flow.pause(); };
  start(streamed(seen));
  Client client = connect();
  std::size_t sent = send_available(client.socket.get(),
                                    "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
  const std::string body(1'000'000, 'b');
  sent = 0;
  for (int i = 0; i < 100; ++i) {
    sent += send_available(client.socket.get(), std::string_view(body).substr(sent));
    turns(*loop, 1);
  }
  EXPECT_LT(seen.bytes, 200'000U);
  EXPECT_LT(sent, body.size());
  // The time-out is not the client's fault.
  clock.advance(10min);
  turns(*loop);
  EXPECT_FALSE(seen.aborted);
  for (int i = 0; i < 1'000 && !seen.ended; ++i) {
    std::thread([&] { seen.flow.resume(); }).join();
    if (sent < body.size()) {
      sent += send_available(client.socket.get(), std::string_view(body).substr(sent));
    }
    turns(*loop, 2);
  }
  EXPECT_TRUE(seen.ended);
  EXPECT_EQ(seen.bytes, 1'000'000U);
}

TEST_F(HttpServerTest, LeavingMidBodyAborts) {
  CountingSink::Seen seen;
  start(streamed(seen));
  Client client = connect();
  send(client, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  client.socket.reset();
  turns(*loop);
  EXPECT_TRUE(seen.aborted);
  EXPECT_FALSE(seen.ended);
  EXPECT_FALSE(seen.responder.client_present());
}

TEST_F(HttpServerTest, AnEarlyAnswerEndsTheRequest) {
  CountingSink::Seen seen;
  seen.on_piece = [](CountingSink::Seen& s) {
    if (s.responder) s.responder.respond(HttpResponse::text(415, "not this"));
  };
  start(streamed(seen));
  Client client = connect();
  const Answer answer = ask(client, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(answer.status, 415);
  EXPECT_EQ(answer.headers.get("Connection"), "close");
  EXPECT_TRUE(seen.aborted);
  pump(client);
  EXPECT_TRUE(client.ended);
}

// --- streamed answers

TEST_F(HttpServerTest, StreamsAnAnswerInChunks) {
  HttpBodyWriter writer;
  start([&](const HttpRequest&) -> HttpRoute {
    return BufferedBody{0, [&](HttpRequest, HttpResponder responder) {
                          writer = responder.start(HttpResponse::empty(200));
                        }};
  });
  Client client = connect();
  send(client, kGet);
  std::thread([&] {
    EXPECT_EQ(writer.write("one,"), Written::kAccepted);
    EXPECT_EQ(writer.write("two"), Written::kAccepted);
    writer.finish();
  }).join();
  pump(client);
  const Answer answer = take_answer(client.received);
  EXPECT_EQ(answer.headers.get("Transfer-Encoding"), "chunked");
  EXPECT_EQ(answer.body, "one,two");
  EXPECT_FALSE(client.ended);

  Client old = connect();
  send(old, "GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(writer.write("plain"), Written::kAccepted);
  writer.finish();
  pump(old);
  EXPECT_TRUE(old.ended);
  EXPECT_EQ(take_answer(old.received).body, "plain");
}

TEST_F(HttpServerTest, StreamedAnswerWaitsForTheClient) {
  struct Producer {
    HttpBodyWriter writer;
    std::size_t left = 20'000'000;
    std::size_t calls = 0;
    void produce() {
      ++calls;
      while (left > 0) {
        const Written written = writer.write(std::string(50'000, 'p'));
        if (written == Written::kRefused) return;
        left -= 50'000;
        if (written == Written::kAboveHighWater) return;
      }
      writer.finish();
    }
  };
  const auto producer = std::make_shared<Producer>();
  start([&](const HttpRequest&) -> HttpRoute {
    return BufferedBody{0, [&](HttpRequest, HttpResponder responder) {
                          producer->writer = responder.start(HttpResponse::empty(200),
                                                             [producer] { producer->produce(); });
                          producer->produce();
                        }};
  });
  Client client = connect();
  send_available(client.socket.get(), kGet);
  turns(*loop, 20);
  EXPECT_GT(producer->left, 18'000'000U);
  std::string all;
  ASSERT_TRUE(turn_until(*loop, [&] {
    client.received += read_available(client.socket.get());
    return client.received.ends_with("0\r\n\r\n");
  }));
  EXPECT_EQ(take_answer(client.received).body.size(), 20'000'000U);
  EXPECT_GT(producer->calls, 10U);
  turns(*loop);
  // The ring of handles and tasks is broken.
  EXPECT_LE(producer.use_count(), 2);
}

TEST_F(HttpServerTest, LeavingMidAnswerTellsTheWriter) {
  HttpBodyWriter writer;
  int told = 0;
  start([&](const HttpRequest&) -> HttpRoute {
    return BufferedBody{0, [&](HttpRequest, HttpResponder responder) {
                          writer = responder.start(HttpResponse::empty(200), [&] { ++told; });
                        }};
  });
  Client client = connect();
  send(client, kGet);
  EXPECT_EQ(writer.write(std::string(5'000'000, 'x')), Written::kAboveHighWater);
  turns(*loop);
  client.socket.reset();
  turns(*loop);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(writer.write("x"), Written::kRefused);
  EXPECT_EQ(server->connection_count(), 0U);
}

TEST_F(HttpServerTest, AnUnfinishedAnswerIsCut) {
  start([&](const HttpRequest&) -> HttpRoute {
    return BufferedBody{0, [&](HttpRequest, HttpResponder responder) {
                          HttpBodyWriter writer = responder.start(HttpResponse::empty(200));
                          EXPECT_EQ(writer.write("half"), Written::kAccepted);
                        }};
  });
  Client client = connect();
  send(client, kGet);
  EXPECT_TRUE(client.ended);
  EXPECT_FALSE(client.received.ends_with("0\r\n\r\n"));
}

// --- upgrade

struct EchoUpgraded final : StreamHandler {
  std::size_t on_data(std::span<char> bytes) override {
    EXPECT_EQ(stream->write(std::string_view(bytes.data(), bytes.size())), Written::kAccepted);
    return bytes.size();
  }
  void on_closed(CloseReason) override { stream.reset(); }
  std::unique_ptr<Stream> stream;
};

TEST_F(HttpServerTest, UpgradeHandsOverTheStreamWithWhatFollowed) {
  EchoUpgraded upgraded;
  start([&](const HttpRequest& head) -> HttpRoute {
    EXPECT_TRUE(head.headers.has_token("Connection", "upgrade"));
    return Upgrade{{{"Upgrade", "echo"}}, [&](HttpRequest, std::unique_ptr<Stream> stream) {
                     upgraded.stream = std::move(stream);
                     upgraded.stream->set_handler(upgraded);
                   }};
  });
  Client client = connect();
  send(client, "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nfirst");
  send(client, " second");
  EXPECT_EQ(client.received,
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nfirst "
            "second");
  EXPECT_EQ(server->connection_count(), 0U);
  EXPECT_LE(upgraded.stream->memory_bytes(), 192U);
  client.socket.reset();
  turns(*loop);
  EXPECT_EQ(upgraded.stream, nullptr);
}

TEST_F(HttpServerTest, UpgradeMayMoveToAnotherLoopOrBeDropped) {
  const auto other = make_loop(clock);
  EchoUpgraded upgraded;
  bool drop = false;
  start([&](const HttpRequest&) -> HttpRoute {
    return Upgrade{{{"Upgrade", "echo"}}, [&](HttpRequest, std::unique_ptr<Stream> stream) {
                     if (drop) return;
                     Stream::move_to(std::move(stream), *other,
                                     [&](std::unique_ptr<Stream> arrived) {
                                       upgraded.stream = std::move(arrived);
                                       upgraded.stream->set_handler(upgraded);
                                     });
                   }};
  });
  constexpr std::string_view kUpgrade =
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nfirst";
  Client client = connect();
  send(client, kUpgrade);
  turns(*other);
  pump(client);
  EXPECT_TRUE(client.received.ends_with("\r\n\r\nfirst"));
  upgraded.stream.reset();
  drop = true;
  Client dropped = connect();
  send(dropped, kUpgrade);
  EXPECT_TRUE(dropped.ended);
}

// --- files

class HttpFiles : public HttpServerTest {
 protected:
  HttpFiles() {
    char name[] = "/tmp/wk_http_XXXXXX";
    directory = ::mkdtemp(name);
    for (int i = 0; i < 300'000; ++i) content += fmt::format("{:07}\n", i);
    std::ofstream(directory + "/big.txt", std::ios::binary) << content;
    start([this](const HttpRequest& head) -> HttpRoute {
      if (head.path == "/missing") return HttpResponse::file(directory + "/none", "text/plain");
      if (head.path == "/directory") return HttpResponse::file(directory, "text/plain");
      return HttpResponse::file(directory + "/big.txt", "text/plain");
    });
  }
  ~HttpFiles() override {
    ::unlink((directory + "/big.txt").c_str());
    ::rmdir(directory.c_str());
  }
  Answer get(Client& client, std::string_view headers, std::string_view method = "GET",
             std::string_view path = "/") {
    return ask(client, fmt::format("{} {} HTTP/1.1\r\nHost: a\r\n{}\r\n", method, path, headers),
               method == "HEAD");
  }
  std::string directory, content;
};

TEST_F(HttpFiles, WholeAndInRanges) {
  Client client = connect();
  const Answer whole = get(client, "");
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.headers.get("Accept-Ranges"), "bytes");
  EXPECT_EQ(whole.headers.get("Content-Type"), "text/plain");
  EXPECT_TRUE(whole.body == content);

  const Answer part = get(client, "Range: bytes=8-15\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "0000001\n");
  EXPECT_EQ(part.headers.get("Content-Range"), "bytes 8-15/2400000");
  EXPECT_EQ(get(client, "Range: bytes=-8\r\n").body, "0299999\n");
  EXPECT_EQ(get(client, "Range: bytes=2399992-\r\n").body, "0299999\n");
  EXPECT_EQ(get(client, "Range: bytes=2399992-99999999999\r\n").body, "0299999\n");
  const Answer beyond = get(client, "Range: bytes=2400000-\r\n");
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.headers.get("Content-Range"), "bytes */2400000");
  EXPECT_EQ(get(client, "Range: bytes=0-1,4-5\r\n").status, 200);
  EXPECT_EQ(get(client, "Range: lines=1-2\r\n").status, 200);
  EXPECT_EQ(get(client, "Range: bytes=9-3\r\n").status, 200);
}

TEST_F(HttpFiles, Conditions) {
  Client client = connect();
  const Answer head = get(client, "", "HEAD");
  EXPECT_EQ(head.headers.get("Content-Length"), "2400000");
  const std::string etag(head.headers.get("ETag"));
  const std::string modified(head.headers.get("Last-Modified"));
  EXPECT_EQ(get(client, fmt::format("If-None-Match: \"x\", {}\r\n", etag)).status, 304);
  EXPECT_EQ(get(client, "If-None-Match: \"x\"\r\n").status, 200);
  EXPECT_EQ(get(client, fmt::format("If-Modified-Since: {}\r\n", modified)).status, 304);
  EXPECT_EQ(get(client, fmt::format("Range: bytes=0-1\r\nIf-Range: {}\r\n", etag)).status, 206);
  EXPECT_EQ(get(client, "Range: bytes=0-1\r\nIf-Range: \"old\"\r\n").status, 200);
}

TEST_F(HttpFiles, MissingOnesAre404) {
  Client client = connect();
  EXPECT_EQ(get(client, "", "GET", "/missing").status, 404);
  EXPECT_EQ(get(client, "", "GET", "/directory").status, 404);
}

TEST_F(HttpFiles, AreReadOnlyAsFastAsTheClientReads) {
  Client client = connect();
  send_available(client.socket.get(), kGet);
  for (int i = 0; i < 100; ++i) loop->run_once(Milliseconds(1));
  std::size_t all = 0;
  {
    // What had left us before anything was read.
    all = loop->stats().bytes_sent.load();
  }
  EXPECT_LT(all, 1'000'000U);
  client.socket.reset();
  turns(*loop, 20);
  EXPECT_TRUE(turn_until(*loop, [&] { return server->connection_count() == 0; }));
}

// --- drain

TEST_F(HttpServerTest, DrainLetsTheBusyFinishAndSendsTheIdleAway) {
  HttpResponder kept;
  start([&](const HttpRequest& head) -> HttpRoute {
    if (head.path == "/now") return HttpResponse::text(200, "now");
    return BufferedBody{0,
                        [&](HttpRequest, HttpResponder responder) { kept = std::move(responder); }};
  });
  Client idle = connect();
  EXPECT_EQ(ask(idle, "GET /now HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
  Client busy = connect();
  send(busy, kGet);
  bool done = false;
  server->drain(5s, [&] { done = true; });
  pump(idle);
  EXPECT_TRUE(idle.ended);
  idle.socket.reset();
  turns(*loop);
  EXPECT_FALSE(done);
  kept.respond(HttpResponse::text(200, "done"));
  pump(busy);
  EXPECT_EQ(take_answer(busy.received).headers.get("Connection"), "close");
  EXPECT_TRUE(busy.ended);
  busy.socket.reset();
  turns(*loop);
  EXPECT_TRUE(done);
}

TEST_F(HttpServerTest, DrainHasADeadline) {
  HttpResponder kept;
  start([&](const HttpRequest&) -> HttpRoute {
    return BufferedBody{0,
                        [&](HttpRequest, HttpResponder responder) { kept = std::move(responder); }};
  });
  Client busy = connect();
  send(busy, kGet);
  bool done = false;
  server->drain(2s, [&] { done = true; });
  clock.advance(2s);
  turns(*loop);
  EXPECT_TRUE(done);
  EXPECT_FALSE(kept.client_present());
}

TEST_F(HttpServerTest, ListensOnAPortTheKernelChose) {
  start(echo);
  const auto endpoint = server->listen(*Endpoint::parse("127.0.0.1:0"));
  ASSERT_TRUE(endpoint);
  test::BlockingClient client(*endpoint);
  ASSERT_TRUE(client.send(kGet));
  std::string got;
  ASSERT_TRUE(turn_until(*loop, [&] {
    got += read_available(client.fd());
    return got.ends_with("GET / []");
  }));
}

}  // namespace
}  // namespace wk
