// One TLS connection over a non-blocking socket.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "net/tls.hpp"

struct ssl_st;

namespace wk::detail {

// Purpose: OpenSSL's state of one stream. Owner: the Stream. Thread: that of the stream. Between
// records it holds no buffers (SSL_MODE_RELEASE_BUFFERS). The handshake happens inside read() and
// write().
class TlsSession {
 public:
  // Null when OpenSSL has no memory.
  static std::unique_ptr<TlsSession> accept(TlsContext& context, int fd);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  enum class Status { kDone, kWantRead, kWantWrite, kEnded, kReset, kFailed };
  struct Progress {
    Status status;
    std::size_t bytes = 0;
  };
  Progress read(std::span<char> out);
  // After kWantRead/kWantWrite the next call must bring the same bytes (elsewhere, or with more
  // behind them).
  Progress write(std::string_view bytes);
  // Bytes that arrived and would not make the socket readable again.
  bool has_pending() const;
  bool handshake_done() const;
  // Says goodbye, once; does not wait.
  void shutdown();

 private:
  explicit TlsSession(ssl_st* ssl) : ssl_(ssl) {}
  Progress failure(int result) const;
  ssl_st* ssl_;
};

}  // namespace wk::detail
