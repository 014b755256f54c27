// Small checks and makers that signing in and administration share.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/ports/directory.hpp"

namespace wk::auth_detail {

// Without spaces around it, ASCII letters lower: what accounts are found and throttled by.
std::string folded_email(std::string_view email);
// One @ with something on both sides, no spaces or control characters, of a bounded length.
Result<void> check_email(std::string_view email);
Result<void> check_name(std::string_view name);

// Takes codes away from an account.
void clear_totp(AgentRecord& record);

// What is stored of a cookie's secret or an API token.
std::string secret_hash(std::string_view secret);

// The one error of a login that did not succeed, whatever the reason.
Error login_failed();
Error unauthenticated();

}  // namespace wk::auth_detail
