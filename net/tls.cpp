#include "net/tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <array>
#include <mutex>

#include "net/detail/tls_session.hpp"
#include "net/detail/tls_tickets.hpp"

namespace wk {
namespace {

std::string openssl_error() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

// What tells that a file was replaced.
struct FileStamp {
  std::int64_t seconds = 0, nanoseconds = 0, bytes = -1;
  std::uint64_t inode = 0;
  bool operator==(const FileStamp&) const = default;
};

FileStamp stamp_of(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return {};
  return {info.st_mtim.tv_sec, info.st_mtim.tv_nsec, info.st_size, info.st_ino};
}

Result<std::shared_ptr<SSL_CTX>> load(const TlsOptions& options, detail::TicketKeys& ticket_keys) {
  ERR_clear_error();
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) return fail(ErrorCode::kInternal, "SSL_CTX_new: " + openssl_error());
  SSL_CTX* const ctx = context.get();
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                               SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Tickets carry the session, so that a server with many idle clients keeps none; one per
  // connection is enough.
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(ctx, 1);
  ticket_keys.install(ctx);
  detail::prepare_for_sessions(ctx);
  static constexpr unsigned char kSessionContext[] = "weikeyi";
  SSL_CTX_set_session_id_context(ctx, kSessionContext, sizeof kSessionContext - 1);
  static constexpr unsigned char kHttp11[] = "\x08http/1.1";
  SSL_CTX_set_alpn_select_cb(
      ctx,
      [](SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
         unsigned int in_length, void*) {
        unsigned char* chosen = nullptr;
        if (SSL_select_next_proto(&chosen, out_length, kHttp11, sizeof kHttp11 - 1, in,
                                  in_length) != OPENSSL_NPN_NEGOTIATED) {
          return SSL_TLSEXT_ERR_NOACK;
        }
        *out = chosen;
        return SSL_TLSEXT_ERR_OK;
      },
      nullptr);
  if (SSL_CTX_use_certificate_chain_file(ctx, options.certificate_file.c_str()) != 1) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("certificate {}: {}", options.certificate_file, openssl_error()));
  }
  if (SSL_CTX_use_PrivateKey_file(ctx, options.key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(ctx) != 1) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("private key {}: {}", options.key_file, openssl_error()));
  }
  return context;
}

}  // namespace

struct TlsContext::State {
  explicit State(TlsOptions o) : options(std::move(o)), ticket_keys(*options.clock) {}

  const TlsOptions options;
  detail::TicketKeys ticket_keys;
  mutable std::mutex mutex;
  std::shared_ptr<SSL_CTX> current;        // mutex
  FileStamp certificate_stamp, key_stamp;  // mutex
};

TlsContext::TlsContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsContext::~TlsContext() = default;

Result<std::unique_ptr<TlsContext>> TlsContext::create(TlsOptions options) {
  auto state = std::make_unique<State>(std::move(options));
  // Before loading: a change in between is then seen as one.
  state->certificate_stamp = stamp_of(state->options.certificate_file);
  state->key_stamp = stamp_of(state->options.key_file);
  WK_TRY(state->current, load(state->options, state->ticket_keys));
  return std::unique_ptr<TlsContext>(new TlsContext(std::move(state)));
}

Result<bool> TlsContext::reload_if_changed() {
  const FileStamp certificate = stamp_of(state_->options.certificate_file);
  const FileStamp key = stamp_of(state_->options.key_file);
  {
    const std::lock_guard lock(state_->mutex);
    if (certificate == state_->certificate_stamp && key == state_->key_stamp) return false;
  }
  WK_TRY(std::shared_ptr<SSL_CTX> loaded, load(state_->options, state_->ticket_keys));
  const std::lock_guard lock(state_->mutex);
  state_->current = std::move(loaded);
  // Only now: half-written pairs are tried again.
  state_->certificate_stamp = certificate;
  state_->key_stamp = key;
  return true;
}

std::shared_ptr<SSL_CTX> TlsContext::current() const {
  const std::lock_guard lock(state_->mutex);
  return state_->current;
}

}  // namespace wk
