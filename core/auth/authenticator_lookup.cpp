// Authenticator: who a cookie or a token belongs to, with a small cache.
#include <algorithm>

#include "base/log.hpp"
#include "core/auth/authenticator.hpp"
#include "core/auth/detail/account.hpp"

namespace wk {

using namespace auth_detail;

namespace {

constexpr std::size_t kCookieSecretCharacters = 43;   // 32 bytes in base64url
constexpr std::size_t kApiTokenCharacters = 3 + 43;   // wk_…

// "Not there" means "not signed in"; that the store failed stays what it is.
Error refused(Error error) { return error.code == ErrorCode::kNotFound ? unauthenticated() : std::move(error); }

}  // namespace

Result<AgentPrincipal> Authenticator::authenticate_cookie(std::string_view secret) {
  if (secret.size() != kCookieSecretCharacters) return fail(unauthenticated());
  const std::string hash = secret_hash(secret);
  auto entry = cached(hash);
  if (!entry) {
    const std::uint64_t generation = cache_generation();
    const auto session = directory_.session_by_token_hash(hash);
    if (!session) return fail(refused(session.error()));
    WK_TRY(AgentPrincipal principal, principal_of(*session));
    entry = CacheEntry{.principal = std::move(principal),
                       .looked_up = clock_.steady(),
                       .last_seen_ms = session->last_seen_ms,
                       .expires_ms = session->expires_ms};
    cache(hash, *entry, generation);
  }
  if (!entry->principal.session || clock_.now_ms() >= entry->expires_ms) return fail(unauthenticated());
  touch(hash, *entry);
  return std::move(entry->principal);
}

Result<AgentPrincipal> Authenticator::authenticate_api_token(std::string_view token) {
  if (token.size() != kApiTokenCharacters || !token.starts_with("wk_")) return fail(unauthenticated());
  const std::string hash = secret_hash(token);
  auto entry = cached(hash);
  if (!entry) {
    const std::uint64_t generation = cache_generation();
    const auto record = directory_.api_token_by_hash(hash);
    if (!record) return fail(refused(record.error()));
    WK_TRY(AgentPrincipal principal, principal_of(record->token));
    entry = CacheEntry{.principal = std::move(principal),
                       .looked_up = clock_.steady(),
                       .last_seen_ms = record->token.last_used_ms(),
                       .expires_ms = record->token.expires_ms()};
    cache(hash, *entry, generation);
  }
  if (!entry->principal.api_token) return fail(unauthenticated());
  if (entry->expires_ms != 0 && clock_.now_ms() >= entry->expires_ms) return fail(unauthenticated());
  touch(hash, *entry);
  return std::move(entry->principal);
}

Result<AgentPrincipal> Authenticator::revalidate(const AgentPrincipal& principal) {
  if (principal.api_token) {
    const auto record = directory_.api_token(principal.api_token);
    if (!record) return fail(refused(record.error()));
    return principal_of(record->token);
  }
  WK_TRY(const auto all, directory_.sessions(principal.agent));
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.id == principal.session; });
  if (found == all.end()) return fail(unauthenticated());
  return principal_of(*found);
}

Result<AgentPrincipal> Authenticator::principal_of(const AgentSessionRecord& session) {
  if (clock_.now_ms() >= session.expires_ms) return fail(unauthenticated());
  const auto record = directory_.agent(session.agent);
  if (!record) return fail(refused(record.error()));
  if (record->agent.disabled()) return fail(unauthenticated());
  return AgentPrincipal{
      .agent = session.agent, .role = record->agent.role(), .name = record->agent.name(), .session = session.id};
}

Result<AgentPrincipal> Authenticator::principal_of(const v1::ApiToken& token) {
  if (token.expires_ms() != 0 && clock_.now_ms() >= token.expires_ms()) return fail(unauthenticated());
  const AgentId owner(token.agent_id());
  const auto record = directory_.agent(owner);
  if (!record) return fail(refused(record.error()));
  if (record->agent.disabled()) return fail(unauthenticated());
  // Whoever lost a role lost it for their tokens too.
  return AgentPrincipal{.agent = owner,
                        .role = std::min(token.role(), record->agent.role()),
                        .name = record->agent.name(),
                        .api_token = ApiTokenId(token.id())};
}

// -- the cache

std::optional<Authenticator::CacheEntry> Authenticator::cached(const std::string& hash) {
  const SteadyTime now = clock_.steady();
  return cache_.with([&](const Cache& cache) -> std::optional<CacheEntry> {
    const auto found = cache.by_hash.find(hash);
    if (found == cache.by_hash.end() || now - found->second.looked_up >= auth_limits::kCacheFor) return std::nullopt;
    return found->second;
  });
}

std::uint64_t Authenticator::cache_generation() {
  return cache_.with([](const Cache& cache) { return cache.generation; });
}

void Authenticator::cache(const std::string& hash, const CacheEntry& entry, std::uint64_t generation) {
  cache_.with([&](Cache& cache) {
    if (cache.generation != generation) return;
    if (cache.by_hash.size() >= auth_limits::kCacheEntriesMax) cache.by_hash.clear();
    cache.by_hash.insert_or_assign(hash, entry);
  });
}

void Authenticator::touch(const std::string& hash, const CacheEntry& entry) {
  const std::int64_t now_ms = clock_.now_ms();
  if (now_ms - entry.last_seen_ms < auth_limits::kSessionTouchMs) return;
  const bool session = static_cast<bool>(entry.principal.session);
  // First in the cache, so that requests side by side write once.
  const bool mine = cache_.with([&](Cache& cache) {
    const auto found = cache.by_hash.find(hash);
    if (found == cache.by_hash.end()) return true;
    if (found->second.last_seen_ms >= now_ms) return false;
    if (session) found->second.expires_ms += now_ms - found->second.last_seen_ms;
    found->second.last_seen_ms = now_ms;
    return true;
  });
  if (!mine) return;
  const auto written = session ? directory_.touch_session(entry.principal.session, now_ms)
                               : directory_.touch_api_token(entry.principal.api_token, now_ms);
  // Nobody is turned away because a time could not be written.
  if (!written) log_warning("auth.touch_failed", {{"reason", written.error().context}});
}

}  // namespace wk
