#include "core/auth/attachment_link.hpp"

#include "base/encoding.hpp"
#include "core/auth/detail/fields.hpp"
#include "core/auth/limits.hpp"

namespace wk {
namespace {

using auth_detail::get;
using auth_detail::put;

// version(1) key(1) expires(4), then HMAC-SHA256 (32) over these and the id.
constexpr std::size_t kHeadBytes = 6;
constexpr std::size_t kTokenBytes = kHeadBytes + 32;
constexpr std::uint8_t kVersion = 1;
constexpr std::string_view kPurpose = "attachment link";

std::string with_id(std::string_view head, AttachmentId id) {
  std::string bytes(head);
  put(bytes, id.value());
  return bytes;
}

tl::unexpected<Error> refused(const char* reason_code) {
  return fail(Error{ErrorCode::kForbidden, "the link to this attachment is not good (any more)", reason_code});
}

}  // namespace

AttachmentLinks::Link AttachmentLinks::make(AttachmentId id) const {
  // To the end of the next period: between half of and the whole time.
  constexpr std::int64_t kPeriodMs = auth_limits::kAttachmentLinkMs / 2;
  const std::int64_t expires_ms = (clock_.now_ms() / kPeriodMs + 2) * kPeriodMs;
  std::string bytes;
  put(bytes, kVersion);
  put(bytes, keys_.newest());
  put(bytes, static_cast<std::uint32_t>(expires_ms / 1000));
  bytes += keys_.sign(keys_.newest(), kPurpose, with_id(bytes, id));
  return {.token = base64url_encode(bytes), .expires_ms = expires_ms};
}

Result<void> AttachmentLinks::verify(AttachmentId id, std::string_view token) const {
  const auto bytes = base64url_decode(token);
  if (!bytes || bytes->size() != kTokenBytes || base64url_encode(*bytes) != token) return refused("link_invalid");
  const std::string_view head = std::string_view(*bytes).substr(0, kHeadBytes);
  if (get<std::uint8_t>(head, 0) != kVersion ||
      !keys_.verify(get<std::uint8_t>(head, 1), kPurpose, with_id(head, id),
                    std::string_view(*bytes).substr(kHeadBytes))) {
    return refused("link_invalid");
  }
  if (clock_.now_ms() >= std::int64_t{get<std::uint32_t>(head, 2)} * 1000) return refused("link_expired");
  return {};
}

}  // namespace wk
