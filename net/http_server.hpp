// HTTP/1.1 server on one loop. docs: net/README.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/executor.hpp"
#include "base/result.hpp"
#include "net/address.hpp"
#include "net/event_loop.hpp"
#include "net/http_message.hpp"
#include "net/limits.hpp"
#include "net/listener.hpp"
#include "net/stream.hpp"

namespace wk {

namespace detail {
class HttpConnection;
struct HttpExchange;
}  // namespace detail

// The body of an answer that is produced bit by bit (chunked coding; plain bytes to the end for
// HTTP/1.0). Thread-safe, movable. Destroyed without finish(): the connection is cut, so that the
// client sees it is incomplete.
class HttpBodyWriter {
 public:
  HttpBodyWriter() = default;
  explicit HttpBodyWriter(std::shared_ptr<detail::HttpExchange> exchange);
  HttpBodyWriter(HttpBodyWriter&&) noexcept = default;
  HttpBodyWriter& operator=(HttpBodyWriter&& other) noexcept;
  ~HttpBodyWriter();

  // kAboveHighWater: wait for on_writable. kRefused: the client left, or far too much is waiting;
  // give up.
  Written write(std::string chunk);
  void finish();
  // Cuts the connection.
  void abort();

 private:
  std::shared_ptr<detail::HttpExchange> exchange_;
};

// When a client counts as one that has left. kOwnSide: also when it sends no more. A client that still wants its answer may do that (a shell's
// pipe), but browsers do not, and nobody can tell it from one that is gone: for answers that are not worth their work then.
enum class Leaving { kBothSides, kOwnSide };

// Answers one request, once. Thread-safe, movable: keep it, answer later from any thread; harmless
// when the client has left. Destroyed without an answer: the client gets 500.
class HttpResponder {
 public:
  HttpResponder() = default;
  explicit HttpResponder(std::shared_ptr<detail::HttpExchange> exchange);
  HttpResponder(HttpResponder&&) noexcept = default;
  HttpResponder& operator=(HttpResponder&& other) noexcept;
  ~HttpResponder();

  void respond(HttpResponse response);
  // An answer whose body follows through the writer. `head.body` is ignored. `on_writable` runs on
  // the loop each time the queue drained after kAboveHighWater.
  HttpBodyWriter start(HttpResponse head, Task on_writable = nullptr);
  // Runs `task` on the loop if the client leaves before the answer is complete. At most one.
  void on_abandoned(Task task, Leaving leaving = Leaving::kBothSides);
  explicit operator bool() const { return exchange_ != nullptr; }
  // False once the client is known to have left. Any thread.
  bool client_present() const;

 private:
  std::shared_ptr<detail::HttpExchange> exchange_;
};

// Holds back the body of a StreamedBody request. Thread-safe, copyable; harmless when the request
// is over.
class HttpBodyFlow {
 public:
  HttpBodyFlow() = default;
  explicit HttpBodyFlow(std::shared_ptr<detail::HttpExchange> exchange)
      : exchange_(std::move(exchange)) {}
  // On the loop it takes effect at once, except for the piece being delivered.
  void pause() const;
  void resume() const;

