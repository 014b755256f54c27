// Agents: signing in, staying signed in, and what belongs to their accounts.
//
// Owner: the server's wiring. Thread-safe. Blocks (database, argon2): call on a ThreadPool. Who may call what for whom is not
// decided here but by permissions.hpp; "own" functions take the principal, the others an id.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/guarded.hpp"
#include "base/ids.hpp"
#include "core/auth/limits.hpp"
#include "core/auth/login_throttle.hpp"
#include "core/auth/password.hpp"
#include "core/model/principal.hpp"
#include "core/ports/directory.hpp"

namespace wk {

struct LoginAttempt {
  std::string email;
  std::string password;
  std::string code;  // TOTP or recovery
  std::string ip;
  std::string user_agent;
};

struct SignedIn {
  v1::Agent agent;
  AgentPrincipal principal;
  std::string cookie_secret;  // for set_session_cookie()
};
struct CodeRequired {};
using LoginOutcome = std::variant<SignedIn, CodeRequired>;

// What stopped being good: close the sockets that came with it.
struct AccessEnded {
  AgentId agent;
  std::vector<AgentSessionId> sessions;
  std::vector<ApiTokenId> api_tokens;
  // All connections of the agent, whatever they came with (disabled, another role). Those with a session that is still good may
  // come back.
  bool everything = false;
};

class Authenticator {
 public:
  struct Options {
    PasswordCost password_cost{};
    std::string issuer = "weikeyi";  // what telephones show beside the code
    std::uint16_t node = 0;
  };
  static Result<std::unique_ptr<Authenticator>> open(Directory& directory, const Clock& clock, const Options& options);
  static Result<std::unique_ptr<Authenticator>> open(Directory& directory, const Clock& clock);

  // -- signing in and out.
  // One and the same error (kUnauthenticated, "login_failed") and the same work for an unknown account, a wrong password, a wrong
  // code and a disabled account. Too many attempts: kBusy, "too_many_attempts", with retry_after_ms.
  Result<LoginOutcome> login(const LoginAttempt& attempt);
  Result<void> logout(const AgentPrincipal& principal);

  // -- who asks. kUnauthenticated where nobody does. Cheap: a lookup is good for kCacheFor.
  Result<AgentPrincipal> authenticate_cookie(std::string_view secret);
  Result<AgentPrincipal> authenticate_api_token(std::string_view token);

  // Whether it is still good, past the cache: for a connection that was just registered (the ending may have come in between),
  // and now and then for those that stay open (another process may have ended it). Answers the principal as it is today.
  Result<AgentPrincipal> revalidate(const AgentPrincipal& principal);

  // -- one's own account. A wrong password: kForbidden, "password_wrong"; throttled like a login.
  struct PasswordChange {
    std::string old_password;
    std::string new_password;
  };
  // Ends the agent's other sessions.
  Result<void> change_password(const AgentPrincipal& principal, const PasswordChange& change);
  Result<v1::TotpSetup> begin_totp(const AgentPrincipal& principal);
  struct TotpConfirmation {
    std::string code;
    std::string password;
  };
  Result<v1::TotpConfirmed> confirm_totp(const AgentPrincipal& principal, const TotpConfirmation& confirmation);
  Result<void> disable_totp(const AgentPrincipal& principal, const std::string& password);

  // -- sessions and tokens
  Result<v1::AgentSessionList> sessions(AgentId agent, AgentSessionId current);
  Result<void> end_session(AgentId agent, AgentSessionId session);
  Result<void> end_other_sessions(AgentId agent, AgentSessionId keep);
  // `secret` is in this answer only.
  Result<v1::ApiToken> create_api_token(AgentId owner, const v1::CreateApiTokenRequest& request);
  Result<void> delete_api_token(ApiTokenId id);

  // -- agents. The last administrator who can sign in stays one (kConflict, "last_administrator").
  Result<v1::Agent> create_agent(const v1::CreateAgentRequest& request);
  // Disabling and a new password end the agent's sessions; another role closes its connections.
  Result<v1::Agent> update_agent(AgentId id, const v1::UpdateAgentRequest& request);

  // -- the first administrator, and the command line
  // While there is no agent: the one-time code to be printed on the terminal (the same until it is used). nullopt: not needed.
  Result<std::optional<std::string>> setup_code();
  Result<bool> setup_needed();
  // A wrong code: kForbidden, "setup_code_wrong". No longer needed: kConflict, "already_set_up". Signs in.
  Result<SignedIn> set_up(const v1::SetupRequest& request, const std::string& ip, const std::string& user_agent);
  struct NewAdministrator {
    std::string email;
    std::string name;
    std::string password;
  };
  Result<v1::Agent> create_administrator(const NewAdministrator& administrator);
  // Enables the account, takes TOTP away and ends all sessions.
  Result<void> reset_password(const std::string& email, const std::string& password);

  // -- listeners. Called on the thread that ended the access, without a lock held; must not block. The subscription ends with the
  // handle, which must not outlive the Authenticator; a call that already began may still be running then, so end it after the
  // pool that calls has stopped.
  using EndedCallback = std::function<void(const AccessEnded&)>;
  class Subscription {
   public:
    Subscription() = default;
    Subscription(Authenticator& from, std::uint64_t id) : from_(&from), id_(id) {}
    ~Subscription() { reset(); }
    Subscription(Subscription&& other) noexcept : from_(std::exchange(other.from_, nullptr)), id_(other.id_) {}
    Subscription& operator=(Subscription&& other) noexcept;
    void reset();

   private:
    Authenticator* from_ = nullptr;
    std::uint64_t id_ = 0;
  };
  [[nodiscard]] Subscription subscribe_ended(EndedCallback callback);

 private:
  struct CacheEntry {
    AgentPrincipal principal;
    SteadyTime looked_up{};
    std::int64_t last_seen_ms = 0;
    std::int64_t expires_ms = 0;  // 0: never
  };
  struct Cache {
    std::unordered_map<std::string, CacheEntry> by_hash;
    // Rises with every ending: what was read from the database before it is not put in after it.
    std::uint64_t generation = 0;
  };

  Authenticator(Directory& directory, const Clock& clock, Options options, PasswordHasher hasher);

  Result<SignedIn> sign_in(const AgentRecord& record, const std::string& ip, const std::string& user_agent);
  Result<void> use_code(const AgentRecord& record, std::string_view code);
  Result<AgentPrincipal> principal_of(const AgentSessionRecord& session);
  Result<AgentPrincipal> principal_of(const v1::ApiToken& token);
  Result<AgentRecord> check_own_password(const AgentPrincipal& principal, const std::string& password);
  Result<AgentRecord> new_agent(const v1::CreateAgentRequest& request);
  Result<void> keep_an_administrator(AgentId without);
  std::optional<CacheEntry> cached(const std::string& hash);
  std::uint64_t cache_generation();
  void cache(const std::string& hash, const CacheEntry& entry, std::uint64_t generation);
  void touch(const std::string& hash, const CacheEntry& entry);
  // How many were ended.
  Result<std::size_t> end_sessions(AgentId agent, AgentSessionId only, AgentSessionId keep, bool everything = false);
  void ended(const AccessEnded& access);

  Directory& directory_;
  const Clock& clock_;
  const Options options_;
  const PasswordHasher hasher_;
  IdGenerator ids_;
  LoginThrottle throttle_;
  Guarded<Cache> cache_;
  Guarded<std::string> setup_code_;  // empty: none made yet
  Guarded<std::map<std::uint64_t, std::shared_ptr<const EndedCallback>>> listeners_;
  std::atomic<std::uint64_t> next_listener_{1};
};

}  // namespace wk
