// Authenticator: signing in and out, and who ended access is told to.
#include "core/auth/authenticator.hpp"

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "core/auth/detail/account.hpp"
#include "core/auth/digest.hpp"
#include "core/auth/totp.hpp"

namespace wk {

using namespace auth_detail;

namespace {

constexpr std::size_t kCookieSecretBytes = 32;

}  // namespace

Result<std::unique_ptr<Authenticator>> Authenticator::open(Directory& directory, const Clock& clock,
                                                           const Options& options) {
  WK_TRY(PasswordHasher hasher, PasswordHasher::make(options.password_cost));
  return std::unique_ptr<Authenticator>(new Authenticator(directory, clock, options, std::move(hasher)));
}

Result<std::unique_ptr<Authenticator>> Authenticator::open(Directory& directory, const Clock& clock) {
  return open(directory, clock, Options{});
}

Authenticator::Authenticator(Directory& directory, const Clock& clock, Options options, PasswordHasher hasher)
    : directory_(directory),
      clock_(clock),
      options_(std::move(options)),
      hasher_(std::move(hasher)),
      ids_(options_.node),
      throttle_(clock) {}

Result<LoginOutcome> Authenticator::login(const LoginAttempt& attempt) {
  const std::string account = folded_email(attempt.email);
  if (account.size() > auth_limits::kEmailBytesMax || attempt.password.size() > auth_limits::kPasswordBytesMax) {
    return fail(login_failed());
  }
  WK_TRY_VOID(throttle_.admit(account, attempt.ip));

  auto found = directory_.agent_by_email(account);
  if (!found && found.error().code != ErrorCode::kNotFound) {
    throttle_.take_back(account, attempt.ip);
    return fail(std::move(found).error());
  }
  const bool password_right = found && !found->password_hash.empty()
                                  ? hasher_.verify(attempt.password, found->password_hash)
                                  : hasher_.verify_dummy(attempt.password);
  if (!password_right || found->agent.disabled()) return fail(login_failed());
  AgentRecord& record = *found;
  const AgentId id(record.agent.id());

  if (!record.totp_secret.empty()) {
    if (attempt.code.empty()) {
      throttle_.take_back(account, attempt.ip);
      return LoginOutcome(CodeRequired{});
    }
    WK_TRY_VOID(use_code(record, attempt.code));
  }
  throttle_.succeeded(account, attempt.ip);

  if (hasher_.needs_rehash(record.password_hash)) {
    if (auto hash = hasher_.hash(attempt.password)) {
      const auto written = directory_.modify_agent(id, [&](AgentRecord& stored) -> Result<void> {
        if (stored.password_hash == record.password_hash) stored.password_hash = *hash;
        return {};
      });
      if (!written) log_warning("auth.rehash_failed", {{"agent", id.str()}, {"reason", written.error().context}});
    }
  }
  WK_TRY(SignedIn signed_in, sign_in(record, attempt.ip, attempt.user_agent));

  // The password may have been changed, the account disabled, while this one was on its way: then its session must not stay.
  WK_TRY(const AgentRecord today, directory_.agent(id));
  const bool still_right = today.password_hash == record.password_hash || hasher_.verify(attempt.password, today.password_hash);
  if (!still_right || today.agent.disabled()) {
    WK_TRY_VOID(end_sessions(id, signed_in.principal.session, {}));
    return fail(login_failed());
  }
  return LoginOutcome(std::move(signed_in));
}

Result<void> Authenticator::use_code(const AgentRecord& record, std::string_view code) {
  const AgentId id(record.agent.id());
  const std::string recovery = recovery_code_hash(id, code);
  const std::int64_t now_ms = clock_.now_ms();
  // Inside the transaction: of two logins with one code, one is refused.
  WK_TRY_VOID(directory_.modify_agent(id, [&](AgentRecord& stored) -> Result<void> {
    if (const auto step = totp_match(stored.totp_secret, code, now_ms, stored.totp_last_step)) {
      stored.totp_last_step = *step;
      return {};
    }
    for (auto hash = stored.recovery_hashes.begin(); hash != stored.recovery_hashes.end(); ++hash) {
      if (!equal_in_constant_time(*hash, recovery)) continue;
      stored.recovery_hashes.erase(hash);
      return {};
    }
    return fail(login_failed());
  }));
  return {};
}

Result<SignedIn> Authenticator::sign_in(const AgentRecord& record, const std::string& ip, const std::string& user_agent) {
  const AgentId agent(record.agent.id());
  WK_TRY(auto present, directory_.sessions(agent));  // the last used first
  for (; present.size() >= auth_limits::kSessionsPerAgentMax; present.pop_back()) {
    WK_TRY_VOID(end_sessions(agent, present.back().id, {}));
  }
  const std::string secret = base64url_encode(random_bytes(kCookieSecretBytes));
  const std::int64_t now_ms = clock_.now_ms();
  const auto id = ids_.make<AgentSessionId>();
  const std::string_view browser = utf8_valid(user_agent) ? std::string_view(user_agent) : std::string_view();
  WK_TRY_VOID(directory_.create_session({.id = id,
                                         .agent = agent,
                                         .token_hash = secret_hash(secret),
                                         .created_ms = now_ms,
                                         .last_seen_ms = now_ms,
                                         .expires_ms = now_ms + auth_limits::kSessionMs,
                                         .ip = ip,
                                         .user_agent = std::string(utf8_prefix(browser, auth_limits::kUserAgentBytesMax))}));
  return SignedIn{.agent = record.agent,
                  .principal = {.agent = agent, .role = record.agent.role(), .name = record.agent.name(), .session = id},
                  .cookie_secret = secret};
}

Result<void> Authenticator::logout(const AgentPrincipal& principal) {
  if (!principal.session) return {};  // an API token stays until it is deleted
  WK_TRY_VOID(end_sessions(principal.agent, principal.session, {}));
  return {};
}

// -- what ended

Result<std::size_t> Authenticator::end_sessions(AgentId agent, AgentSessionId only, AgentSessionId keep, bool everything) {
  WK_TRY(auto sessions, directory_.end_sessions(agent, only, keep));
  const std::size_t count = sessions.size();
  if (count > 0 || everything) {
    ended({.agent = agent, .sessions = std::move(sessions), .api_tokens = {}, .everything = everything});
  }
  return count;
}

void Authenticator::ended(const AccessEnded& access) {
  const auto concerns = [&access](const AgentPrincipal& principal) {
    if (access.everything && principal.agent == access.agent) return true;
    for (const AgentSessionId id : access.sessions) {
      if (principal.session == id) return true;
    }
    for (const ApiTokenId id : access.api_tokens) {
      if (principal.api_token == id) return true;
    }
    return false;
  };
  cache_.with([&](Cache& cache) {
    ++cache.generation;
    std::erase_if(cache.by_hash, [&](const auto& entry) { return concerns(entry.second.principal); });
  });
  std::vector<std::shared_ptr<const EndedCallback>> callbacks;
  listeners_.with([&](const auto& listeners) {
    for (const auto& [id, callback] : listeners) callbacks.push_back(callback);
  });
  for (const auto& callback : callbacks) (*callback)(access);
}

Authenticator::Subscription Authenticator::subscribe_ended(EndedCallback callback) {
  const std::uint64_t id = next_listener_++;
  listeners_.with(
      [&](auto& listeners) { listeners.emplace(id, std::make_shared<const EndedCallback>(std::move(callback))); });
  return {*this, id};
}

Authenticator::Subscription& Authenticator::Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    reset();
    from_ = std::exchange(other.from_, nullptr);
    id_ = other.id_;
  }
  return *this;
}

void Authenticator::Subscription::reset() {
  if (Authenticator* const from = std::exchange(from_, nullptr)) {
    from->listeners_.with([this](auto& listeners) { listeners.erase(id_); });
  }
}

}  // namespace wk