 private:
  std::shared_ptr<detail::HttpExchange> exchange_;
};

// Takes a request's body as it comes. Owned by the connection until on_end()/on_abort() returned,
// on the loop.
class HttpBodySink {
 public:
  virtual ~HttpBodySink() = default;
  virtual void on_start(HttpRequest request, HttpResponder responder, HttpBodyFlow flow) = 0;
  // Never while paused (but the rest of what was read already may still come once).
  virtual void on_body(std::string_view chunk) = 0;
  // The whole body was delivered: answer now, or later.
  virtual void on_end() = 0;
  // The client left, broke the protocol, or was too slow: no on_end(). Also when an answer was
  // given before the end of the body; then the connection closes after that answer.
  virtual void on_abort() = 0;
};

// What a route does with a request, chosen when its head is there. An HttpResponse answers at once
// (the body, if any, is not wanted).
struct BufferedBody {
  std::size_t body_bytes_max = 0;  // 413 beyond
  UniqueFunction<void(HttpRequest, HttpResponder)> on_request;
};
struct StreamedBody {
  std::uint64_t body_bytes_max = 0;  // 413 beyond
  std::unique_ptr<HttpBodySink> sink;
};
struct Upgrade {
  // Of the 101 answer, besides Connection: Upgrade: "Upgrade", "Sec-WebSocket-Accept",
  // "Sec-WebSocket-Protocol" …
  HttpHeaders headers;
  // Gets the stream after the 101 was written; calls set_handler() (or Stream::move_to()). Bytes
  // behind the head follow.
  UniqueFunction<void(HttpRequest, std::unique_ptr<Stream>)> on_upgraded;
};
using HttpRoute = std::variant<HttpResponse, BufferedBody, StreamedBody, Upgrade>;

// Purpose: connections, parsing, limits, time-outs of one loop; routes are somebody else's. Owner:
// the loop's owner; the loop outlives it. Thread: Loop-bound (create, drain and destroy it on its
// loop). Limits: Options.
class HttpServer final {
 public:
  struct Admitted {
    std::unique_ptr<StreamPermit> permit{};
    // Above 0: one too many of its address, let in for one request, so that it can be told when to
    // come again or show that it does not count (HttpRequest::over_limit). It has to begin within
    // kTlsHandshakeTimeout and its answer closes it.
    Milliseconds over_limit{0};
  };
  struct Options {
    std::size_t head_bytes_max = net_limits::kHeadBytesMax;
    std::size_t header_count_max = net_limits::kHeaderCountMax;
    Milliseconds head_timeout = net_limits::kHeadTimeout;
    Milliseconds idle_timeout = net_limits::kIdleTimeout;
    Milliseconds body_timeout = net_limits::kBodyTimeout;
    Milliseconds send_timeout = net_limits::kSendTimeout;
    std::uint32_t requests_per_connection_max = net_limits::kRequestsPerConnectionMax;
    std::vector<IpNetwork> trusted_proxies{};
    // Sent with every answer (Server, Strict-Transport-Security, X-Content-Type-Options …) unless
    // the answer has its own.
    HttpHeaders default_headers{};
    // TLS for every connection when set. Outlives the server and its streams.
    TlsContext* tls = nullptr;
    // Reads files of HttpFileBody; without it they answer 503. Outlives the server.
    ThreadPool* file_pool = nullptr;
    // Asked for every accepted socket; nullopt: refused, the socket is closed at once. The permit
    // lives with the stream, also after an upgrade. Not set: everybody may.
    std::function<std::optional<Admitted>(const IpAddress& peer)> admit{};
    // Turns an error the server found itself (400, 408, 413, 431, 501 …) into the answer the client
    // sees. Not set: plain text.
    std::function<HttpResponse(int status, std::string_view reason)> error_response{};
  };
  // Asked when a head is complete and before any body. Runs on the loop; must not block.
  using Router = UniqueFunction<HttpRoute(const HttpRequest& head)>;

  static std::unique_ptr<HttpServer> create(EventLoop& loop, Options options, Router router);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // May be called several times (IPv4 and IPv6, plain and …). Answers the endpoint with the port
  // the kernel chose.
  Result<Endpoint> listen(const Endpoint& endpoint);
  // Takes a connected socket (of another acceptor, or of a test's socketpair).
  void adopt(UniqueFd socket, const IpAddress& peer);

  // Stops listening, closes idle connections, lets the others finish with Connection: close, cuts
  // them at the deadline. Then `done` runs, once. Upgraded streams are not ours any more.
  void drain(Milliseconds deadline, Task done);
  bool draining() const { return draining_; }

  // HTTP connections now, without upgraded ones.
  std::size_t connection_count() const;

 private:
  friend class detail::HttpConnection;
  struct State;

  HttpServer(EventLoop& loop, Options options, Router router);
  void connection_gone(detail::HttpConnection& connection);
  void sweep();
  void drained_if_empty();

  EventLoop& loop_;
  const Options options_;
  Router router_;
  bool draining_ = false;
  std::unique_ptr<State> state_;
};

}  // namespace wk
