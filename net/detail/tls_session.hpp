// One TLS connection over a non-blocking socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/detail/tls_records.hpp"
#include "net/tls.hpp"
#include "net/work_line.hpp"

struct ssl_st;

namespace wk::detail {

// How reading, writing or a step of the handshake went.
enum class TlsStatus : std::uint8_t { kDone, kWantRead, kWantWrite, kEnded, kReset, kFailed };

// Purpose: TLS of one stream. Owner: the Stream. Thread: that of the stream. The handshake is OpenSSL's; each of its steps may take
// long, so the stream asks for it when its place in the loop's line of handshakes comes up. Behind it a TLS 1.3 connection is two
// keys and counters (TlsRecords) and OpenSSL's state is freed; one of TLS 1.2 goes on with OpenSSL, which holds no buffers between
// records (SSL_MODE_RELEASE_BUFFERS).
class TlsSession {
 public:
  // Null when OpenSSL has no memory. `place` is where the stream waits for its handshake's steps; it goes when that is over.
  static std::unique_ptr<TlsSession> accept(TlsContext& context, int fd, std::unique_ptr<LinePlace> place);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  using Status = TlsStatus;
  struct Progress {
    Status status;
    std::size_t bytes = 0;
  };
  // Null: the handshake is over.
  LinePlace* handshake_place() const;
  // One step of the handshake. kDone: it is over, its place is gone.
  Progress handshake();
  // Both require: the handshake is over. Reading: room for a whole record and its header, kTlsReadBytesMin.
  Progress read(std::span<char> out);
  // After kWantRead/kWantWrite the next call must bring the same bytes (elsewhere, or with more
  // behind them).
  Progress write(std::string_view bytes);
  // Bytes that arrived, or an end, that would not make the socket readable again.
  bool has_pending() const;
  // The last read() took all there was.
  bool drained() const { return drained_; }
  // Writing may have to wait for what the peer sends.
  bool writing_may_wait_for_input() const { return ssl_ != nullptr; }
  // Says goodbye, once; does not wait.
  void shutdown();

 private:
  struct Handshake;
  // Sealed and not taken by the kernel yet.
  struct Unsent {
    std::string bytes;
    std::size_t sent = 0;
    // What of the caller's bytes it stands for.
    std::size_t plain = 0;
  };

  TlsSession(ssl_st* ssl, int fd, std::unique_ptr<LinePlace> place);
  friend void prepare_for_sessions(ssl_ctx_st* context);
  // From OpenSSL to TlsRecords, where that knows the suite.
  void take_over();
  Progress failure(int result) const;
  Progress read_records(std::span<char> out);
  Progress ended();
  Progress write_records(std::string_view bytes);
  Progress send_unsent();

  ssl_st* ssl_;  // null: records_ has taken over
  int fd_;
  bool drained_ = false;
  bool failure_told_ = false;
  std::unique_ptr<Handshake> handshake_;  // until it is over
  std::unique_ptr<TlsRecords> records_;
  std::unique_ptr<std::string> partial_;  // the beginning of a record
  std::unique_ptr<Unsent> unsent_;
};

// Has OpenSSL tell sessions of `context` the secrets of their handshakes.
void prepare_for_sessions(ssl_ctx_st* context);

}  // namespace wk::detail
