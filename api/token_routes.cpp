// API tokens.
#include "api/routes.hpp"

namespace wk::api {
namespace {

Result<Reply> list(Call& call) {
  WK_TRY(const Page page, call.page());
  // An administrator sees all, everybody else their own.
  const bool all = call.agent().role == v1::ROLE_ADMINISTRATOR;
  WK_TRY_VOID(call.may(Action::kManageApiTokens, {.agent = call.agent().agent, .role = call.agent().role}));
  WK_TRY(v1::ApiTokenList tokens,
         call.services.directory.api_tokens(all ? std::nullopt : std::optional(call.agent().agent), page));
  return reply(tokens);
}

Result<Reply> create(Call& call) {
  WK_TRY(v1::CreateApiTokenRequest request, call.body<v1::CreateApiTokenRequest>());
  WK_TRY_VOID(call.may(Action::kManageApiTokens,
                       {.agent = call.agent().agent, .role = call.agent().role, .new_role = request.role()}));
  WK_TRY(v1::ApiToken token, call.services.authenticator.create_api_token(call.agent().agent, request));
  return reply(token, 201);
}

Result<Reply> remove(Call& call) {
  WK_TRY(const ApiTokenId id, call.id<ApiTokenId>());
  WK_TRY(const ApiTokenRecord record, call.services.directory.api_token(id));
  const AgentId owner(record.token.agent_id());
  v1::Role owner_role = v1::ROLE_UNSPECIFIED;
  if (auto agent = call.services.directory.agent(owner)) owner_role = agent->agent.role();
  // Another's token is, to who may not touch it, not there.
  if (!call.may(Action::kManageApiTokens, {.agent = owner, .role = owner_role})) {
    return fail(ErrorCode::kNotFound, "no such token");
  }
  WK_TRY_VOID(call.services.authenticator.delete_api_token(id));
  return no_content();
}

}  // namespace

std::vector<Route> token_routes() {
  static const v1::ApiTokenList kList;
  static const v1::ApiToken kToken;
  static const v1::CreateApiTokenRequest kCreate;
  return {
      {"GET", "/tokens", Access::kAgent, list, "API tokens", nullptr, &kList, {"cursor", "limit"}},
      {"POST", "/tokens", Access::kAgent, create, "Make an API token; its secret is in this answer only", &kCreate, &kToken, {}, true},
      {"DELETE", "/tokens/{id}", Access::kAgent, remove, "Delete an API token; its connections are closed"},
  };
}

}  // namespace wk::api
