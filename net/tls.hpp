// Server side of TLS: one context for all loops, its certificate replaced while it runs.
#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

struct ssl_ctx_st;

namespace wk {

struct TlsOptions {
  // PEM; the certificate file holds the whole chain, the leaf first.
  std::string certificate_file;
  std::string key_file;
  Clock* clock = &SystemClock::instance();
};

// Purpose: certificate, key and session-ticket keys. Owner: the server; outlives the streams made
// with it. Thread-safe. TLS 1.2 and later. Sessions resume with tickets on every loop, also across
// a reload; their keys live in memory and change (net_limits::kTicketKeyLifetime).
class TlsContext {
 public:
  static Result<std::unique_ptr<TlsContext>> create(TlsOptions options);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // Looks whether the files changed and takes them if they are whole; connections that exist keep
  // what they have. True when something was loaded. On an error the old certificate goes on
  // serving. Reads files: call it from a slow timer or a pool.
  Result<bool> reload_if_changed();

  // With a reference of its own, for SSL_new. Used by Stream.
  std::shared_ptr<ssl_ctx_st> current() const;

 private:
  struct State;
  explicit TlsContext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace wk
