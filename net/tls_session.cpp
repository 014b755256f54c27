#include "net/detail/tls_session.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/assert.hpp"
#include "net/tls_limits.hpp"

namespace wk::detail {

// What OpenSSL tells of a handshake that will be needed when it is over.
struct TlsSession::Handshake {
  ~Handshake() {
    OPENSSL_cleanse(read_secret.data(), read_secret.size());
    OPENSSL_cleanse(write_secret.data(), write_secret.size());
  }
  std::array<char, 48> read_secret{}, write_secret{};
  std::size_t read_bytes = 0, write_bytes = 0;
  // Records sent under write_secret.
  std::uint64_t written = 0;
  std::unique_ptr<LinePlace> place;
};

namespace {

// OpenSSL's own socket BIO writes with write(), which raises SIGPIPE for a peer that left.
int bio_write(BIO* bio, const char* bytes, int count) {
  int fd = -1;
  BIO_get_fd(bio, &fd);
  BIO_clear_retry_flags(bio);
  const ssize_t sent =
      send(fd, bytes, static_cast<std::size_t>(count), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
    BIO_set_retry_write(bio);
  }
  return static_cast<int>(sent);
}

BIO_METHOD* socket_method() {
  static BIO_METHOD* const method = [] {
    const BIO_METHOD* plain = BIO_s_socket();
    BIO_METHOD* made = BIO_meth_new(
        BIO_get_new_index() | BIO_TYPE_SOURCE_SINK | BIO_TYPE_DESCRIPTOR, "weikeyi socket");
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, BIO_meth_get_read(plain));
    BIO_meth_set_ctrl(made, BIO_meth_get_ctrl(plain));
    BIO_meth_set_create(made, BIO_meth_get_create(plain));
    BIO_meth_set_destroy(made, BIO_meth_get_destroy(plain));
    return made;
  }();
  return method;
}

// Where an SSL keeps its Handshake.
int handshake_slot() {
  static const int slot = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}

// 0: not what was expected.
std::size_t unhex(std::string_view text, std::array<char, 48>& out) {
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; };
  if (text.size() % 2 != 0 || text.size() / 2 > out.size()) return 0;
  for (std::size_t i = 0; i < text.size() / 2; ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return 0;
    out[i] = static_cast<char>(high << 4 | low);
  }
  return text.size() / 2;
}

}  // namespace

void prepare_for_sessions(SSL_CTX* context) {
  // "LABEL client_random secret", told when the direction's key becomes this one.
  SSL_CTX_set_keylog_callback(context, [](const SSL* ssl, const char* text) {
    auto* handshake = static_cast<TlsSession::Handshake*>(SSL_get_ex_data(ssl, handshake_slot()));
    if (handshake == nullptr) return;
    const std::string_view line(text);
    const std::string_view secret = line.substr(line.rfind(' ') + 1);
    if (line.starts_with("CLIENT_TRAFFIC_SECRET_0 ")) {
      handshake->read_bytes = unhex(secret, handshake->read_secret);
    } else if (line.starts_with("SERVER_TRAFFIC_SECRET_0 ")) {
      handshake->write_bytes = unhex(secret, handshake->write_secret);
      handshake->written = 0;
    }
  });
  // Each record's header passes here.
  SSL_CTX_set_msg_callback(context, [](int write, int, int type, const void*, std::size_t, SSL* ssl, void*) {
    if (write != 1 || type != SSL3_RT_HEADER) return;
    auto* handshake = static_cast<TlsSession::Handshake*>(SSL_get_ex_data(ssl, handshake_slot()));
    if (handshake != nullptr) ++handshake->written;
  });
}

TlsSession::TlsSession(SSL* ssl, int fd, std::unique_ptr<LinePlace> place)
    : ssl_(ssl), fd_(fd), handshake_(std::make_unique<Handshake>()) {
  handshake_->place = std::move(place);
  SSL_set_ex_data(ssl, handshake_slot(), handshake_.get());
}

std::unique_ptr<TlsSession> TlsSession::accept(TlsContext& context, int fd, std::unique_ptr<LinePlace> place) {
  SSL* ssl = SSL_new(context.current().get());  // holds the context by a count of its own
  if (ssl == nullptr) return nullptr;
  BIO* bio = BIO_new(socket_method());
  if (bio == nullptr) {
    SSL_free(ssl);
    return nullptr;
  }
  BIO_set_fd(bio, fd, BIO_NOCLOSE);
  SSL_set_bio(ssl, bio, bio);
  SSL_set_accept_state(ssl);
  return std::unique_ptr<TlsSession>(new TlsSession(ssl, fd, std::move(place)));
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

TlsSession::Progress TlsSession::failure(int result) const {
  const int error = SSL_get_error(ssl_, result);
  const int system_error = errno;
  ERR_clear_error();
  switch (error) {
    case SSL_ERROR_WANT_READ:
      return {Status::kWantRead};
    case SSL_ERROR_WANT_WRITE:
      return {Status::kWantWrite};
    case SSL_ERROR_ZERO_RETURN:
      return {Status::kEnded};
    case SSL_ERROR_SYSCALL:
      return {system_error == 0 ? Status::kEnded : Status::kReset};
    default:
      return {Status::kFailed};
  }
}

LinePlace* TlsSession::handshake_place() const { return handshake_ ? handshake_->place.get() : nullptr; }

TlsSession::Progress TlsSession::handshake() {
  WK_ASSERT(handshake_);
  errno = 0;
  if (const int result = SSL_do_handshake(ssl_); result != 1) return failure(result);
  take_over();
  if (ssl_ != nullptr) SSL_set_ex_data(ssl_, handshake_slot(), nullptr);
  handshake_.reset();
  return {Status::kDone};
}

void TlsSession::take_over() {
  if (SSL_version(ssl_) != TLS1_3_VERSION) return;
  // It reads no further than the record it wants; what it had taken beyond, only it could open.
  if (SSL_has_pending(ssl_) == 1) return;
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl_);
  const auto suite = cipher == nullptr ? std::nullopt : tls_suite(SSL_CIPHER_get_protocol_id(cipher));
  if (!suite) return;
  const std::size_t bytes = tls_secret_bytes(*suite);
  if (handshake_->read_bytes != bytes || handshake_->write_bytes != bytes) return;
  records_ = std::make_unique<TlsRecords>(*suite, TlsRecords::Secrets{.read = {handshake_->read_secret.data(), bytes},
                                                                      .write = {handshake_->write_secret.data(), bytes},
                                                                      .written = handshake_->written});
  SSL_free(std::exchange(ssl_, nullptr));
}

