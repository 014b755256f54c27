// Everything that proves who somebody is and comes from outside: visitor tokens, links, identity tokens, cookies, codes. Half
// of the inputs are signed before they are read, so that what lies behind the signature is tried as well.
#include <string>

#include "base/assert.hpp"
#include "base/encoding.hpp"
#include "core/auth/attachment_link.hpp"
#include "core/auth/cookie.hpp"
#include "core/auth/digest.hpp"
#include "core/auth/identity.hpp"
#include "core/auth/key_ring.hpp"
#include "core/auth/limits.hpp"
#include "core/auth/totp.hpp"
#include "core/auth/visitor_token.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace wk {
namespace {

constexpr std::int64_t kNowMs = 1'700'000'000'000;
constexpr std::string_view kSecret = "a secret of a site";

class FixedClock final : public Clock {
 public:
  std::int64_t now_ms() const override { return kNowMs; }
  SteadyTime steady() const override { return {}; }
};
const FixedClock kClock;

const KeyRing& keys() {
  static const KeyRing ring = *KeyRing::parse("2\n1:" + std::string(64, 'a') + "\n2:" + std::string(64, 'b') + "\n");
  return ring;
}

void try_visitor_token(std::string_view token) {
  const VisitorTokens tokens(keys(), kClock);
  const auto visitor = tokens.verify(token);
  if (!visitor) {
    WK_ASSERT(visitor.error().code == ErrorCode::kUnauthenticated);
    return;
  }
  WK_ASSERT(visitor->expires_ms > kNowMs);
  WK_ASSERT(tokens.verify(token, visitor->site) && !tokens.verify(token, SiteId(visitor->site.value() + 1)));
  // Only one text of a token is good, so nothing can be appended to it or written otherwise.
  WK_ASSERT(!tokens.verify(std::string(token) + "=") && !tokens.verify(std::string(token) + "A"));
}

void try_signed_visitor_token(std::string_view fields) {
  std::string bytes(fields.substr(0, 36));
  bytes.resize(36, '\0');
  bytes[3] = static_cast<char>(keys().newest());
  bytes += keys().sign(keys().newest(), "visitor token", bytes);
  try_visitor_token(base64url_encode(bytes));
}

void try_link(std::string_view token) {
  const AttachmentLinks links(keys(), kClock);
  const AttachmentId id(7);
  if (links.verify(id, token)) {
    WK_ASSERT(!links.verify(AttachmentId(8), token));
  }
  std::string made = links.make(id).token;
  WK_ASSERT(links.verify(id, made));
  if (token.size() >= 2) {
    // Any one character changed: no longer good, or (the last one's unused bits) not the one spelling.
    char& place = made[static_cast<unsigned char>(token[0]) % made.size()];
    if (place != token[1]) {
      place = token[1];
      WK_ASSERT(!links.verify(id, made));
    }
  }
}

void check_identity(const Result<VerifiedIdentity>& identity) {
  if (!identity) {
    WK_ASSERT(identity.error().code == ErrorCode::kUnauthenticated);
    return;
  }
  WK_ASSERT(!identity->external_id.empty() && identity->external_id.size() <= auth_limits::kIdentifierBytesMax);
  for (const std::string* text : {&identity->external_id, &identity->name, &identity->email, &identity->phone}) {
    WK_ASSERT(utf8_valid(*text));
  }
}

void try_identity_token(std::string_view token) { check_identity(verify_identity_token(token, kSecret, kNowMs)); }

// "header\nclaims" with the site's own signature.
void try_signed_identity_token(fuzz::Input input) {
  const std::string_view header = input.line();
  std::string token = base64url_encode(header.empty() ? R"({"alg":"HS256","typ":"JWT"})" : header) + "." + base64url_encode(input.rest());
  token += "." + base64url_encode(hmac_sha256(kSecret, token));
  try_identity_token(token);
}

void try_identifier(fuzz::Input input) {
  const std::string_view hash = input.line();
  const std::string_view identifier = input.rest();
  const auto identity = verify_identifier_hash(identifier, hash, kSecret);
  check_identity(identity);
  if (identity) WK_ASSERT(*hex_decode(hash) == hmac_sha256(kSecret, identifier));
  check_identity(verify_identifier_hash(identifier, identifier_hash(identifier, kSecret), kSecret));
}

void try_cookie(std::string_view header) {
  for (const Transport transport : {Transport::kTls, Transport::kPlain}) {
    const auto secret = find_session_cookie(header, transport);
    if (secret) WK_ASSERT(secret->find(';') == std::string::npos);
    // A second one beside a good one: neither counts.
    const std::string planted = std::string(header) + "; " + std::string(session_cookie_name(transport)) + "=x";
    WK_ASSERT(!secret || !find_session_cookie(planted, transport));
  }
}

void try_codes(std::string_view text) {
  if (const auto bytes = base32_decode(text)) (void)base32_decode(base32_encode(*bytes));
  if (const auto bytes = base64url_decode(text)) WK_ASSERT(base64url_decode(base64url_encode(*bytes)) == bytes);
  if (const auto bytes = hex_decode(text)) WK_ASSERT(hex_decode(hex_encode(*bytes)) == bytes);
  (void)totp_match("12345678901234567890", text, kNowMs, 0);
  (void)recovery_code_hash(AgentId(1), text);
  if (const auto ring = KeyRing::parse(text)) WK_ASSERT(KeyRing::parse(ring->text()));
}

}  // namespace
}  // namespace wk

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wk::fuzz::Input input(data, size);
  switch (input.byte() % 8) {
    case 0: wk::try_visitor_token(input.rest()); break;
    case 1: wk::try_signed_visitor_token(input.rest()); break;
    case 2: wk::try_link(input.rest()); break;
    case 3: wk::try_identity_token(input.rest()); break;
    case 4: wk::try_signed_identity_token(input); break;
    case 5: wk::try_identifier(input); break;
    case 6: wk::try_cookie(input.rest()); break;
    default: wk::try_codes(input.rest()); break;
  }
  return 0;
}
