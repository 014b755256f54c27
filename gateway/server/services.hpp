// What the gateway's loops share. All of it is thread-safe and outlives them.
#pragma once

#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/token_bucket.hpp"
#include "core/auth/authenticator.hpp"
#include "core/auth/visitor_token.hpp"
#include "core/broker/broker.hpp"
#include "core/ports/conversation_store.hpp"
#include "core/ports/directory.hpp"
#include "core/session/conversation_service.hpp"
#include "core/session/presence.hpp"
#include "gateway/server/limits.hpp"

namespace wk {

class LoopGateway;

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
  // By loop; filled in before the loops run.
  std::vector<LoopGateway*> gateways{};

  SmallTokenBucket::Terms visitor_frames() const {
    return {visitor_frames_per_second, visitor_frames_per_second * gateway_limits::kVisitorBurstSeconds};
  }
};

}  // namespace wk
