#include "bench/client/socket.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/assert.hpp"

namespace wk::bench {
namespace {

Security security = Security::kPlain;
// The newest one this process got. Never used itself but in copies: OpenSSL takes a TLS 1.3 session that was used for spent, and
// many connections begin between two tickets.
SSL_SESSION* newest_session = nullptr;

SSL_CTX* client_context() {
  static SSL_CTX* const context = [] {
    SSL_CTX* made = SSL_CTX_new(TLS_client_method());
    WK_ASSERT(made != nullptr);
    SSL_CTX_set_mode(made, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(made, [](SSL*, SSL_SESSION* session) {
      SSL_SESSION_free(std::exchange(newest_session, SSL_SESSION_dup(session)));
      return 0;
    });
    return made;
  }();
  return context;
}

// As the system calls answer.
ssize_t outcome(SSL* tls, int result) {
  if (result > 0) return result;
  const int system_error = errno;
  const int error = SSL_get_error(tls, result);
  ERR_clear_error();
  switch (error) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: errno = EAGAIN; return -1;
    case SSL_ERROR_ZERO_RETURN: return 0;
    case SSL_ERROR_SYSCALL: errno = system_error == 0 ? ECONNRESET : system_error; return -1;
    default: errno = EPROTO; return -1;
  }
}

}  // namespace

void secure_sockets(Security wanted) { security = wanted; }
Security socket_security() { return security; }

std::string_view security_name() {
  switch (security) {
    case Security::kPlain: return "plain";
    case Security::kTlsFull: return "tls full";
    case Security::kTlsResumed: return "tls resumed";
  }
  return {};
}

void Socket::Free::operator()(SSL* tls) const {
  // Without a goodbye OpenSSL would take the session for broken.
  SSL_set_shutdown(tls, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(tls);
}

Socket::Socket(UniqueFd fd) : fd_(std::move(fd)) {
  if (security == Security::kPlain || !fd_) return;
  tls_.reset(SSL_new(client_context()));
  WK_ASSERT(tls_ != nullptr);
  SSL_set_fd(tls_.get(), fd_.get());
  SSL_set_connect_state(tls_.get());
  if (security != Security::kTlsResumed || newest_session == nullptr) return;
  SSL_SESSION* const copy = SSL_SESSION_dup(newest_session);
  SSL_set_session(tls_.get(), copy);
  SSL_SESSION_free(copy);
}

Socket::~Socket() = default;

ssize_t Socket::send(std::string_view bytes) {
  if (!tls_) return ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  errno = 0;
  return outcome(tls_.get(), SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())));
}

ssize_t Socket::receive(char* to, std::size_t bytes) {
  if (!tls_) return ::recv(fd_.get(), to, bytes, 0);
  errno = 0;
  return outcome(tls_.get(), SSL_read(tls_.get(), to, static_cast<int>(bytes)));
}

void Socket::note_arrivals() {
  const int on = 1;
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

ssize_t Socket::receive(char* to, std::size_t bytes, std::uint64_t& arrived_ns) {
  arrived_ns = 0;
  // OpenSSL reads by itself.
  if (tls_) return receive(to, bytes);
  alignas(cmsghdr) std::array<char, 128> control;
  iovec data{.iov_base = to, .iov_len = bytes};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t received = ::recvmsg(fd_.get(), &message, 0);
  if (received <= 0) return received;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec at{};
    std::memcpy(&at, CMSG_DATA(part), sizeof at);
    arrived_ns = static_cast<std::uint64_t>(at.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(at.tv_nsec);
  }
  return received;
}

bool Socket::shaking_hands() const { return tls_ && SSL_is_init_finished(tls_.get()) == 0; }
bool Socket::waits_for_peer() const { return tls_ && SSL_want_read(tls_.get()); }
bool Socket::resumed() const { return tls_ && SSL_session_reused(tls_.get()) == 1; }

void Socket::reset() {
  tls_.reset();
  fd_.reset();
}

Result<void> make_certificate(const std::string& certificate_file, const std::string& key_file) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  constexpr long kDay = 24 * 3'600;
  X509_gmtime_adj(X509_getm_notBefore(certificate), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 30 * kDay);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  bool written = X509_sign(certificate, key, EVP_sha256()) != 0;
  const auto write = [&](const std::string& path, auto put) {
    std::FILE* out = std::fopen(path.c_str(), "w");
    written = written && out != nullptr && put(out) == 1;
    if (out != nullptr) std::fclose(out);
  };
  write(certificate_file, [&](std::FILE* out) { return PEM_write_X509(out, certificate); });
  write(key_file, [&](std::FILE* out) { return PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); });
  X509_free(certificate);
  EVP_PKEY_free(key);
  if (!written) return fail(ErrorCode::kIo, "cannot write a certificate to " + certificate_file);
  return {};
}

}  // namespace wk::bench
