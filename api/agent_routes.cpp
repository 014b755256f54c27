// Agents, as administrators and supervisors manage them, and as colleagues see them.
#include "api/routes.hpp"

namespace wk::api {
namespace {

void fill_presence(Call& call, v1::Agent& agent) {
  const AgentPresence presence = call.services.presence.agent(AgentId(agent.id()));
  agent.set_presence(presence.presence);
  agent.set_held_conversations(presence.held_conversations);
}

Result<Reply> list(Call& call) {
  WK_TRY_VOID(call.may(Action::kListAgents));
  WK_TRY(const Page page, call.page());
  WK_TRY(v1::AgentList agents, call.services.directory.agents(page));
  for (v1::Agent& agent : *agents.mutable_agents()) fill_presence(call, agent);
  return reply(agents);
}

Result<Reply> create(Call& call) {
  WK_TRY(v1::CreateAgentRequest request, call.body<v1::CreateAgentRequest>());
  WK_TRY_VOID(call.may(Action::kManageAgents, {.new_role = request.role()}));
  WK_TRY(v1::Agent agent, call.services.authenticator.create_agent(request));
  return reply(agent, 201);
}

Result<Reply> update(Call& call) {
  WK_TRY(const AgentId id, call.id<AgentId>());
  WK_TRY(v1::UpdateAgentRequest request, call.body<v1::UpdateAgentRequest>());
  // Before it is said whether the agent exists, it is asked whether the caller manages agents at all.
  WK_TRY_VOID(call.may(Action::kManageAgents));
  WK_TRY(const AgentRecord record, call.services.directory.agent(id));
  WK_TRY_VOID(call.may(Action::kManageAgents,
                       {.agent = id,
                        .role = record.agent.role(),
                        .new_role = request.has_role() ? request.role() : record.agent.role()}));
  WK_TRY(v1::Agent agent, call.services.authenticator.update_agent(id, request));
  if (request.has_capacity()) call.services.presence.set_capacity(id, request.capacity());
  fill_presence(call, agent);
  return reply(agent);
}

}  // namespace

std::vector<Route> agent_routes() {
  static const v1::AgentList kList;
  static const v1::Agent kAgent;
  static const v1::CreateAgentRequest kCreate;
  static const v1::UpdateAgentRequest kUpdate;
  return {
      {"GET", "/agents", Access::kAgent, list, "All agents with their presence", nullptr, &kList, {"cursor", "limit"}},
      {"POST", "/agents", Access::kAgent, create, "Add an agent", &kCreate, &kAgent},
      {"PATCH", "/agents/{id}", Access::kAgent, update, "Change an agent: name, role, capacity, password, disabled", &kUpdate, &kAgent},
  };
}

}  // namespace wk::api
