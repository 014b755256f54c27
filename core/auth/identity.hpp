// A visitor whom the company's own server vouches for, with the site's identity_secret. Pure functions; do not block.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wk {

struct VerifiedIdentity {
  std::string external_id;
  std::string name;
  std::string email;
  std::string phone;
};

// A JWT: HS256 and nothing else, `sub` and `exp` required, clocks may differ by a minute. kUnauthenticated with the reason_code
// "identity_invalid" or "identity_expired".
Result<VerifiedIdentity> verify_identity_token(std::string_view token, std::string_view secret, std::int64_t now_ms);

// Chatwoot's way: the hex HMAC-SHA256 of the identifier.
Result<VerifiedIdentity> verify_identifier_hash(std::string_view identifier, std::string_view hash, std::string_view secret);
std::string identifier_hash(std::string_view identifier, std::string_view secret);

// A new identity_secret for a site.
std::string make_identity_secret();

}  // namespace wk
