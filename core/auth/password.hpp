// Passwords: argon2id, kept as PHC strings ("$argon2id$v=19$m=…"). Immutable after make(); Thread-safe; blocks for about 20 ms and
// uses memory_kib while it does, so the pool it runs on bounds the memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wk {

// OWASP's first choice (19 MiB, two passes, one lane). Tests pass a weaker one.
struct PasswordCost {
  std::uint32_t memory_kib = 19 * 1024;
  std::uint32_t passes = 2;
  std::uint32_t lanes = 1;
};

class PasswordHasher {
 public:
  static Result<PasswordHasher> make(const PasswordCost& cost = {});

  Result<std::string> hash(std::string_view password) const;
  // False also for a stored hash that does not parse.
  bool verify(std::string_view password, const std::string& hash) const;
  // The same work as verify(), for an account that does not exist. Always false.
  bool verify_dummy(std::string_view password) const;
  // Made with less than what is asked for today.
  bool needs_rehash(const std::string& hash) const;

 private:
  explicit PasswordHasher(const PasswordCost& cost) : cost_(cost) {}

  PasswordCost cost_;
  std::string dummy_hash_;
};

// Whether somebody may have this password: length, common passwords, the account's own name. kInvalidArgument with the reason_code
// "password_too_short", "password_too_long" or "password_too_common".
Result<void> check_new_password(std::string_view password, std::string_view email);

}  // namespace wk
