// The handles of a request: thread-safe, thin, all work is the connection's.
#include "net/detail/http_connection.hpp"
#include "net/detail/http_exchange.hpp"
#include "net/http_server.hpp"

namespace wk {

using detail::HttpConnection;
using detail::HttpExchange;
using detail::with_connection;

HttpResponder::HttpResponder(std::shared_ptr<HttpExchange> exchange)
    : exchange_(std::move(exchange)) {}

HttpResponder& HttpResponder::operator=(HttpResponder&& other) noexcept {
  // The answer that was owed goes out with `dropped`.
  HttpResponder dropped(std::exchange(exchange_, std::move(other.exchange_)));
  return *this;
}

HttpResponder::~HttpResponder() {
  if (!exchange_) return;
  with_connection(exchange_, [](HttpConnection& connection) { connection.answer_fault(); });
}

void HttpResponder::respond(HttpResponse response) {
  const auto exchange = std::exchange(exchange_, nullptr);
  WK_ASSERT(exchange != nullptr);
  with_connection(exchange, [response = std::move(response)](HttpConnection& connection) mutable {
    connection.answer(std::move(response));
  });
}

HttpBodyWriter HttpResponder::start(HttpResponse head, Task on_writable) {
  auto exchange = std::exchange(exchange_, nullptr);
  WK_ASSERT(exchange != nullptr);
  with_connection(exchange, [head = std::move(head), on_writable = std::move(on_writable)](
                                HttpConnection& connection) mutable {
    connection.start_body(std::move(head), std::move(on_writable));
  });
  return HttpBodyWriter(std::move(exchange));
}

void HttpResponder::on_abandoned(Task task, Leaving leaving) {
  if (!exchange_) return;
  const auto set = [leaving](HttpExchange& exchange, Task given) {
    exchange.needs_their_side = leaving == Leaving::kOwnSide;
    if (exchange.connection != nullptr) {
      exchange.on_abandoned = std::move(given);
    } else if (!exchange.present) {
      given();
    }
  };
  if (exchange_->loop.in_loop()) return set(*exchange_, std::move(task));
  (void)exchange_->loop.post([exchange = exchange_, set, task = std::move(task)]() mutable {
    set(*exchange, std::move(task));
  });
}

bool HttpResponder::client_present() const { return exchange_ && exchange_->present; }

HttpBodyWriter::HttpBodyWriter(std::shared_ptr<HttpExchange> exchange)
    : exchange_(std::move(exchange)) {}

HttpBodyWriter& HttpBodyWriter::operator=(HttpBodyWriter&& other) noexcept {
  HttpBodyWriter dropped(std::exchange(exchange_, std::move(other.exchange_)));
  return *this;
}

HttpBodyWriter::~HttpBodyWriter() { abort(); }

Written HttpBodyWriter::write(std::string chunk) {
  if (!exchange_ || !exchange_->present) return Written::kRefused;
  HttpExchange& exchange = *exchange_;
  const std::size_t waiting = exchange.posted_bytes + exchange.stream_bytes + chunk.size();
  if (waiting > net_limits::kBodyWriterBytesMax) return Written::kRefused;
  exchange.posted_bytes += chunk.size();
  const bool above = waiting >= net_limits::kSendQueueHighWaterBytes;
  // Before the bytes go: the drain that they cause must find it.
  if (above) exchange.writer_waits = true;
  with_connection(exchange_, [chunk = std::move(chunk)](HttpConnection& connection) mutable {
    connection.write_body(std::move(chunk));
  });
  return above ? Written::kAboveHighWater : Written::kAccepted;
}

void HttpBodyWriter::finish() {
  if (const auto exchange = std::exchange(exchange_, nullptr)) {
    with_connection(exchange, [](HttpConnection& connection) { connection.finish_body(); });
  }
}

void HttpBodyWriter::abort() {
  if (const auto exchange = std::exchange(exchange_, nullptr)) {
    with_connection(exchange, [](HttpConnection& connection) { connection.cut(); });
  }
}

void HttpBodyFlow::pause() const {
  if (!exchange_) return;
  with_connection(exchange_, [](HttpConnection& connection) { connection.pause_body(); });
}

void HttpBodyFlow::resume() const {
  if (!exchange_) return;
  with_connection(exchange_, [](HttpConnection& connection) { connection.resume_body(); });
}

}  // namespace wk
