#include "core/auth/detail/account.hpp"

#include "base/encoding.hpp"
#include "core/auth/digest.hpp"
#include "core/auth/limits.hpp"

namespace wk::auth_detail {

std::string folded_email(std::string_view email) {
  while (!email.empty() && email.front() == ' ') email.remove_prefix(1);
  while (!email.empty() && email.back() == ' ') email.remove_suffix(1);
  std::string text(email);
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

Result<void> check_email(std::string_view email) {
  const std::size_t at = email.find('@');
  bool good = email.size() <= auth_limits::kEmailBytesMax && utf8_valid(email) && at != std::string_view::npos && at > 0 &&
              at + 1 < email.size() && email.find('@', at + 1) == std::string_view::npos;
  for (const char c : email) good = good && static_cast<unsigned char>(c) > ' ' && c != 127;
  if (good) return {};
  return fail(Error{ErrorCode::kInvalidArgument, "not an e-mail address", "email_invalid"});
}

Result<void> check_name(std::string_view name) {
  bool good = !name.empty() && name.size() <= auth_limits::kNameBytesMax && utf8_valid(name);
  for (const char c : name) good = good && static_cast<unsigned char>(c) >= ' ' && c != 127;
  if (good) return {};
  return fail(Error{ErrorCode::kInvalidArgument, "a name has 1 to 200 bytes", "name_invalid"});
}

void clear_totp(AgentRecord& record) {
  record.totp_secret.clear();
  record.totp_pending_secret.clear();
  // totp_last_step stays: it never goes back.
  record.recovery_hashes.clear();
  record.agent.set_totp_enabled(false);
}

std::string secret_hash(std::string_view secret) { return hex_encode(sha256(secret)); }

Error login_failed() {
  return {ErrorCode::kUnauthenticated, "e-mail address, password or code is wrong", "login_failed"};
}

Error unauthenticated() { return {ErrorCode::kUnauthenticated, "not signed in", nullptr}; }

}  // namespace wk::auth_detail
