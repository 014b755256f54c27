// What a visitor's browser holds: 68 signed bytes in base64url (91 characters), good for 30 days. Nothing is stored for it and
// nothing secret stands in it. Thread-safe; does not block, may be used on loops. Layout: README.md of this folder.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "core/auth/key_ring.hpp"
#include "core/model/principal.hpp"

namespace wk {

class VisitorTokens {
 public:
  VisitorTokens(KeyRing keys, const Clock& clock) : keys_(std::move(keys)), clock_(clock) {}

  // `name` does not go in and expires_ms is set here: now and 30 days.
  struct Issued {
    std::string token;
    std::int64_t expires_ms = 0;
  };
  Issued issue(const VisitorPrincipal& visitor) const;
  // kUnauthenticated with the reason_code "token_invalid" or "token_expired". The name is left empty.
  Result<VisitorPrincipal> verify(std::string_view token) const;
  // Also "token_invalid" where it was made for another site.
  Result<VisitorPrincipal> verify(std::string_view token, SiteId site) const;
  // Less than half of its time is left: give a new one when there is an occasion.
  bool renewal_due(const VisitorPrincipal& visitor) const;

 private:
  const KeyRing keys_;
  const Clock& clock_;
};

}  // namespace wk
