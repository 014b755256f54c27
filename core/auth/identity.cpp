#include "core/auth/identity.hpp"

#include <jwt.h>

#include <cerrno>
#include <memory>
#include <optional>

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "core/auth/digest.hpp"
#include "core/auth/limits.hpp"

namespace wk {
namespace {

constexpr std::size_t kSecretBytes = 32;

struct FreeJwt {
  void operator()(jwt_t* token) const { jwt_free(token); }
};
using Jwt = std::unique_ptr<jwt_t, FreeJwt>;

tl::unexpected<Error> invalid(const char* why) {
  return fail(Error{ErrorCode::kUnauthenticated, std::string("identity: ") + why, "identity_invalid"});
}

// "" for what is not there or is not a text; cut to what a contact may hold.
std::string text_claim(jwt_t* token, const char* name) {
  const char* const text = jwt_get_grant(token, name);
  if (text == nullptr || !utf8_valid(text)) return {};
  return std::string(utf8_prefix(text, auth_limits::kNameBytesMax));
}

// nullopt: not there. 0 for what is not a whole number.
std::optional<long> time_claim(jwt_t* token, const char* name) {
  errno = 0;
  const long value = jwt_get_grant_int(token, name);
  if (errno == ENOENT) return std::nullopt;
  return errno == 0 ? value : 0;
}

bool identifier_fits(std::string_view identifier) {
  return !identifier.empty() && identifier.size() <= auth_limits::kIdentifierBytesMax && utf8_valid(identifier);
}

}  // namespace

Result<VerifiedIdentity> verify_identity_token(std::string_view token, std::string_view secret, std::int64_t now_ms) {
  if (secret.empty()) return invalid("the site has no identity secret");
  if (token.empty() || token.size() > auth_limits::kJwtBytesMax) return invalid("too long or empty");
  // The library reads up to the first zero byte.
  if (token.find('\0') != std::string_view::npos) return invalid("not a JWT");
  const std::string terminated(token);
  jwt_t* decoded = nullptr;
  // A key of ours makes the library refuse "none".
  const int code = jwt_decode(&decoded, terminated.c_str(), reinterpret_cast<const unsigned char*>(secret.data()),
                              static_cast<int>(secret.size()));
  const Jwt jwt(decoded);
  if (code != 0 || !jwt) return invalid("not a JWT signed with the site's secret");
  if (jwt_get_alg(jwt.get()) != JWT_ALG_HS256) return invalid("only HS256 is accepted");

  const std::int64_t now_s = now_ms / 1000;
  const auto expires = time_claim(jwt.get(), "exp");
  if (!expires || *expires <= 0) return invalid("exp is missing or is not a whole number");
  if (now_s >= *expires + auth_limits::kJwtLeewaySeconds) {
    return fail(Error{ErrorCode::kUnauthenticated, "identity: the token has expired", "identity_expired"});
  }
  const auto not_before = time_claim(jwt.get(), "nbf");
  if (not_before && now_s + auth_limits::kJwtLeewaySeconds < *not_before) return invalid("not yet valid (nbf)");

  const char* const subject = jwt_get_grant(jwt.get(), "sub");
  if (subject == nullptr || !identifier_fits(subject)) return invalid("sub is missing, not a text or too long");
  return VerifiedIdentity{.external_id = subject,
                          .name = text_claim(jwt.get(), "name"),
                          .email = text_claim(jwt.get(), "email"),
                          .phone = text_claim(jwt.get(), "phone")};
}

Result<VerifiedIdentity> verify_identifier_hash(std::string_view identifier, std::string_view hash,
                                                std::string_view secret) {
  if (secret.empty()) return invalid("the site has no identity secret");
  if (!identifier_fits(identifier)) return invalid("the identifier is missing or too long");
  const auto mac = hex_decode(hash);
  if (!mac || !equal_in_constant_time(*mac, hmac_sha256(secret, identifier))) return invalid("the hash does not fit");
  return VerifiedIdentity{.external_id = std::string(identifier), .name = {}, .email = {}, .phone = {}};
}

std::string identifier_hash(std::string_view identifier, std::string_view secret) {
  return hex_encode(hmac_sha256(secret, identifier));
}

std::string make_identity_secret() { return base64url_encode(random_bytes(kSecretBytes)); }

}  // namespace wk
