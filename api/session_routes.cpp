// Set-up, signing in and out, and an agent's own account.
#include "api/json.hpp"
#include "api/routes.hpp"
#include "api/site_defaults.hpp"
#include "core/auth/cookie.hpp"

namespace wk::api {
namespace {

Transport transport(const Call& call) { return call.request.secure ? Transport::kTls : Transport::kPlain; }

std::string ip(const Call& call) { return call.request.client.text(); }
std::string user_agent(const Call& call) { return std::string(call.request.headers.get("user-agent").substr(0, 300)); }

Reply signed_in(const Call& call, SignedIn& signed_in) {
  v1::LoginResponse response;
  *response.mutable_agent() = std::move(signed_in.agent);
  Reply answer = reply(response);
  answer.response.headers.add("Set-Cookie", set_session_cookie(signed_in.cookie_secret, transport(call)));
  return answer;
}

Result<Reply> setup_status(Call& call) {
  v1::SetupStatus status;
  WK_TRY(const bool needed, call.services.authenticator.setup_needed());
  status.set_needed(needed);
  return reply(status);
}

Result<Reply> set_up(Call& call) {
  WK_TRY(v1::SetupRequest request, call.body<v1::SetupRequest>());
  WK_TRY(SignedIn in, call.services.authenticator.set_up(request, ip(call), user_agent(call)));
  // The first site comes with the first administrator, so that there is something to embed.
  v1::Site site = default_site(call.services, request.site_name().empty() ? "My site" : request.site_name());
  WK_TRY_VOID(call.services.directory.create_site(site));
  return signed_in(call, in);
}

Result<Reply> log_in(Call& call) {
  WK_TRY(v1::LoginRequest request, call.body<v1::LoginRequest>());
  WK_TRY(LoginOutcome outcome, call.services.authenticator.login({.email = request.email(),
                                                                  .password = request.password(),
                                                                  .code = request.code(),
                                                                  .ip = ip(call),
                                                                  .user_agent = user_agent(call)}));
  if (std::holds_alternative<CodeRequired>(outcome)) {
    v1::LoginResponse response;
    response.set_code_required(true);
    return reply(response);
  }
  return signed_in(call, std::get<SignedIn>(outcome));
}

Result<Reply> log_out(Call& call) {
  WK_TRY_VOID(call.services.authenticator.logout(call.agent()));
  Reply answer = no_content();
  answer.response.headers.add("Set-Cookie", clear_session_cookie(transport(call)));
  return answer;
}

Result<Reply> me(Call& call) {
  WK_TRY(AgentRecord record, call.services.directory.agent(call.agent().agent));
  const AgentPresence presence = call.services.presence.agent(call.agent().agent);
  record.agent.set_presence(presence.presence);
  record.agent.set_held_conversations(presence.held_conversations);
  return reply(record.agent);
}

Result<Reply> change_profile(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageOwnAccount, {.agent = call.agent().agent}));
  WK_TRY(v1::UpdateAgentRequest request, call.body<v1::UpdateAgentRequest>());
  // Name and language are one's own to choose; the rest is others' to give.
  v1::UpdateAgentRequest own;
  if (request.has_name()) own.set_name(request.name());
  if (request.has_locale()) own.set_locale(request.locale());
  WK_TRY(v1::Agent agent, call.services.authenticator.update_agent(call.agent().agent, own));
  return reply(agent);
}

Result<Reply> change_password(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageOwnAccount, {.agent = call.agent().agent}));
  WK_TRY(v1::ChangePasswordRequest request, call.body<v1::ChangePasswordRequest>());
  WK_TRY_VOID(call.services.authenticator.change_password(
      call.agent(), {.old_password = request.old_password(), .new_password = request.new_password()}));
  return no_content();
}

Result<Reply> begin_totp(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageOwnAccount, {.agent = call.agent().agent}));
  WK_TRY(v1::TotpSetup setup, call.services.authenticator.begin_totp(call.agent()));
  return reply(setup);
}

