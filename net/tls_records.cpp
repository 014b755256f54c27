#include "net/detail/tls_records.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.hpp"
#include "net/tls_limits.hpp"

namespace wk::detail {
namespace {

constexpr std::size_t kHeaderBytes = 5, kTagBytes = 16, kPlainBytesMax = 16 * 1024;
// Ciphertext, with its tag, its type and its padding.
constexpr std::size_t kSealedBytesMax = kPlainBytesMax + 256;

// Content types, alerts, and the one handshake message that comes behind a handshake.
constexpr std::uint8_t kAlert = 21, kHandshake = 22, kData = 23;
constexpr std::uint8_t kCloseNotify = 0, kUnexpectedMessage = 10, kBadRecordMac = 20, kRecordOverflow = 22,
                       kDecodeError = 50, kUserCanceled = 90;
constexpr std::string_view kKeyUpdate("\x18\x00\x00\x01", 4);
constexpr std::string_view kKeyUpdateUnrequested("\x18\x00\x00\x01\x00", 5);

const EVP_MD* digest(TlsSuite suite) { return suite == TlsSuite::kAes256Gcm ? EVP_sha384() : EVP_sha256(); }

const EVP_CIPHER* cipher(TlsSuite suite) {
  switch (suite) {
    case TlsSuite::kAes128Gcm: return EVP_aes_128_gcm();
    case TlsSuite::kAes256Gcm: return EVP_aes_256_gcm();
    case TlsSuite::kChacha20Poly1305: return EVP_chacha20_poly1305();
  }
  WK_ASSERT(false);
}

std::size_t key_bytes(TlsSuite suite) { return suite == TlsSuite::kAes128Gcm ? 16 : 32; }

// HKDF-Expand-Label of RFC 8446, section 7.1, without a context. One block of HMAC is as much as is ever asked for.
void expand_label(TlsSuite suite, std::span<const unsigned char> secret, std::string_view label, std::span<unsigned char> out) {
  std::array<unsigned char, 64> info{};
  std::size_t size = 0;
  const auto put = [&](std::string_view bytes) {
    std::memcpy(info.data() + size, bytes.data(), bytes.size());
    size += bytes.size();
  };
  constexpr std::string_view kPrefix = "tls13 ";
  info[1] = static_cast<unsigned char>(out.size());
  info[2] = static_cast<unsigned char>(kPrefix.size() + label.size());
  size = 3;
  put(kPrefix);
  put(label);
  put(std::string_view("\0\1", 2));  // no context; the first block
  std::array<unsigned char, EVP_MAX_MD_SIZE> block{};
  unsigned int block_bytes = 0;
  WK_ASSERT(HMAC(digest(suite), secret.data(), static_cast<int>(secret.size()), info.data(), size, block.data(), &block_bytes) != nullptr);
  WK_ASSERT(out.size() <= block_bytes);
  std::memcpy(out.data(), block.data(), out.size());
  OPENSSL_cleanse(block.data(), block.size());
}

// One context for each suite and direction, for all connections of a thread: they hold a key only while a record is worked on, and
// setting one costs less than keeping them.
EVP_CIPHER_CTX* context(TlsSuite suite, bool sealing) {
  struct Contexts {
    ~Contexts() {
      for (EVP_CIPHER_CTX* one : all) EVP_CIPHER_CTX_free(one);
    }
    std::array<EVP_CIPHER_CTX*, 6> all{};
  };
  static thread_local Contexts contexts;
  EVP_CIPHER_CTX*& one = contexts.all[static_cast<std::size_t>(suite) * 2 + (sealing ? 1 : 0)];
  if (one == nullptr) {
    one = EVP_CIPHER_CTX_new();
    WK_ASSERT(one != nullptr && EVP_CipherInit_ex(one, cipher(suite), nullptr, nullptr, nullptr, sealing ? 1 : 0) == 1);
  }
  return one;
}

unsigned char* bytes_of(char* at) { return reinterpret_cast<unsigned char*>(at); }
const unsigned char* bytes_of(const char* at) { return reinterpret_cast<const unsigned char*>(at); }

}  // namespace

std::optional<TlsSuite> tls_suite(std::uint16_t number) {
  switch (number) {
    case 0x1301: return TlsSuite::kAes128Gcm;
    case 0x1302: return TlsSuite::kAes256Gcm;
    case 0x1303: return TlsSuite::kChacha20Poly1305;
    default: return std::nullopt;
  }
}

std::size_t tls_secret_bytes(TlsSuite suite) { return suite == TlsSuite::kAes256Gcm ? 48 : 32; }

TlsDirection::TlsDirection(TlsSuite suite, std::string_view secret, std::uint64_t sequence) : suite_(suite), sequence_(sequence) {
  WK_ASSERT(secret.size() == tls_secret_bytes(suite));
  std::memcpy(secret_.data(), secret.data(), secret.size());
  expand();
}

TlsDirection::~TlsDirection() {
  OPENSSL_cleanse(secret_.data(), secret_.size());
  OPENSSL_cleanse(key_.data(), key_.size());
}

void TlsDirection::expand() {
  const std::span<const unsigned char> secret(secret_.data(), tls_secret_bytes(suite_));
  expand_label(suite_, secret, "key", {key_.data(), key_bytes(suite_)});
  expand_label(suite_, secret, "iv", iv_);
}

void TlsDirection::change() {
  const std::size_t size = tls_secret_bytes(suite_);
  std::array<unsigned char, 48> next{};
  expand_label(suite_, {secret_.data(), size}, "traffic upd", {next.data(), size});
  secret_ = next;
  OPENSSL_cleanse(next.data(), next.size());
  expand();
  sequence_ = 0;
}

std::array<unsigned char, 12> TlsDirection::take_nonce() {
  std::array<unsigned char, 12> nonce = iv_;
  for (std::size_t i = 0; i < 8; ++i) nonce[11 - i] ^= static_cast<unsigned char>(sequence_ >> (8 * i));
  ++sequence_;
  return nonce;
}

void TlsRecords::fail(std::uint8_t alert) {
  end_ = End::kFailed;
  alert_ = alert;
}

TlsRecords::Opened TlsRecords::open(std::span<char> bytes) {
  Opened out;
  EVP_CIPHER_CTX* const ctx = context(suite_, false);
  // Set once for all records of a call, unless they change it.
  const unsigned char* key = read_.key();
  while (end_ == End::kNone) {
    const std::span<char> rest = bytes.subspan(out.used);
    if (rest.size() < kHeaderBytes) break;
    const std::size_t sealed = std::size_t{bytes_of(rest.data())[3]} << 8 | bytes_of(rest.data())[4];
    if (bytes_of(rest.data())[0] != kData) {
      fail(kUnexpectedMessage);
      break;
    }
    if (sealed > kSealedBytesMax) {
      fail(kRecordOverflow);
      break;
    }
    if (sealed <= kTagBytes) {
      fail(kBadRecordMac);
      break;
    }
    if (rest.size() < kHeaderBytes + sealed) break;

    unsigned char* const content = bytes_of(rest.data()) + kHeaderBytes;
    std::size_t size = sealed - kTagBytes;
    const auto nonce = read_.take_nonce();
    int count = 0;
    const bool authentic =
        EVP_DecryptInit_ex(ctx, nullptr, nullptr, std::exchange(key, nullptr), nonce.data()) == 1 &&
        EVP_DecryptUpdate(ctx, nullptr, &count, bytes_of(rest.data()), static_cast<int>(kHeaderBytes)) == 1 &&
        EVP_DecryptUpdate(ctx, content, &count, content, static_cast<int>(size)) == 1 &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTagBytes), content + size) == 1 &&
        EVP_DecryptFinal_ex(ctx, content + size, &count) == 1;
    if (!authentic) {
      fail(kBadRecordMac);
      break;
    }
    out.used += kHeaderBytes + sealed;
    // Padding, then from the back the type.
    while (size > 0 && content[size - 1] == 0) --size;
    if (size == 0) {
      fail(kUnexpectedMessage);
      break;
    }
    const std::uint8_t type = content[--size];
    if (size > kPlainBytesMax) {
      fail(kRecordOverflow);
      break;
    }
    if (type == kData && size > 0) {
      without_data_ = 0;
      std::memmove(bytes.data() + out.plain, content, size);
      out.plain += size;
      continue;
    }
    const std::string_view text(reinterpret_cast<const char*>(content), size);
    if (++without_data_ > net_limits::kTlsRecordsWithoutDataMax) {
      fail(kUnexpectedMessage);
    } else if (type == kAlert) {
      on_alert(text);
    } else if (type == kHandshake) {
      on_handshake(text);
      key = read_.key();
    } else if (type != kData) {
      fail(kUnexpectedMessage);
    }
  }
  return out;
}

