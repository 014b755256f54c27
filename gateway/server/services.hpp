// What the gateway's loops share. All of it is thread-safe and outlives them.
#pragma once

#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "core/auth/authenticator.hpp"
#include "core/auth/visitor_token.hpp"
#include "core/broker/broker.hpp"
#include "core/ports/conversation_store.hpp"
#include "core/ports/directory.hpp"
#include "core/session/admission.hpp"
#include "core/session/conversation_service.hpp"
#include "core/session/presence.hpp"
#include "net/address_rates.hpp"

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
  Admission& admission;
  // Hellos by address; and of these, where there were too many, those with an agent's credential that are looked at all the same.
  AddressRates& hellos;
  AddressRates& agent_proofs;
  // By loop; filled in before the loops run.
  std::vector<LoopGateway*> gateways{};
};

}  // namespace wk
