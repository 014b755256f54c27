// The record layer of TLS 1.3 behind the handshake (RFC 8446, sections 5 and 4.6.3): sealing, opening, changing keys.
//
// OpenSSL keeps about 14 KB for each connection; what has to be known between two records is two keys, two nonces and two
// counters. OpenSSL's library of ciphers does the cryptography here too, it only does not keep the connection.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wk::detail {

// The cipher suites of RFC 8446 that are spoken here.
enum class TlsSuite : std::uint8_t { kAes128Gcm, kAes256Gcm, kChacha20Poly1305 };
// By its number on the wire; nullopt: another one.
std::optional<TlsSuite> tls_suite(std::uint16_t number);
// Bytes of a traffic secret.
std::size_t tls_secret_bytes(TlsSuite suite);

// A traffic secret of one direction and what follows from it. Wiped when it goes.
class TlsDirection {
 public:
  // Requires: secret.size() == tls_secret_bytes(suite).
  TlsDirection(TlsSuite suite, std::string_view secret, std::uint64_t sequence);
  ~TlsDirection();
  TlsDirection(const TlsDirection&) = delete;
  TlsDirection& operator=(const TlsDirection&) = delete;

  const unsigned char* key() const { return key_.data(); }
  std::uint64_t sequence() const { return sequence_; }
  // Of the next record, which it counts.
  std::array<unsigned char, 12> take_nonce();
  // "application_traffic_secret_N+1".
  void change();

 private:
  void expand();

  TlsSuite suite_;
  std::array<unsigned char, 48> secret_{};
  std::array<unsigned char, 32> key_{};
  std::array<unsigned char, 12> iv_{};
  std::uint64_t sequence_;
};

// Purpose: records of one connection, without a socket. Owner: its TlsSession. Thread: one at a time. Limits: a record is what
// RFC 8446 allows; kTlsRecordsWithoutDataMax in a row that carry no data end the connection.
class TlsRecords {
 public:
  struct Secrets {
    std::string_view read, write;
    // Records sent under `write` already (session tickets).
    std::uint64_t written = 0;
  };
  TlsRecords(TlsSuite suite, const Secrets& secrets)
      : suite_(suite), read_(suite, secrets.read, 0), write_(suite, secrets.write, secrets.written) {}

  // Why nothing more will be opened.
  enum class End : std::uint8_t { kNone, kClosed, kReset, kFailed };
  struct Opened {
    std::size_t used = 0;   // of `bytes`: whole records
    std::size_t plain = 0;  // data that now stands at its front
  };
  // Opens all whole records at the front of `bytes` and changes them in place. What is left comes again with more behind it.
  Opened open(std::span<char> bytes);
  End end() const { return end_; }
  // kFailed: the alert that says why; sealed for the peer by seal_alert().
  std::uint8_t alert() const { return alert_; }

  // Appends records that carry `plain`, and before them the change of keys that is due.
  void seal(std::string_view plain, std::string& out);
  void seal_alert(std::uint8_t level, std::uint8_t description, std::string& out);
  // Only a KeyUpdate has a meaning to the peer here.
  void seal_handshake(std::string_view message, std::string& out);

 private:
  void fail(std::uint8_t alert);
  void on_alert(std::string_view content);
  void on_handshake(std::string_view content);
  // `same_key`: the record before it in this call was sealed with it.
  void seal_record(std::uint8_t type, std::string_view content, std::string& out, bool same_key);

  const TlsSuite suite_;
  End end_ = End::kNone;
  std::uint8_t alert_ = 0;
  std::uint8_t without_data_ = 0;
  // The peer wants our keys changed before our next data.
  bool change_owed_ = false;
  TlsDirection read_, write_;
};

}  // namespace wk::detail