void TlsRecords::on_alert(std::string_view content) {
  if (content.size() != 2) return fail(kDecodeError);
  const auto description = static_cast<std::uint8_t>(content[1]);
  if (description == kCloseNotify) {
    end_ = End::kClosed;
  } else if (description != kUserCanceled) {
    end_ = End::kReset;
  }
}

void TlsRecords::on_handshake(std::string_view content) {
  // Nothing else comes behind a handshake that asked for no certificate. It ends its record: behind it another key holds.
  if (!content.starts_with(kKeyUpdate)) return fail(kUnexpectedMessage);
  if (content.size() != kKeyUpdateUnrequested.size() || static_cast<unsigned char>(content.back()) > 1) return fail(kDecodeError);
  read_.change();
  if (content.back() == 1) change_owed_ = true;
}

void TlsRecords::seal(std::string_view plain, std::string& out) {
  bool same_key = false;
  while (!plain.empty()) {
    if (change_owed_ || write_.sequence() >= net_limits::kTlsRecordsPerKeyMax) {
      seal_handshake(kKeyUpdateUnrequested, out);
      write_.change();
      change_owed_ = same_key = false;
    }
    const std::string_view piece = plain.substr(0, kPlainBytesMax);
    seal_record(kData, piece, out, same_key);
    same_key = true;
    plain.remove_prefix(piece.size());
  }
}

