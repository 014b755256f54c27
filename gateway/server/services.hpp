// What the gateway's loops share. All of it is thread-safe and outlives them.
#pragma once

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "core/auth/authenticator.hpp"
#include "core/auth/visitor_token.hpp"
#include "core/broker/broker.hpp"
#include "core/ports/conversation_store.hpp"
#include "core/ports/directory.hpp"
#include "core/session/conversation_service.hpp"
#include "core/session/presence.hpp"

namespace wk {

struct GatewayServices {
  Broker& broker;
  ConversationService& conversations;
  ConversationStore& store;
  Directory& directory;
  Authenticator& authenticator;
  const VisitorTokens& visitor_tokens;
  Presence& presence;
  ThreadPool& pool;
  const Clock& clock;
  // Of one visitor: frames a second, gateway_limits::kVisitorBurstSeconds times as many at once.
  double visitor_frames_per_second = 20;
};

}  // namespace wk
