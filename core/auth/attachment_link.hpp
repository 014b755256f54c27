// Links to attachments that work without a cookie for at most ten minutes: /files/<id>?link=<token>. Whoever hands one out has
// checked that its receiver may read the attachment. Thread-safe; does not block.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "core/auth/key_ring.hpp"

namespace wk {

class AttachmentLinks {
 public:
  AttachmentLinks(KeyRing keys, const Clock& clock) : keys_(std::move(keys)), clock_(clock) {}

  struct Link {
    std::string token;
    std::int64_t expires_ms = 0;
  };
  // Links made within the same five minutes are the same, so that browsers may cache what they show.
  Link make(AttachmentId id) const;
  // kForbidden with the reason_code "link_invalid" or "link_expired".
  Result<void> verify(AttachmentId id, std::string_view token) const;

 private:
  const KeyRing keys_;
  const Clock& clock_;
};

}  // namespace wk
