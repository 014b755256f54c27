#include "core/auth/totp.hpp"

#include <array>

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "core/auth/digest.hpp"
#include "core/auth/limits.hpp"

namespace wk {
namespace {

constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::int64_t kStepMs = 30'000;
constexpr std::size_t kSecretBytes = 20;
constexpr std::size_t kRecoveryBytes = 10;

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      constexpr std::string_view kHex = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return out;
}

}  // namespace

std::string base32_encode(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (held += 8; held >= 5;) {
      held -= 5;
      text.push_back(kBase32[bits >> held & 31]);
    }
  }
  if (held > 0) text.push_back(kBase32[bits << (5 - held) & 31]);
  return text;
}

std::optional<std::string> base32_decode(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string bytes;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const std::size_t value = kBase32.find(upper(c));
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 5 | static_cast<std::uint32_t>(value);
    held += 5;
    if (held >= 8) {
      held -= 8;
      bytes.push_back(static_cast<char>(bits >> held & 0xFF));
    }
  }
  return bytes;
}

std::string totp_secret() { return random_bytes(kSecretBytes); }

std::string totp_code(std::string_view secret, std::int64_t step, unsigned digits) {
  std::array<char, 8> counter{};
  for (std::size_t i = 0; i < counter.size(); ++i) {
    counter[i] = static_cast<char>(static_cast<std::uint64_t>(step) >> (56 - 8 * i));
  }
  const std::string mac = hmac_sha1(secret, {counter.data(), counter.size()});
  // RFC 4226 5.3: four bytes from where the last four bits point.
  const auto byte = [&mac](std::size_t at) { return static_cast<std::uint32_t>(static_cast<unsigned char>(mac[at])); };
  const std::size_t at = byte(mac.size() - 1) & 15;
  std::uint64_t value = (byte(at) & 0x7F) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
  std::string code(digits, '0');
  for (std::size_t i = code.size(); i-- > 0; value /= 10) code[i] = static_cast<char>('0' + value % 10);
  return code;
}

std::optional<std::int64_t> totp_match(std::string_view secret, std::string_view code, std::int64_t now_ms,
                                       std::int64_t last_step) {
  std::string digits;
  for (const char c : code) {
    if (c != ' ') digits.push_back(c);  // telephones show "123 456"
  }
  const std::int64_t now = now_ms / kStepMs;
  std::optional<std::int64_t> found;
  for (std::int64_t step = now - 1; step <= now + 1; ++step) {
    if (equal_in_constant_time(totp_code(secret, step), digits) && step > last_step && !found) found = step;
  }
  return found;
}

std::string otpauth_url(std::string_view issuer, std::string_view account, std::string_view secret) {
  const std::string name = percent_encoded(issuer);
  return "otpauth://totp/" + name + ":" + percent_encoded(account) + "?secret=" + base32_encode(secret) +
         "&issuer=" + name + "&algorithm=SHA1&digits=6&period=30";
}

std::vector<std::string> make_recovery_codes() {
  std::vector<std::string> codes;
  while (codes.size() < auth_limits::kRecoveryCodes) {
    std::string code;
    for (const char c : base32_encode(random_bytes(kRecoveryBytes))) {
      if (code.size() % 5 == 4) code.push_back('-');
      code.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
    codes.push_back(std::move(code));
  }
  return codes;
}

std::string recovery_code_hash(AgentId agent, std::string_view code) {
  std::string plain;
  for (const char c : code) {
    if (c != ' ' && c != '-') plain.push_back(upper(c));
  }
  // 80 random bits need no slow hash.
  return hex_encode(sha256("recovery " + agent.str() + " " + plain));
}

}  // namespace wk
