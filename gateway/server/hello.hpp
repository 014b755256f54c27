// What a Hello is worth: the checks of docs/protocol.md P10–P16, and the answers' common parts.
#pragma once

#include "core/model/principal.hpp"
#include "gateway/server/services.hpp"
#include "weikeyi/v1/frame.pb.h"

namespace wk {

struct ConnectionInfo;

struct Authenticated {
  Principal principal;
  // Of an agent: how many conversations routing may give them.
  std::uint32_t capacity = 0;
};

// kUnauthenticated, kForbidden (origin, site). Does not block.
Result<Authenticated> authenticate_visitor(GatewayServices& services, const std::string& token, const std::string& origin);
// By API token or the session's cookie. `done` runs on whatever thread finds the answer; also kBusy.
void authenticate_agent(GatewayServices& services, const v1::Hello& hello, const ConnectionInfo& info,
                        UniqueFunction<void(Result<Authenticated>)> done);

// Come back after `wait`.
Error busy(const char* why, Milliseconds wait);

Result<void> may_read(const Principal& principal, ConversationId conversation);

bool preview_allowed(GatewayServices& services, SiteId site);

void fill_welcome(v1::Welcome& welcome, std::int64_t now_ms);
// The Hello's context with lengths cut, and address and browser as the connection knows them.
v1::VisitorContext checked_context(const v1::Hello& hello, const ConnectionInfo& info);
// What a visitor is told of its own conversation: no labels, priority, comments, context.
v1::ConversationSummary visitor_view(const v1::ConversationSummary& summary);

}  // namespace wk
