#include "core/auth/visitor_token.hpp"

#include "base/encoding.hpp"
#include "core/auth/detail/fields.hpp"
#include "core/auth/limits.hpp"

namespace wk {
namespace {

using auth_detail::get;
using auth_detail::put;

// version(1) type(1) flags(1) key(1) site(8) contact(8) conversation(8) issued(4) expires(4), then HMAC-SHA256 (32).
constexpr std::size_t kSignedBytes = 36;
constexpr std::size_t kTokenBytes = kSignedBytes + 32;
constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kTypeVisitor = 1;
constexpr std::uint8_t kFlagVerified = 1;
constexpr std::string_view kPurpose = "visitor token";

tl::unexpected<Error> invalid() {
  return fail(Error{ErrorCode::kUnauthenticated, "not a visitor token of this installation", "token_invalid"});
}

}  // namespace

VisitorTokens::Issued VisitorTokens::issue(const VisitorPrincipal& visitor) const {
  const auto issued_s = static_cast<std::uint32_t>(clock_.now_ms() / 1000);
  const auto expires_s = static_cast<std::uint32_t>(issued_s + auth_limits::kVisitorTokenMs / 1000);
  std::string bytes;
  bytes.reserve(kTokenBytes);
  put(bytes, kVersion);
  put(bytes, kTypeVisitor);
  put(bytes, visitor.verified ? kFlagVerified : std::uint8_t{0});
  put(bytes, keys_.newest());
  put(bytes, visitor.site.value());
  put(bytes, visitor.contact.value());
  put(bytes, visitor.conversation.value());
  put(bytes, issued_s);
  put(bytes, expires_s);
  bytes += keys_.sign(keys_.newest(), kPurpose, bytes);
  return {.token = base64url_encode(bytes), .expires_ms = std::int64_t{expires_s} * 1000};
}

Result<VisitorPrincipal> VisitorTokens::verify(std::string_view token) const {
  const auto bytes = base64url_decode(token);
  // One token has one text: no other spelling of the same bytes.
  if (!bytes || bytes->size() != kTokenBytes || base64url_encode(*bytes) != token) return invalid();
  const std::string_view signed_part = std::string_view(*bytes).substr(0, kSignedBytes);
  const auto key = get<std::uint8_t>(signed_part, 3);
  if (!keys_.verify(key, kPurpose, signed_part, std::string_view(*bytes).substr(kSignedBytes))) return invalid();
  if (get<std::uint8_t>(signed_part, 0) != kVersion || get<std::uint8_t>(signed_part, 1) != kTypeVisitor) return invalid();
  const std::int64_t expires_ms = std::int64_t{get<std::uint32_t>(signed_part, 32)} * 1000;
  if (clock_.now_ms() >= expires_ms) {
    return fail(Error{ErrorCode::kUnauthenticated, "the visitor token has expired", "token_expired"});
  }
  return VisitorPrincipal{.site = SiteId(get<std::uint64_t>(signed_part, 4)),
                          .contact = ContactId(get<std::uint64_t>(signed_part, 12)),
                          .conversation = ConversationId(get<std::uint64_t>(signed_part, 20)),
                          .verified = (get<std::uint8_t>(signed_part, 2) & kFlagVerified) != 0,
                          .expires_ms = expires_ms};
}

Result<VisitorPrincipal> VisitorTokens::verify(std::string_view token, SiteId site) const {
  WK_TRY(VisitorPrincipal visitor, verify(token));
  if (visitor.site != site) return invalid();
  return visitor;
}

bool VisitorTokens::renewal_due(const VisitorPrincipal& visitor) const {
  return visitor.expires_ms - clock_.now_ms() < auth_limits::kVisitorTokenMs / 2;
}

}  // namespace wk
