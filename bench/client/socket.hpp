// A connection of the load: TCP, or TLS over it.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "net/unique_fd.hpp"

struct ssl_st;

namespace wk::bench {

enum class Security {
  kPlain,
  kTlsFull,     // every connection shakes hands anew
  kTlsResumed,  // with the newest session ticket of this process, once it has one
};

// Of every socket from here on, in this process and those forked from it. Certificates are not checked: it is the bench's own.
// The loads know endpoints only; that one run speaks TLS is a matter of the run.
void secure_sockets(Security security);
Security socket_security();
// "plain", "tls full" or "tls resumed", for reports.
std::string_view security_name();

// Loop-bound. Movable.
class Socket {
 public:
  Socket() = default;
  // Connected, or about to be.
  explicit Socket(UniqueFd fd);
  Socket(Socket&& other) noexcept = default;
  Socket& operator=(Socket&& other) noexcept = default;
  ~Socket();

  explicit operator bool() const { return static_cast<bool>(fd_); }
  int fd() const { return fd_.get(); }
  // As send(2) and recv(2), the TLS handshake included; EAGAIN also where that waits.
  ssize_t send(std::string_view bytes);
  ssize_t receive(char* to, std::size_t bytes);
  // From now on the kernel notes when something arrives.
  void note_arrivals();
  // The same; `arrived_ns`: when the last of it arrived here, by the wall clock; 0 where the kernel did not note it.
  ssize_t receive(char* to, std::size_t bytes, std::uint64_t& arrived_ns);
  // TLS is still shaking hands.
  bool shaking_hands() const;
  // The last call wants something to arrive, not room.
  bool waits_for_peer() const;
  // Its TLS session is an earlier one.
  bool resumed() const;
  void reset();

 private:
  struct Free {
    void operator()(ssl_st* tls) const;
  };
  UniqueFd fd_;
  std::unique_ptr<ssl_st, Free> tls_;
};

// Writes a certificate of its own (P-256) for localhost and its key, as PEM.
Result<void> make_certificate(const std::string& certificate_file, const std::string& key_file);

}  // namespace wk::bench
