#include "net/detail/http_connection.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.hpp"

namespace wk::detail {
namespace {

// A body nobody wants is read to its end when it is at most this long: cheaper than a new
// connection.
constexpr std::uint64_t kDiscardedBodyBytesMax = 64 * 1024;
// The stream itself bounds what an answer may queue: one answer in memory and what pipelining put
// before it.
constexpr SendLimits kSendLimits{.low_water_bytes = net_limits::kSendQueueLowWaterBytes,
                                 .high_water_bytes = net_limits::kSendQueueHighWaterBytes,
                                 .bytes_max = 2 * net_limits::kResponseBodyBytesMax};
// For the last bytes of an answer, once most of it is gone.
constexpr Milliseconds kLastBytesDeadline{15'000};

std::string default_text(int status, std::string_view reason) {
  return fmt::format("{} {}: {}\n", status, http_reason_phrase(status), reason);
}

bool ours(std::string_view name) {
  return equals_ignoring_case(name, "Content-Length") ||
         equals_ignoring_case(name, "Transfer-Encoding") ||
         equals_ignoring_case(name, "Connection") || equals_ignoring_case(name, "Date");
}

void append_header(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ");
  const std::size_t begin = head.size();
  head.append(value).append("\r\n");
  // Whatever an application let slip into a value must not become a line of its own.
  for (std::size_t i = begin; i + 2 < head.size(); ++i) {
    if (head[i] == '\r' || head[i] == '\n' || head[i] == '\0') head[i] = ' ';
  }
}

}  // namespace

struct HttpConnection::Active {
  explicit Active(const HttpParser::Limits& limits) : parser(limits) {}

  HttpParser parser;
  HttpRequest request;                     // until the handler has it
  HttpRequest conditions;                  // what a file answer has to know of it
  std::shared_ptr<HttpExchange> exchange;  // from the complete head on
  bool head = false;                       // its method is HEAD
  bool http_1_1 = true;
  bool keep_alive = false;

  // What becomes of the body: one of these, or nothing of it is wanted.
  UniqueFunction<void(HttpRequest, HttpResponder)> on_buffered;
  std::unique_ptr<HttpBodySink> sink;
  bool discarding = false;
  bool refused = false;  // nothing more of it is read
  std::string body;
  std::uint64_t body_bytes = 0;
  std::uint64_t body_bytes_max = 0;
  // body_bytes when the time for more began.
  std::uint64_t body_bytes_timed = 0;
  bool body_complete = false;
  bool body_paused = false;

  bool answered = false;  // its head was sent, or will be (files)
  bool answer_complete = false;
  bool streaming = false;
  bool chunked = false;

