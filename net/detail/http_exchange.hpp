// One request and its answer, as handles on other threads see it.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "base/unique_function.hpp"
#include "net/event_loop.hpp"

namespace wk::detail {

class HttpConnection;

// Owner: shared by the connection and the handles of the request. The connection takes itself out
// when the answer is complete or the client left; from then on the handles do nothing.
struct HttpExchange {
  // --- Thread-safe
  const LoopHandle loop;
  std::atomic<bool> present{true};
  // What the body writer posted and the loop has not yet given to the stream, and what the stream
  // held when last asked.
  std::atomic<std::size_t> posted_bytes{0};
  std::atomic<std::size_t> stream_bytes{0};
  // The writer was told kAboveHighWater and waits for on_writable.
  std::atomic<bool> writer_waits{false};

  // --- loop
  HttpConnection* connection = nullptr;
  Task on_writable;
  Task on_abandoned;
  bool needs_their_side = false;

  HttpExchange(LoopHandle handle, HttpConnection* of) : loop(std::move(handle)), connection(of) {}
};

// Runs `action(HttpConnection&)` on the loop if the exchange still goes on: at once when here, else
// posted.
template <typename F>
void with_connection(const std::shared_ptr<HttpExchange>& exchange, F action) {
  if (exchange->loop.in_loop()) {
    if (exchange->connection != nullptr) action(*exchange->connection);
    return;
  }
  // Refused: the loop has stopped, and with it the connection.
  (void)exchange->loop.post([exchange, action = std::move(action)]() mutable {
    if (exchange->connection != nullptr) action(*exchange->connection);
  });
}

}  // namespace wk::detail
