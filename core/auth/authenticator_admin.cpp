// Authenticator: making and changing agents, the first administrator, the command line.
#include "base/random.hpp"
#include "core/auth/authenticator.hpp"
#include "core/auth/detail/account.hpp"
#include "core/auth/digest.hpp"
#include "core/auth/totp.hpp"

namespace wk {

using namespace auth_detail;

namespace {

constexpr std::size_t kSetupCodeBytes = 10;
constexpr std::uint32_t kCapacityMax = 1'000;
// What an administrator made without a form may be given at a time.
constexpr std::uint32_t kFirstCapacity = 5;

bool assignable(v1::Role role) {
  return role == v1::ROLE_AGENT || role == v1::ROLE_SUPERVISOR || role == v1::ROLE_ADMINISTRATOR;
}

Result<void> check_role(v1::Role role) {
  if (assignable(role)) return {};
  return fail(Error{ErrorCode::kInvalidArgument, "not a role", "role_invalid"});
}

Result<void> check_capacity(std::uint32_t capacity) {
  if (capacity <= kCapacityMax) return {};
  return fail(Error{ErrorCode::kInvalidArgument, "a capacity is 1,000 at the most", "capacity_invalid"});
}

// As it was printed or without dashes, in any case.
std::string plain_code(std::string_view code) {
  std::string plain;
  for (const char c : code) {
    if (c != '-' && c != ' ') plain.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return plain;
}

}  // namespace

Result<AgentRecord> Authenticator::new_agent(const v1::CreateAgentRequest& request) {
  const std::string email = folded_email(request.email());
  WK_TRY_VOID(check_email(email));
  WK_TRY_VOID(check_name(request.name()));
  WK_TRY_VOID(check_role(request.role()));
  WK_TRY_VOID(check_capacity(request.capacity()));
  WK_TRY_VOID(check_new_password(request.password(), email));
  AgentRecord record;
  WK_TRY(record.password_hash, hasher_.hash(request.password()));
  record.agent.set_id(ids_.next());
  record.agent.set_email(email);
  record.agent.set_name(request.name());
  record.agent.set_role(request.role());
  record.agent.set_capacity(request.capacity());
  record.agent.set_created_ms(clock_.now_ms());
  WK_TRY_VOID(directory_.create_agent(record));
  return record;
}

Result<v1::Agent> Authenticator::create_agent(const v1::CreateAgentRequest& request) {
  WK_TRY(AgentRecord record, new_agent(request));
  return std::move(record.agent);
}

Result<void> Authenticator::keep_an_administrator(AgentId without) {
  Page page{.cursor = {}, .limit = 200};
  do {
    WK_TRY(const v1::AgentList list, directory_.agents(page));
    for (const v1::Agent& agent : list.agents()) {
      if (agent.role() == v1::ROLE_ADMINISTRATOR && !agent.disabled() && AgentId(agent.id()) != without) return {};
    }
    page.cursor = list.next_cursor();
  } while (!page.cursor.empty());
  return fail(Error{ErrorCode::kConflict, "the last administrator must stay one", "last_administrator"});
}

Result<v1::Agent> Authenticator::update_agent(AgentId id, const v1::UpdateAgentRequest& request) {
  WK_TRY(const AgentRecord before, directory_.agent(id));
  if (request.has_name()) WK_TRY_VOID(check_name(request.name()));
  if (request.has_role()) WK_TRY_VOID(check_role(request.role()));
  if (request.has_capacity()) WK_TRY_VOID(check_capacity(request.capacity()));
  if (request.has_locale() && request.locale().size() > 35) {
    return fail(Error{ErrorCode::kInvalidArgument, "not a language tag", "locale_invalid"});
  }
  std::string hash;
  if (request.has_password()) {
    WK_TRY_VOID(check_new_password(request.password(), before.agent.email()));
    WK_TRY(hash, hasher_.hash(request.password()));
  }
  const bool was_administrator = before.agent.role() == v1::ROLE_ADMINISTRATOR && !before.agent.disabled();
  const bool stays_administrator = (!request.has_role() || request.role() == v1::ROLE_ADMINISTRATOR) &&
                                   (!request.has_disabled() || !request.disabled());
  if (was_administrator && !stays_administrator) WK_TRY_VOID(keep_an_administrator(id));

  WK_TRY(AgentRecord after, directory_.modify_agent(id, [&](AgentRecord& stored) -> Result<void> {
    if (request.has_name()) stored.agent.set_name(request.name());
    if (request.has_role()) stored.agent.set_role(request.role());
    if (request.has_capacity()) stored.agent.set_capacity(request.capacity());
    if (request.has_disabled()) stored.agent.set_disabled(request.disabled());
    if (request.has_locale()) stored.agent.set_locale(request.locale());
    if (request.has_password()) stored.password_hash = hash;
    if (request.reset_totp()) clear_totp(stored);
    return {};
  }));
  const bool newly_disabled = after.agent.disabled() && !before.agent.disabled();
  if (newly_disabled || request.has_password()) {
    WK_TRY_VOID(end_sessions(id, {}, {}, newly_disabled));
  }
  if (after.agent.role() != before.agent.role() && !newly_disabled) {
    ended({.agent = id, .sessions = {}, .api_tokens = {}, .everything = true});
  }
  return std::move(after.agent);
}

// -- the first administrator

Result<bool> Authenticator::setup_needed() {
  WK_TRY(const std::size_t agents, directory_.agent_count());
  return agents == 0;
}

Result<std::optional<std::string>> Authenticator::setup_code() {
  WK_TRY(const bool needed, setup_needed());
  if (!needed) return std::optional<std::string>();
  const std::string plain = base32_encode(random_bytes(kSetupCodeBytes));
  return setup_code_.with([&plain](std::string& code) -> std::optional<std::string> {
    if (code.empty()) {
      code = plain;
      for (std::size_t at = 12; at > 0; at -= 4) code.insert(at, 1, '-');
    }
    return code;
  });
}

Result<SignedIn> Authenticator::set_up(const v1::SetupRequest& request, const std::string& ip,
                                       const std::string& user_agent) {
  WK_TRY(const bool needed, setup_needed());
  if (!needed) return fail(Error{ErrorCode::kConflict, "an administrator exists already", "already_set_up"});
  constexpr std::string_view kAccount = "set-up";
  WK_TRY_VOID(throttle_.admit(kAccount, ip));
  // Taken, so that of two who have it one succeeds; put back where the rest of the request is wrong.
  const std::string taken = setup_code_.with([&](std::string& code) -> std::string {
    if (code.empty() || !equal_in_constant_time(plain_code(code), plain_code(request.setup_code()))) return {};
    return std::exchange(code, {});
  });
  if (taken.empty()) return fail(Error{ErrorCode::kForbidden, "the set-up code is wrong", "setup_code_wrong"});
  throttle_.succeeded(kAccount, ip);

  v1::CreateAgentRequest administrator;
  administrator.set_email(request.email());
  administrator.set_name(request.name());
  administrator.set_password(request.password());
  administrator.set_role(v1::ROLE_ADMINISTRATOR);
  administrator.set_capacity(kFirstCapacity);
  auto record = new_agent(administrator);
  if (!record) {
    setup_code_.with([&](std::string& code) { code = taken; });
    return fail(std::move(record).error());
  }
  return sign_in(*record, ip, user_agent);
}

// -- the command line

Result<v1::Agent> Authenticator::create_administrator(const NewAdministrator& administrator) {
  v1::CreateAgentRequest request;
  request.set_email(administrator.email);
  request.set_name(administrator.name);
  request.set_password(administrator.password);
  request.set_role(v1::ROLE_ADMINISTRATOR);
  request.set_capacity(kFirstCapacity);
  return create_agent(request);
}

Result<void> Authenticator::reset_password(const std::string& email, const std::string& password) {
  WK_TRY(const AgentRecord record, directory_.agent_by_email(folded_email(email)));
  WK_TRY_VOID(check_new_password(password, record.agent.email()));
  WK_TRY(const std::string hash, hasher_.hash(password));
  const AgentId id(record.agent.id());
  WK_TRY_VOID(directory_.modify_agent(id, [&](AgentRecord& stored) -> Result<void> {
    stored.password_hash = hash;
    stored.agent.set_disabled(false);
    clear_totp(stored);
    return {};
  }));
  WK_TRY_VOID(end_sessions(id, {}, {}));
  return {};
}

}  // namespace wk