Result<Reply> confirm_totp(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageOwnAccount, {.agent = call.agent().agent}));
  WK_TRY(v1::TotpConfirmRequest request, call.body<v1::TotpConfirmRequest>());
  WK_TRY(v1::TotpConfirmed confirmed, call.services.authenticator.confirm_totp(
                                          call.agent(), {.code = request.code(), .password = request.password()}));
  return reply(confirmed);
}

Result<Reply> disable_totp(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageOwnAccount, {.agent = call.agent().agent}));
  WK_TRY(v1::TotpConfirmRequest request, call.body<v1::TotpConfirmRequest>());
  WK_TRY_VOID(call.services.authenticator.disable_totp(call.agent(), request.password()));
  return no_content();
}

Result<Reply> list_sessions(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageSessions, {.agent = call.agent().agent, .role = call.agent().role}));
  WK_TRY(v1::AgentSessionList list, call.services.authenticator.sessions(call.agent().agent, call.agent().session));
  return reply(list);
}

Result<Reply> end_session(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageSessions, {.agent = call.agent().agent, .role = call.agent().role}));
  WK_TRY(const AgentSessionId id, call.id<AgentSessionId>());
  WK_TRY_VOID(call.services.authenticator.end_session(call.agent().agent, id));
  return no_content();
}

Result<Reply> end_other_sessions(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageSessions, {.agent = call.agent().agent, .role = call.agent().role}));
  WK_TRY_VOID(call.services.authenticator.end_other_sessions(call.agent().agent, call.agent().session));
  return no_content();
}

}  // namespace

std::vector<Route> session_routes() {
  static const v1::SetupStatus kSetupStatus;
  static const v1::SetupRequest kSetupRequest;
  static const v1::LoginRequest kLoginRequest;
  static const v1::LoginResponse kLoginResponse;
  static const v1::Agent kAgent;
  static const v1::UpdateAgentRequest kUpdate;
  static const v1::ChangePasswordRequest kPassword;
  static const v1::TotpSetup kTotpSetup;
  static const v1::TotpConfirmRequest kTotpConfirm;
  static const v1::TotpConfirmed kTotpConfirmed;
  static const v1::AgentSessionList kSessions;
  return {
      {"GET", "/setup", Access::kPublic, setup_status, "Whether the first administrator is still to be made", nullptr, &kSetupStatus},
      {"POST", "/setup", Access::kPublic, set_up, "Make the first administrator and site", &kSetupRequest, &kLoginResponse, {}, true},
      {"POST", "/session", Access::kPublic, log_in, "Sign in; sets the session cookie", &kLoginRequest, &kLoginResponse, {}, true},
      {"GET", "/session", Access::kAgent, me, "Who is signed in", nullptr, &kAgent},
      {"DELETE", "/session", Access::kAgent, log_out, "Sign out"},
      {"PATCH", "/session/profile", Access::kAgent, change_profile, "Change one's own name and language", &kUpdate, &kAgent},
      {"POST", "/session/password", Access::kAgent, change_password, "Change one's own password; ends the other sessions", &kPassword, nullptr, {}, true},
      {"POST", "/session/totp", Access::kAgent, begin_totp, "Begin two-step sign-in", nullptr, &kTotpSetup, {}, true},
      {"POST", "/session/totp/confirm", Access::kAgent, confirm_totp, "Confirm two-step sign-in with a code", &kTotpConfirm, &kTotpConfirmed, {}, true},
      {"DELETE", "/session/totp", Access::kAgent, disable_totp, "Switch two-step sign-in off", &kTotpConfirm},
      {"GET", "/sessions", Access::kAgent, list_sessions, "One's own signed-in browsers", nullptr, &kSessions},
      {"DELETE", "/sessions/{id}", Access::kAgent, end_session, "Sign one browser out"},
      {"DELETE", "/sessions", Access::kAgent, end_other_sessions, "Sign all other browsers out"},
  };
}

}  // namespace wk::api