TlsSession::Progress TlsSession::read(std::span<char> out) {
  WK_ASSERT(!handshake_);
  if (records_) return read_records(out);
  errno = 0;
  std::size_t count = 0;
  const int result = SSL_read_ex(ssl_, out.data(), out.size(), &count);
  return result == 1 ? Progress{Status::kDone, count} : failure(result);
}

TlsSession::Progress TlsSession::ended() {
  switch (records_->end()) {
    case TlsRecords::End::kNone:
    case TlsRecords::End::kClosed:
      return {Status::kEnded};
    case TlsRecords::End::kReset:
      return {Status::kReset};
    case TlsRecords::End::kFailed:
      break;
  }
  if (!std::exchange(failure_told_, true) && !unsent_) {
    std::string alert;
    constexpr std::uint8_t kFatal = 2;
    records_->seal_alert(kFatal, records_->alert(), alert);
    // For whoever looks for the reason; if it does not fit, so be it.
    [[maybe_unused]] const ssize_t sent = send(fd_, alert.data(), alert.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  return {Status::kFailed};
}

TlsSession::Progress TlsSession::read_records(std::span<char> out) {
  WK_ASSERT(out.size() >= net_limits::kTlsReadBytesMin);
  for (;;) {
    drained_ = false;
    if (records_->end() != TlsRecords::End::kNone) return ended();
    std::size_t held = 0;
    if (partial_) {
      held = partial_->size();
      std::memcpy(out.data(), partial_->data(), held);
    }
    const ssize_t received = recv(fd_, out.data() + held, out.size() - held, MSG_DONTWAIT);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) return {errno == EAGAIN || errno == EWOULDBLOCK ? Status::kWantRead : Status::kReset};
    if (received == 0) return {Status::kEnded};
    const std::size_t filled = held + static_cast<std::size_t>(received);
    const TlsRecords::Opened opened = records_->open(out.first(filled));
    if (opened.used == filled) {
      partial_.reset();
    } else {
      const std::string_view rest(out.data() + opened.used, filled - opened.used);
      if (partial_) {
        partial_->assign(rest);
      } else {
        partial_ = std::make_unique<std::string>(rest);
      }
    }
    drained_ = filled < out.size() && records_->end() == TlsRecords::End::kNone;
    if (opened.plain > 0) return {Status::kDone, opened.plain};
    if (drained_) return {Status::kWantRead};
  }
}

TlsSession::Progress TlsSession::write(std::string_view bytes) {
  WK_ASSERT(!handshake_);
  if (records_) return write_records(bytes);
  errno = 0;
  std::size_t count = 0;
  const int result = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &count);
  return result == 1 ? Progress{Status::kDone, count} : failure(result);
}

TlsSession::Progress TlsSession::write_records(std::string_view bytes) {
  if (unsent_) return send_unsent();
  static thread_local std::string sealed;
  sealed.clear();
  const std::string_view plain = bytes.substr(0, net_limits::kTlsSealedAtOnceBytesMax);
  records_->seal(plain, sealed);
  const ssize_t sent = send(fd_, sealed.data(), sealed.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent == static_cast<ssize_t>(sealed.size())) return {Status::kDone, plain.size()};
  if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return {Status::kReset};
  // A record that was sealed has to be sent as it is.
  unsent_ = std::make_unique<Unsent>(Unsent{.bytes = sealed.substr(sent < 0 ? 0 : static_cast<std::size_t>(sent)), .plain = plain.size()});
  return {Status::kWantWrite};
}

TlsSession::Progress TlsSession::send_unsent() {
  const std::string_view rest = std::string_view(unsent_->bytes).substr(unsent_->sent);
  const ssize_t sent = send(fd_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) return {errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Status::kWantWrite : Status::kReset};
  unsent_->sent += static_cast<std::size_t>(sent);
  if (unsent_->sent < unsent_->bytes.size()) return {Status::kWantWrite};
  const std::size_t plain = unsent_->plain;
  unsent_.reset();
  return {Status::kDone, plain};
}

bool TlsSession::has_pending() const {
  if (records_) return records_->end() != TlsRecords::End::kNone;
  return SSL_has_pending(ssl_) == 1;
}

void TlsSession::shutdown() {
  // Within a handshake it would be an error, and nobody is there to hear it.
  if (handshake_) return;
  if (records_) {
    if (unsent_) return;
    std::string alert;
    constexpr std::uint8_t kWarning = 1, kCloseNotify = 0;
    records_->seal_alert(kWarning, kCloseNotify, alert);
    [[maybe_unused]] const ssize_t sent = send(fd_, alert.data(), alert.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return;
  }
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

}  // namespace wk::detail
