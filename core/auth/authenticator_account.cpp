// Authenticator: what agents do with their own accounts, sessions and tokens.
#include "base/encoding.hpp"
#include "base/random.hpp"
#include "core/auth/authenticator.hpp"
#include "core/auth/detail/account.hpp"
#include "core/auth/totp.hpp"

namespace wk {

using namespace auth_detail;

namespace {

constexpr std::size_t kTokenSecretBytes = 32;
constexpr std::size_t kTokenPrefixCharacters = 9;

}  // namespace

Result<AgentRecord> Authenticator::check_own_password(const AgentPrincipal& principal, const std::string& password) {
  WK_TRY(AgentRecord record, directory_.agent(principal.agent));
  const std::string account = folded_email(record.agent.email());
  const std::string origin = "agent " + principal.agent.str();
  WK_TRY_VOID(throttle_.admit(account, origin));
  if (password.size() > auth_limits::kPasswordBytesMax || !hasher_.verify(password, record.password_hash)) {
    return fail(Error{ErrorCode::kForbidden, "the password is wrong", "password_wrong"});
  }
  throttle_.succeeded(account, origin);
  return record;
}

Result<void> Authenticator::change_password(const AgentPrincipal& principal, const PasswordChange& change) {
  WK_TRY(const AgentRecord record, check_own_password(principal, change.old_password));
  WK_TRY_VOID(check_new_password(change.new_password, record.agent.email()));
  WK_TRY(const std::string hash, hasher_.hash(change.new_password));
  WK_TRY_VOID(directory_.modify_agent(principal.agent, [&](AgentRecord& stored) -> Result<void> {
    stored.password_hash = hash;
    return {};
  }));
  WK_TRY_VOID(end_sessions(principal.agent, {}, principal.session));
  return {};
}

Result<v1::TotpSetup> Authenticator::begin_totp(const AgentPrincipal& principal) {
  const std::string secret = totp_secret();
  WK_TRY(const AgentRecord record, directory_.modify_agent(principal.agent, [&](AgentRecord& stored) -> Result<void> {
    if (!stored.totp_secret.empty()) {
      return fail(Error{ErrorCode::kConflict, "codes are on already", "totp_enabled"});
    }
    stored.totp_pending_secret = secret;
    return {};
  }));
  v1::TotpSetup setup;
  setup.set_secret(base32_encode(secret));
  setup.set_url(otpauth_url(options_.issuer, record.agent.email(), secret));
  return setup;
}

Result<v1::TotpConfirmed> Authenticator::confirm_totp(const AgentPrincipal& principal,
                                                      const TotpConfirmation& confirmation) {
  WK_TRY_VOID(check_own_password(principal, confirmation.password));
  const std::vector<std::string> codes = make_recovery_codes();
  const std::int64_t now_ms = clock_.now_ms();
  WK_TRY_VOID(directory_.modify_agent(principal.agent, [&](AgentRecord& stored) -> Result<void> {
    if (stored.totp_pending_secret.empty()) {
      return fail(Error{ErrorCode::kConflict, "setting up codes was not begun", "totp_not_begun"});
    }
    const auto step = totp_match(stored.totp_pending_secret, confirmation.code, now_ms, 0);
    if (!step) return fail(Error{ErrorCode::kInvalidArgument, "the code is wrong", "code_wrong"});
    stored.totp_secret = std::move(stored.totp_pending_secret);
    stored.totp_pending_secret.clear();
    stored.totp_last_step = *step;
    stored.recovery_hashes.clear();
    for (const std::string& code : codes) stored.recovery_hashes.push_back(recovery_code_hash(principal.agent, code));
    stored.agent.set_totp_enabled(true);
    return {};
  }));
  v1::TotpConfirmed confirmed;
  for (const std::string& code : codes) confirmed.add_recovery_codes(code);
  return confirmed;
}

Result<void> Authenticator::disable_totp(const AgentPrincipal& principal, const std::string& password) {
  WK_TRY_VOID(check_own_password(principal, password));
  WK_TRY_VOID(directory_.modify_agent(principal.agent, [](AgentRecord& stored) -> Result<void> {
    clear_totp(stored);
    return {};
  }));
  return {};
}

// -- sessions

Result<v1::AgentSessionList> Authenticator::sessions(AgentId agent, AgentSessionId current) {
  WK_TRY(const auto records, directory_.sessions(agent));
  v1::AgentSessionList list;
  for (const AgentSessionRecord& record : records) {
    if (record.expires_ms <= clock_.now_ms()) continue;
    v1::AgentSession& session = *list.add_sessions();
    session.set_id(record.id.value());
    session.set_created_ms(record.created_ms);
    session.set_last_seen_ms(record.last_seen_ms);
    session.set_ip(record.ip);
    session.set_user_agent(record.user_agent);
    session.set_current(record.id == current);
  }
  return list;
}

Result<void> Authenticator::end_session(AgentId agent, AgentSessionId session) {
  // 0 would mean "all".
  if (!session) return fail(ErrorCode::kNotFound, "no such session");
  WK_TRY(const std::size_t count, end_sessions(agent, session, {}));
  if (count == 0) return fail(ErrorCode::kNotFound, "no such session");
  return {};
}

Result<void> Authenticator::end_other_sessions(AgentId agent, AgentSessionId keep) {
  WK_TRY_VOID(end_sessions(agent, {}, keep));
  return {};
}

// -- API tokens

Result<v1::ApiToken> Authenticator::create_api_token(AgentId owner, const v1::CreateApiTokenRequest& request) {
  WK_TRY_VOID(check_name(request.name()));
  WK_TRY(const AgentRecord record, directory_.agent(owner));
  const v1::Role role = request.role() == v1::ROLE_UNSPECIFIED ? record.agent.role() : request.role();
  if (!v1::Role_IsValid(role) || role > record.agent.role()) {
    return fail(Error{ErrorCode::kInvalidArgument, "a token has at most the role of its owner", "role_invalid"});
  }
  const std::int64_t now_ms = clock_.now_ms();
  if (request.expires_ms() != 0 && request.expires_ms() <= now_ms) {
    return fail(Error{ErrorCode::kInvalidArgument, "the token would have expired already", "expires_invalid"});
  }
  static_assert(auth_limits::kApiTokensPerAgentMax < 200, "one page shows all");
  WK_TRY(const auto present, directory_.api_tokens(owner, {.cursor = {}, .limit = auth_limits::kApiTokensPerAgentMax}));
  if (static_cast<std::size_t>(present.tokens_size()) >= auth_limits::kApiTokensPerAgentMax) {
    return fail(Error{ErrorCode::kConflict, "too many API tokens; delete some", "too_many_tokens"});
  }
  const std::string secret = "wk_" + base64url_encode(random_bytes(kTokenSecretBytes));
  ApiTokenRecord stored;
  stored.token_hash = secret_hash(secret);
  stored.token.set_id(ids_.next());
  stored.token.set_name(request.name());
  stored.token.set_role(role);
  stored.token.set_prefix(secret.substr(0, kTokenPrefixCharacters));
  stored.token.set_created_ms(now_ms);
  stored.token.set_expires_ms(request.expires_ms());
  stored.token.set_agent_id(owner.value());
  WK_TRY_VOID(directory_.create_api_token(stored));
  stored.token.set_secret(secret);
  return std::move(stored.token);
}

Result<void> Authenticator::delete_api_token(ApiTokenId id) {
  WK_TRY(const ApiTokenRecord record, directory_.api_token(id));
  WK_TRY_VOID(directory_.delete_api_token(id));
  ended({.agent = AgentId(record.token.agent_id()), .sessions = {}, .api_tokens = {id}, .everything = false});
  return {};
}

}  // namespace wk
