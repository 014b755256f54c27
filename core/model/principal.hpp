// Who is asking: what a connection or a request was authenticated as. A value; checked where something is done, by
// core/auth/permissions.hpp alone.
#pragma once

#include <string>
#include <variant>

#include "base/ids.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

namespace v1 = ::weikeyi::v1;

struct VisitorPrincipal {
  SiteId site{};
  ContactId contact{};
  // The one conversation this visitor may read and write.
  ConversationId conversation{};
  std::string name{};
  // The company vouched for who this is (JWT or HMAC).
  bool verified = false;
  // When the token stops being good; the connection is closed then.
  std::int64_t expires_ms = 0;
};

struct AgentPrincipal {
  AgentId agent{};
  v1::Role role = v1::ROLE_UNSPECIFIED;
  std::string name{};
  // The browser session or API token it came with, so that ending that one ends what hangs on it.
  AgentSessionId session{};
  ApiTokenId api_token{};
};

// Routing, time-outs, automation; made inside only.
struct SystemPrincipal {};

// The AI agent; made inside only. Its name is what visitors read.
struct BotPrincipal {
  std::string name{};
};

using Principal = std::variant<VisitorPrincipal, AgentPrincipal, SystemPrincipal, BotPrincipal>;

}  // namespace wk
