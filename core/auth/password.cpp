#include "core/auth/password.hpp"

#include <argon2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "core/auth/limits.hpp"

namespace wk {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;

// What people choose first when ten characters are asked for. Compared without case.
constexpr std::array<std::string_view, 48> kCommon{
    "password12",   "password123",  "password1234", "passw0rd123",  "password!!",   "p@ssw0rd123", "p@ssword123",
    "1234567890",   "12345678910",  "123456789012", "0123456789",   "0987654321",   "9876543210",  "1qaz2wsx3edc",
    "1q2w3e4r5t",   "1q2w3e4r5t6y", "qwertyuiop",   "qwertyuiop1",  "qwerty12345",  "qwerty123456", "qwerty1234",
    "asdfghjkl1",   "asdfghjkl;",   "zxcvbnm123",   "abcdefghij",   "abcdefghijk",  "abc1234567",  "abcd123456",
    "abc123456789", "a123456789",   "aa12345678",   "woaini1314",   "woaini520",    "woaini1314520", "5201314520",
    "iloveyou12",   "iloveyou123",  "letmein123",   "letmein1234",  "welcome123",   "welcome1234", "changeme123",
    "admin12345",   "admin123456",  "administrator", "administrator1", "football123", "weikeyi123"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// "aaaaaaaaaa", "1212121212": a short piece over and over.
bool repeats(std::string_view text) {
  for (std::size_t period = 1; period <= 3; ++period) {
    if (text.size() > period && text.substr(period) == text.substr(0, text.size() - period)) return true;
  }
  return false;
}

// The cost in "$argon2id$v=19$m=19456,t=2,p=1$…".
std::optional<PasswordCost> cost_of(std::string_view hash) {
  constexpr std::string_view kPrefix = "$argon2id$v=19$m=";
  if (!hash.starts_with(kPrefix)) return std::nullopt;
  hash.remove_prefix(kPrefix.size());
  PasswordCost cost;
  const auto number = [&hash](std::uint32_t& into, std::string_view after) {
    const auto [end, error] = std::from_chars(hash.data(), hash.data() + hash.size(), into);
    if (error != std::errc{}) return false;
    hash.remove_prefix(static_cast<std::size_t>(end - hash.data()));
    if (!hash.starts_with(after)) return false;
    hash.remove_prefix(after.size());
    return true;
  };
  if (!number(cost.memory_kib, ",t=") || !number(cost.passes, ",p=") || !number(cost.lanes, "$")) return std::nullopt;
  return cost;
}

}  // namespace

Result<PasswordHasher> PasswordHasher::make(const PasswordCost& cost) {
  PasswordHasher hasher(cost);
  WK_TRY(hasher.dummy_hash_, hasher.hash(random_bytes(kHashBytes)));
  return hasher;
}

Result<std::string> PasswordHasher::hash(std::string_view password) const {
  const std::string salt = random_bytes(kSaltBytes);
  std::string encoded(
      argon2_encodedlen(cost_.passes, cost_.memory_kib, cost_.lanes, kSaltBytes, kHashBytes, Argon2_id), '\0');
  const int code =
      argon2id_hash_encoded(cost_.passes, cost_.memory_kib, cost_.lanes, password.data(), password.size(), salt.data(),
                            salt.size(), kHashBytes, encoded.data(), encoded.size());
  if (code != ARGON2_OK) return fail(ErrorCode::kInternal, std::string("argon2: ") + argon2_error_message(code));
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool PasswordHasher::verify(std::string_view password, const std::string& hash) const {
  // The library compares in constant time.
  return argon2id_verify(hash.c_str(), password.data(), password.size()) == ARGON2_OK;
}

bool PasswordHasher::verify_dummy(std::string_view password) const {
  (void)verify(password, dummy_hash_);
  return false;
}

bool PasswordHasher::needs_rehash(const std::string& hash) const {
  const auto cost = cost_of(hash);
  return !cost || cost->memory_kib < cost_.memory_kib || cost->passes < cost_.passes;
}

Result<void> check_new_password(std::string_view password, std::string_view email) {
  if (password.size() > auth_limits::kPasswordBytesMax) {
    return fail(Error{ErrorCode::kInvalidArgument, "a password has 512 bytes at the most", "password_too_long"});
  }
  if (!utf8_valid(password) || characters(password) < auth_limits::kPasswordCharactersMin) {
    return fail(Error{ErrorCode::kInvalidArgument, "a password has at least 10 characters", "password_too_short"});
  }
  const std::string text = lower(password);
  const std::string address = lower(email);
  const std::string local = address.substr(0, address.find('@'));
  const bool common = std::find(kCommon.begin(), kCommon.end(), text) != kCommon.end() || repeats(text) ||
                      text == address || (local.size() >= 4 && text.find(local) != std::string::npos &&
                                          text.size() < local.size() + 5);
  if (common) {
    return fail(Error{ErrorCode::kInvalidArgument, "this password is easily guessed", "password_too_common"});
  }
  return {};
}

}  // namespace wk
