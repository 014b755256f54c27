#include "core/model/speaker.hpp"

namespace wk {

Speaker speaker_of(const Principal& principal, std::string_view contact_name) {
  if (const auto* visitor = std::get_if<VisitorPrincipal>(&principal)) {
    return {v1::ACTOR_KIND_VISITOR, visitor->contact.value(), visitor->name.empty() ? contact_name : visitor->name};
  }
  if (const auto* agent = std::get_if<AgentPrincipal>(&principal)) return {v1::ACTOR_KIND_AGENT, agent->agent.value(), agent->name};
  if (const auto* bot = std::get_if<BotPrincipal>(&principal)) return {v1::ACTOR_KIND_BOT, 0, bot->name};
  return {v1::ACTOR_KIND_SYSTEM, 0, {}};
}

}  // namespace wk