void TlsRecords::seal_alert(std::uint8_t level, std::uint8_t description, std::string& out) {
  const char content[] = {static_cast<char>(level), static_cast<char>(description)};
  seal_record(kAlert, {content, sizeof content}, out, false);
}

void TlsRecords::seal_handshake(std::string_view message, std::string& out) { seal_record(kHandshake, message, out, false); }

void TlsRecords::seal_record(std::uint8_t type, std::string_view content, std::string& out, bool same_key) {
  const std::size_t sealed = content.size() + 1 + kTagBytes;
  const std::size_t begin = out.size();
  out.resize(begin + kHeaderBytes + sealed);
  unsigned char* const header = bytes_of(out.data()) + begin;
  header[0] = kData;
  header[1] = header[2] = 3;
  header[3] = static_cast<unsigned char>(sealed >> 8);
  header[4] = static_cast<unsigned char>(sealed);
  unsigned char* at = header + kHeaderBytes;
  EVP_CIPHER_CTX* const ctx = context(suite_, true);
  const auto nonce = write_.take_nonce();
  int count = 0;
  bool sealed_well = EVP_EncryptInit_ex(ctx, nullptr, nullptr, same_key ? nullptr : write_.key(), nonce.data()) == 1 &&
                     EVP_EncryptUpdate(ctx, nullptr, &count, header, static_cast<int>(kHeaderBytes)) == 1 &&
                     EVP_EncryptUpdate(ctx, at, &count, bytes_of(content.data()), static_cast<int>(content.size())) == 1;
  at += content.size();
  sealed_well = sealed_well && EVP_EncryptUpdate(ctx, at, &count, &type, 1) == 1 && EVP_EncryptFinal_ex(ctx, at + 1, &count) == 1 &&
                EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagBytes), at + 1) == 1;
  // Memory only: nothing of a peer's can make it fail, and half a record must never leave.
  WK_ASSERT(sealed_well);
}

}  // namespace wk::detail