  OpenedFile file;
  std::uint64_t file_offset = 0;
  std::uint64_t file_left = 0;
  bool file_reading = false;
};

HttpConnection::HttpConnection(HttpServer& server, std::unique_ptr<Stream> stream,
                               Milliseconds over_limit)
    : server_(server),
      stream_(std::move(stream)),
      over_limit_ms_(static_cast<std::uint32_t>(over_limit.count())) {
  stream_->set_send_limits(kSendLimits);
}

HttpConnection::~HttpConnection() { abandon(); }

void HttpConnection::start() {
  // Who is over a limit has no leave to stand idle either.
  const bool soon = stream_->secure() || over_limit_ms_ != 0;
  wait_in(soon ? server_.state_->handshake : server_.state_->idle);
  // A head, or a line of the chunked coding, is all that is ever kept.
  stream_->set_input_kept_bytes_max(server_.options_.head_bytes_max +
                                    net_limits::kReceiveBufferBytes);
  stream_->set_handler(*this);
}

// --- the request

std::size_t HttpConnection::on_data(std::span<char> bytes) {
  std::string_view rest(bytes.data(), bytes.size());
  while (stream_ && stream_->open() && !closing_) {
    if (!active_) {
      // RFC 9112, 2.2: an empty line before a request is forgiven.
      while (!rest.empty() && (rest.front() == '\r' || rest.front() == '\n')) rest.remove_prefix(1);
      if (rest.empty()) break;
      // A client that asks and asks and never reads is not asked to wait: it is.
      if (stream_->send_queue_bytes() > net_limits::kSendQueueHighWaterBytes) {
        stream_->pause_reading();
        stream_->want_drained();
        wait_in(server_.state_->send);
        break;
      }
      begin_request();
    }
    // The next request waits until this one is answered.
    if (active_->body_complete || active_->body_paused) {
      if (!rest.empty()) stream_->pause_reading();
      break;
    }
    const HttpParser::Step step = active_->parser.feed(rest);
    rest.remove_prefix(step.consumed);
    switch (step.event) {
      case HttpParser::Event::kNeedMore:
        return bytes.size() - rest.size();
      case HttpParser::Event::kHead:
        on_head();
        break;
      case HttpParser::Event::kBody:
        on_body(step.body);
        break;
      case HttpParser::Event::kComplete:
        on_body_complete();
        break;
      case HttpParser::Event::kError:
        refuse(step.status, step.reason);
        break;
    }
  }
  return bytes.size() - rest.size();
}

void HttpConnection::begin_request() {
  active_ = std::make_unique<Active>(
      HttpParser::Limits{server_.options_.head_bytes_max, server_.options_.header_count_max});
  wait_in(server_.state_->head);
}

void HttpConnection::on_head() {
  HttpRequest& request = active_->parser.request();
  request.peer = stream_->peer();
  request.secure = stream_->secure();
  request.client = request.peer;
  request.over_limit = Milliseconds(over_limit_ms_);
  const auto& proxies = server_.options_.trusted_proxies;
  if (std::any_of(proxies.begin(), proxies.end(),
                  [&](const IpNetwork& network) { return network.contains(request.peer); })) {
    request.client =
        client_address(request.peer, request.headers.joined("X-Forwarded-For"), proxies);
    if (const auto scheme = request.headers.find("X-Forwarded-Proto")) {
      request.secure = equals_ignoring_case(*scheme, "https");
    }
  }
  ++requests_;
  active_->head = request.method == "HEAD";
  active_->conditions.method = request.method;
  for (const char* name : {"If-None-Match", "If-Modified-Since", "Range", "If-Range"}) {
    if (request.headers.has(name)) {
      active_->conditions.headers.add(name, request.headers.joined(name));
    }
  }
  active_->http_1_1 = request.http_1_1;
  active_->keep_alive =
      active_->parser.keep_alive() && over_limit_ms_ == 0 &&
      requests_ < server_.options_.requests_per_connection_max;
  active_->exchange = std::make_shared<HttpExchange>(stream_->loop().handle(), this);
  wait_in(active_->parser.has_body() ? server_.state_->body : server_.state_->none);

  HttpRoute route = server_.router_(request);
  active_->request = std::move(request);
  std::visit([this](auto& chosen) { choose(chosen); }, route);
}

void HttpConnection::choose(HttpResponse& response) {
  const auto length = active_->request.content_length;
  active_->discarding = !active_->parser.chunked() && !active_->parser.expects_continue() &&
                        length.value_or(0) <= kDiscardedBodyBytesMax;
  active_->body_bytes_max = kDiscardedBodyBytesMax;
  answer(std::move(response));
}

void HttpConnection::choose(BufferedBody& route) {
  if (!accept_body(route.body_bytes_max)) return;
  active_->on_buffered = std::move(route.on_request);
  active_->body.reserve(static_cast<std::size_t>(
      std::min<std::uint64_t>(active_->request.content_length.value_or(0), 256 * 1024)));
}

void HttpConnection::choose(StreamedBody& route) {
  if (!accept_body(route.body_bytes_max)) return;
  WK_ASSERT(route.sink != nullptr);
  active_->sink = std::move(route.sink);
  active_->sink->on_start(std::move(active_->request), HttpResponder(active_->exchange),
                          HttpBodyFlow(active_->exchange));
}

void HttpConnection::choose(Upgrade& route) {
  if (active_->parser.has_body() || !active_->http_1_1) {
    return refuse(400, "this request cannot be upgraded");
  }
  std::string head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n";
  for (const auto& [name, value] : route.headers) append_header(head, name, value);
  for (const auto& [name, value] : server_.options_.default_headers) {
    if (!route.headers.has(name)) append_header(head, name, value);
  }
  head += "\r\n";
  (void)stream_->write(std::move(head));
  end_exchange(*active_);
  stream_->clear_handler();
  stream_->set_send_limits(SendLimits{});
  stream_->set_input_kept_bytes_max(net_limits::kInputKeptBytesMax);
  // The stream's callback is on the stack: whoever takes it may do with it what it likes, so it
  // takes it after that.
  server_.loop_.defer([stream = std::move(stream_), request = std::move(active_->request),
                       take = std::move(route.on_upgraded)]() mutable {
    take(std::move(request), std::move(stream));
  });
  active_.reset();
  server_.loop_.destroy_later(std::unique_ptr<HttpConnection>(this));
  server_.connection_gone(*this);
}

// Whether the body may come; else it is refused already.
bool HttpConnection::accept_body(std::uint64_t body_bytes_max) {
  active_->body_bytes_max = body_bytes_max;
  if (active_->request.content_length.value_or(0) > body_bytes_max) {
    refuse(413, "body too large");
    return false;
  }
  if (active_->parser.expects_continue() && active_->parser.has_body()) {
    (void)stream_->write_static("HTTP/1.1 100 Continue\r\n\r\n");
  }
  return true;
}

void HttpConnection::on_body(std::string_view piece) {
  active_->body_bytes += piece.size();
  if (active_->body_bytes - active_->body_bytes_timed >= net_limits::kBodyProgressBytes) {
    active_->body_bytes_timed = active_->body_bytes;
    wait_in(server_.state_->body);
  }
  if (active_->body_bytes > active_->body_bytes_max) return refuse(413, "body too large");
  if (active_->sink) return active_->sink->on_body(piece);
  if (!active_->discarding) active_->body.append(piece);
}

void HttpConnection::on_body_complete() {
  active_->body_complete = true;
  wait_in(server_.state_->none);
  const bool answered_before = active_->answer_complete;
  if (active_->sink) {
    active_->sink->on_end();
  } else if (active_->on_buffered) {
    // Out of the member: the answer may come at once and end what holds it.
    auto on_buffered = std::move(active_->on_buffered);
    active_->request.body = std::move(active_->body);
    on_buffered(std::move(active_->request), HttpResponder(active_->exchange));
  }
  if (answered_before) request_over();
}

void HttpConnection::pause_body() {
  if (!active_ || active_->body_complete || active_->body_paused) return;
  active_->body_paused = true;
  stream_->pause_reading();
  // The time is the handler's now, not the client's.
  wait_in(server_.state_->none);
}

void HttpConnection::resume_body() {
  if (!active_ || !active_->body_paused) return;
  active_->body_paused = false;
  wait_in(server_.state_->body);
  stream_->resume_reading();
  // The pause may have come with the last byte; then no more data will wake us.
  server_.loop_.defer([exchange = active_->exchange] {
    if (exchange->connection != nullptr) exchange->connection->look_for_end();
  });
}

void HttpConnection::look_for_end() {
  if (!active_ || active_->body_paused || active_->body_complete || !stream_->open()) return;
  if (active_->parser.feed({}).event == HttpParser::Event::kComplete) on_body_complete();
}

bool HttpConnection::on_end_of_input() {
  peer_done_ = true;
  // A client that only ended its own side (a shell's pipe) still wants its answer; half a request
  // has none.
  if (active_) return active_->body_complete && !(active_->exchange && active_->exchange->needs_their_side);
  if (stream_->send_queue_bytes() == 0) return false;
  close_after_queue();
  return true;
}

HttpResponse HttpConnection::error_response(int status, std::string_view reason) const {
  const auto& make = server_.options_.error_response;
  return make ? make(status, reason) : HttpResponse::text(status, default_text(status, reason));
}

// A fault we found ourselves. Nothing more is read.
void HttpConnection::refuse(int status, std::string_view reason) {
  if (active_->answered) {
    // Too late for a status: being cut is what tells the client.
    return stream_->abort();
  }
  active_->refused = true;
  active_->keep_alive = false;
  active_->discarding = false;
  // Whoever holds a handle learns it as "the client left".
  if (active_->exchange) {
    active_->exchange->present = false;
    end_exchange(*active_);
  }
  answer(error_response(status, reason));
}

void HttpConnection::end_exchange(Active& active) {
  if (!active.exchange) return;
  HttpExchange& exchange = *active.exchange;
  exchange.connection = nullptr;
  // The tasks often own the very handles that own the exchange: the ring is broken here.
  const Task writable = std::exchange(exchange.on_writable, nullptr);
  const Task abandoned = std::exchange(exchange.on_abandoned, nullptr);
}

// --- the answer

void HttpConnection::answer_fault() { answer(error_response(500, "no answer was given")); }

void HttpConnection::answer(HttpResponse response) {
  if (!active_ || active_->answered) return;
  active_->answered = true;
  if (std::holds_alternative<HttpFileBody>(response.body)) return open_file(std::move(response));
  send_body_value(response);
}

void HttpConnection::send_body_value(HttpResponse& response) {
  const std::size_t bytes = std::visit(
      [](const auto& body) -> std::size_t {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (std::is_same_v<Body, HttpStaticBody>) {
          return body.bytes.size();
        } else if constexpr (std::is_same_v<Body, HttpFileBody>) {
          return 0;
        } else {
          return body.size();
        }
      },
      response.body);
  if (bytes > net_limits::kResponseBodyBytesMax) {
    log_error("http.answer_too_large", {{"bytes", bytes}});
    response = error_response(500, "answer too large");
    return send_body_value(response);
  }
  send_head(response, bytes);
  if (!active_->head && response.status != 204 && response.status != 304) {
    if (auto* text = std::get_if<std::string>(&response.body)) {
      (void)stream_->write(std::move(*text));
    } else if (const auto* shared = std::get_if<SharedBytes>(&response.body)) {
      (void)stream_->write(*shared);
    } else if (const auto* fixed = std::get_if<HttpStaticBody>(&response.body)) {
      (void)stream_->write_static(fixed->bytes);
    }
  }
  answer_complete();
}

void HttpConnection::send_head(const HttpResponse& response,
                               std::optional<std::uint64_t> content_length) {
  // Unread body behind an answer would be taken for the next request.
  if (server_.draining_ || peer_done_ ||
      !(active_->body_complete || active_->discarding || !active_->parser.has_body())) {
    active_->keep_alive = false;
  }
  std::string head;
  head.reserve(256);
  fmt::format_to(std::back_inserter(head), "HTTP/1.1 {} {}\r\n", response.status,
                 http_reason_phrase(response.status));
  for (const auto& [name, value] : response.headers) {
    if (!ours(name)) append_header(head, name, value);
  }
  for (const auto& [name, value] : server_.options_.default_headers) {
    if (!response.headers.has(name)) append_header(head, name, value);
  }
  auto& state = *server_.state_;
  if (const std::int64_t second = server_.loop_.clock().now_ms() / 1000;
      second != state.date_second) {
    state.date_second = second;
    state.date = http_date(second);
  }
  append_header(head, "Date", state.date);
  if (content_length && response.status != 204 && response.status != 304) {
    append_header(head, "Content-Length", fmt::to_string(*content_length));
  } else if (!content_length && active_->http_1_1) {
    active_->chunked = true;
    append_header(head, "Transfer-Encoding", "chunked");
  } else if (!content_length) {
    active_->keep_alive = false;  // HTTP/1.0: the end of the connection is the end of the body
  }
  if (!active_->keep_alive) {
    append_header(head, "Connection", "close");
  } else if (!active_->http_1_1) {
    append_header(head, "Connection", "keep-alive");
  }
  head += "\r\n";
  (void)stream_->write(std::move(head));
}

void HttpConnection::start_body(HttpResponse head, Task on_writable) {
  if (!active_ || active_->answered) return;
  active_->answered = true;
  active_->streaming = true;
  active_->exchange->on_writable = std::move(on_writable);
  send_head(head, std::nullopt);
  wait_in(server_.state_->send);
}

void HttpConnection::write_body(std::string chunk) {
  HttpExchange& exchange = *active_->exchange;
  exchange.posted_bytes -= chunk.size();
  if (!chunk.empty() && !active_->head && active_->streaming) {
    Written written = Written::kAccepted;
    if (active_->chunked) {
      (void)stream_->write(fmt::format("{:x}\r\n", chunk.size()));
      written = stream_->write(std::move(chunk));
      (void)stream_->write_static("\r\n");
    } else {
      written = stream_->write(std::move(chunk));
    }
    if (written == Written::kRefused) return stream_->abort();
  }
  exchange.stream_bytes = stream_->send_queue_bytes();
  stream_->want_drained();
}

void HttpConnection::finish_body() {
  if (!active_ || !active_->streaming || active_->answer_complete) return;
  if (active_->chunked && !active_->head) (void)stream_->write_static("0\r\n\r\n");
  answer_complete();
}

void HttpConnection::answer_complete() {
  active_->answer_complete = true;
  end_exchange(*active_);
  if (active_->body_complete || active_->refused) return request_over();
  if (!active_->parser.has_body()) return;  // kComplete follows at once
  if (active_->discarding) return;
  request_over();
}

// Answered, and its body is read or will never be.
void HttpConnection::request_over() {
  const bool keep = active_->keep_alive && !peer_done_;
  const bool wait_for_body = active_->sink && !active_->body_complete;
  std::unique_ptr<Active> over = std::move(active_);
  if (wait_for_body) over->sink->on_abort();
  // One of the sink's own calls may have brought us here.
  if (over->sink) stream_->loop().destroy_later(std::move(over));
  if (!keep) return close_after_queue();
  wait_in(server_.state_->idle);
  stream_->resume_reading();
}

// Closing has a deadline for its last bytes; a long answer gets the time it needs first.
void HttpConnection::close_after_queue() {
  closing_ = true;
  if (stream_->send_queue_bytes() <= net_limits::kSendQueueLowWaterBytes) {
    wait_in(server_.state_->none);
    return stream_->close(kLastBytesDeadline);
  }
  wait_in(server_.state_->send);
  stream_->pause_reading();
  stream_->want_drained();
}

void HttpConnection::on_drained() {
  if (closing_) return close_after_queue();
  if (!active_) {
    // Was held back for sending only.
    wait_in(server_.state_->idle);
    return stream_->resume_reading();
  }
  if (active_->file_left > 0) return read_file();
  if (!active_->streaming) return;
  HttpExchange& exchange = *active_->exchange;
  exchange.stream_bytes = stream_->send_queue_bytes();
  if (!exchange.writer_waits.exchange(false) || !exchange.on_writable) return;
  // The task may end the exchange, and with it what holds the task.
  const std::shared_ptr<HttpExchange> alive = active_->exchange;
  Task on_writable = std::move(exchange.on_writable);
  on_writable();
  if (alive->connection != nullptr) alive->on_writable = std::move(on_writable);
}

// --- file answers

void HttpConnection::open_file(HttpResponse response) {
  const std::string path = std::get<HttpFileBody>(response.body).path;
  const std::shared_ptr<HttpExchange> exchange = active_->exchange;
  ThreadPool* const pool = server_.options_.file_pool;
  // Not a handle's business any more, but ours: the exchange finds its way back to us from the
  // pool.
  response.body = std::string();
  auto shared = std::make_shared<HttpResponse>(std::move(response));
  const bool accepted = pool != nullptr && pool->submit([exchange, shared, path] {
    OpenedFile file = open_for_answer(path);
    with_connection(exchange, [shared, file = std::move(file)](HttpConnection& connection) mutable {
      connection.file_opened(std::move(*shared), std::move(file));
    });
  }) == Enqueued::kAccepted;
  if (!accepted) {
    HttpResponse busy = error_response(503, "busy");
    send_body_value(busy);
  }
}

void HttpConnection::file_opened(HttpResponse response, OpenedFile file) {
  if (!file.fd) {
    HttpResponse missing = error_response(404, "no such file");
    return send_body_value(missing);
  }
  if (!response.headers.has("ETag")) response.headers.add("ETag", file.etag);
  if (!response.headers.has("Last-Modified")) {
    response.headers.add("Last-Modified", http_date(file.modified_s));
  }
  response.headers.set("Accept-Ranges", "bytes");
  FilePart part{FilePart::Kind::kWhole, 0, file.bytes};
  if (response.status == 200) {
    part = part_asked_for(active_->conditions, response.headers.get("ETag"), file);
  }
  switch (part.kind) {
    case FilePart::Kind::kWhole:
      break;
    case FilePart::Kind::kPart:
      response.status = 206;
      response.headers.set("Content-Range", fmt::format("bytes {}-{}/{}", part.offset,
                                                        part.offset + part.bytes - 1, file.bytes));
      break;
    case FilePart::Kind::kUnchanged:
      response.status = 304;
      response.headers.remove("Content-Type");
      return send_body_value(response);
    case FilePart::Kind::kUnsatisfiable:
      response.status = 416;
      response.headers.remove("Content-Type");
      response.headers.set("Content-Range", fmt::format("bytes */{}", file.bytes));
      return send_body_value(response);
  }
  send_head(response, part.bytes);
  if (active_->head || part.bytes == 0) return answer_complete();
  active_->file = std::move(file);
  active_->file_offset = part.offset;
  active_->file_left = part.bytes;
  wait_in(server_.state_->send);
  read_file();
}

void HttpConnection::read_file() {
  if (active_->file_reading) return;
  active_->file_reading = true;
  const auto bytes = static_cast<std::size_t>(
      std::min<std::uint64_t>(active_->file_left, net_limits::kFileChunkBytes));
  const bool accepted =
      server_.options_.file_pool->submit([exchange = active_->exchange, fd = active_->file.fd,
                                          offset = active_->file_offset, bytes] {
        auto piece = read_piece(fd->get(), offset, bytes);
        with_connection(exchange, [piece = std::move(piece)](HttpConnection& connection) mutable {
          connection.file_read(piece ? std::move(*piece) : std::string(), !piece);
        });
      }) == Enqueued::kAccepted;
  if (!accepted) stream_->abort();
}

void HttpConnection::file_read(std::string piece, bool failed) {
  active_->file_reading = false;
  if (failed) return stream_->abort();
  active_->file_offset += piece.size();
  active_->file_left -= piece.size();
  if (stream_->write(std::move(piece)) == Written::kRefused) return;
  if (active_->file_left == 0) return answer_complete();
  wait_in(server_.state_->send);
  stream_->want_drained();
}

// --- time and end

void HttpConnection::wait_in(DeadlineList& list) {
  sent_seen_ = stream_ ? stream_->bytes_sent() : 0;
  list.push(*this, server_.loop_.now());
}

void HttpConnection::expired() {
  auto& state = *server_.state_;
  const DeadlineList* const was = list();
  const auto cut = [&] {
    wait_in(state.none);
    stream_->abort(CloseReason::kTimeout);
  };
  if (was == &state.handshake) return cut();
  if (was == &state.head || was == &state.body) {
    wait_in(state.none);
    return refuse(408, "too slow");
  }
  // Sending, or idle with the last answer not yet taken: time counts from the last progress.
  const bool sending = stream_->send_queue_bytes() > 0;
  if (was == &state.send || sending) {
    if (!sending || stream_->bytes_sent() != sent_seen_) return wait_in(state.send);
    return cut();
  }
  close_after_queue();
}

void HttpConnection::drain() {
  if (closing_ || (active_ && active_->exchange)) return;
  active_.reset();
  close_after_queue();
}

void HttpConnection::on_closed(CloseReason) {
  HttpServer& server = server_;
  const std::unique_ptr<HttpConnection> self(this);
  server.connection_gone(*this);
}

// The client left, or we are being destroyed, in the middle of a request.
void HttpConnection::abandon() {
  if (!active_) return;
  const std::unique_ptr<Active> over = std::move(active_);
  Task writable, abandoned;
  if (over->exchange) {
    HttpExchange& exchange = *over->exchange;
    exchange.present = false;
    if (!over->answer_complete) {
      writable = std::move(exchange.on_writable);
      abandoned = std::move(exchange.on_abandoned);
    }
    end_exchange(*over);
  }
  if (over->sink && !over->body_complete) over->sink->on_abort();
  // A writer that waits learns from its next write that there is nobody.
  if (writable) writable();
  if (abandoned) abandoned();
}

}  // namespace wk::detail
