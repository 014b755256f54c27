#include "core/auth/authenticator.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "core/auth/totp.hpp"
#include "storage/embedded/directory/sqlite_directory.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk {
namespace {

using namespace auth_limits;

constexpr PasswordCost kWeak{.memory_kib = 64, .passes = 1, .lanes = 1};
const std::string kPassword = "correct horse";

class AuthenticatorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = SqliteDirectory::open(temporary_.path() / "directory.db", clock_);
    ASSERT_TRUE(opened);
    directory_ = std::move(*opened);
    auto made = Authenticator::open(*directory_, clock_, {.password_cost = kWeak});
    ASSERT_TRUE(made);
    auth_ = std::move(*made);
    const auto admin = auth_->create_administrator({.email = "Ann@X.org ", .name = "Ann", .password = kPassword});
    ASSERT_TRUE(admin) << admin.error().context;
    ann_ = AgentId(admin->id());
    bob_ = AgentId(create("bob@x.org", v1::ROLE_AGENT));
    subscription_ = auth_->subscribe_ended([this](const AccessEnded& ended) { ended_.push_back(ended); });
  }
  std::uint64_t create(const std::string& email, v1::Role role) {
    v1::CreateAgentRequest request;
    request.set_email(email);
    request.set_name("Somebody");
    request.set_role(role);
    request.set_password(kPassword);
    const auto agent = auth_->create_agent(request);
    EXPECT_TRUE(agent);
    return agent ? agent->id() : 0;
  }
  Result<LoginOutcome> login(const std::string& email, const std::string& password = kPassword,
                             const std::string& code = {}) {
    return auth_->login({.email = email, .password = password, .code = code, .ip = "10.0.0.1", .user_agent = "Browser"});
  }
  SignedIn signed_in(const std::string& email, const std::string& code = {}) {
    auto outcome = login(email, kPassword, code);
    EXPECT_TRUE(outcome) << outcome.error().context;
    if (!outcome || !std::holds_alternative<SignedIn>(*outcome)) {
      ADD_FAILURE() << "not signed in";
      return {};
    }
    return std::get<SignedIn>(*outcome);
  }
  // Turns codes on for Ann; answers the secret.
  std::string enable_totp(const AgentPrincipal& principal, std::vector<std::string>* recovery = nullptr) {
    const auto setup = auth_->begin_totp(principal);
    EXPECT_TRUE(setup);
    const std::string secret = base32_decode(setup->secret()).value();
    const auto confirmed =
        auth_->confirm_totp(principal, {.code = totp_code(secret, clock_.now_ms() / 30'000), .password = kPassword});
    EXPECT_TRUE(confirmed) << confirmed.error().context;
    if (recovery && confirmed) recovery->assign(confirmed->recovery_codes().begin(), confirmed->recovery_codes().end());
    clock_.advance(Milliseconds(30'000));  // that code is used up
    return secret;
  }
  std::string code_now(const std::string& secret) { return totp_code(secret, clock_.now_ms() / 30'000); }

  testing::TemporaryDirectory temporary_;
  ManualClock clock_;
  std::unique_ptr<SqliteDirectory> directory_;
  std::unique_ptr<Authenticator> auth_;
  std::vector<AccessEnded> ended_;
  Authenticator::Subscription subscription_;
  AgentId ann_;
  AgentId bob_;
};

TEST_F(AuthenticatorTest, SignsInAndKnowsTheCookieAgain) {
  const SignedIn in = signed_in(" ANN@x.ORG");
  EXPECT_EQ(in.agent.email(), "ann@x.org");
  const auto principal = auth_->authenticate_cookie(in.cookie_secret);
  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->agent, ann_);
  EXPECT_EQ(principal->role, v1::ROLE_ADMINISTRATOR);
  EXPECT_EQ(principal->session, in.principal.session);
  EXPECT_TRUE(auth_->revalidate(*principal));
  EXPECT_FALSE(auth_->authenticate_cookie(""));
  EXPECT_FALSE(auth_->authenticate_cookie(std::string(43, 'A')));
  EXPECT_FALSE(auth_->authenticate_api_token(in.cookie_secret));
  EXPECT_FALSE(auth_->authenticate_api_token("wk_" + in.cookie_secret));
}

TEST_F(AuthenticatorTest, AnswersEveryFailedLoginTheSame) {
  v1::UpdateAgentRequest disable;
  disable.set_disabled(true);
  ASSERT_TRUE(auth_->update_agent(bob_, disable));
  const SignedIn ann = signed_in("ann@x.org");
  enable_totp(ann.principal);
  const std::vector<Result<LoginOutcome>> answers{
      login("nobody@x.org"), login("ann@x.org", "wrong horse"), login("bob@x.org"), login("ann@x.org", kPassword, "000000"),
      login(""), login("ann@x.org", std::string(kPasswordBytesMax + 1, 'x')), login(std::string(300, 'a') + "@x.org")};
  for (const auto& answer : answers) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kUnauthenticated);
    EXPECT_EQ(answer.error().client_code(), "login_failed");
    EXPECT_EQ(answer.error().context, answers.front().error().context);
    EXPECT_EQ(answer.error().retry_after_ms, 0U);
  }
}

TEST_F(AuthenticatorTest, ThrottlesKnownAndUnknownAccountsAlike) {
  for (const char* email : {"ann@x.org", "nobody@x.org"}) {
    for (unsigned i = 0; i < kAccountFreeFailures; ++i) {
      EXPECT_EQ(login(email, "wrong").error().client_code(), "login_failed");
    }
    const auto refused = login(email, kPassword);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().client_code(), "too_many_attempts");
    EXPECT_EQ(refused.error().retry_after_ms, 1'000U);
  }
  clock_.advance(kThrottleFirstWait);
  signed_in("ann@x.org");
}

TEST_F(AuthenticatorTest, WantsTheCodeAndTakesItOnce) {
  const SignedIn in = signed_in("ann@x.org");
  const std::string secret = enable_totp(in.principal);
  EXPECT_EQ(auth_->begin_totp(in.principal).error().client_code(), "totp_enabled");

  const auto wanted = login("ann@x.org");
  ASSERT_TRUE(wanted);
  EXPECT_TRUE(std::holds_alternative<CodeRequired>(*wanted));
  EXPECT_FALSE(login("ann@x.org", "wrong horse", code_now(secret)));
  const std::string code = code_now(secret);
  signed_in("ann@x.org", code);
  EXPECT_EQ(login("ann@x.org", kPassword, code).error().client_code(), "login_failed") << "replayed";
  clock_.advance(Milliseconds(30'000));
  signed_in("ann@x.org", code_now(secret));
}

TEST_F(AuthenticatorTest, TakesOneOfTwoLoginsWithTheSameCode) {
  const SignedIn in = signed_in("ann@x.org");
  const std::string code = code_now(enable_totp(in.principal));
  std::atomic<int> passed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { passed += login("ann@x.org", kPassword, code).has_value() ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(passed, 1);
}

TEST_F(AuthenticatorTest, TakesEachRecoveryCodeOnce) {
  std::vector<std::string> recovery;
  enable_totp(signed_in("ann@x.org").principal, &recovery);
  ASSERT_EQ(recovery.size(), kRecoveryCodes);
  for (const std::string& code : recovery) {
    signed_in("ann@x.org", code);
    EXPECT_EQ(login("ann@x.org", kPassword, code).error().client_code(), "login_failed");
  }
}

TEST_F(AuthenticatorTest, TurnsCodesOffWithThePasswordOnly) {
  const SignedIn in = signed_in("ann@x.org");
  enable_totp(in.principal);
  EXPECT_EQ(auth_->disable_totp(in.principal, "wrong").error().client_code(), "password_wrong");
  EXPECT_TRUE(directory_->agent(ann_)->agent.totp_enabled());
  ASSERT_TRUE(auth_->disable_totp(in.principal, kPassword));
  signed_in("ann@x.org");
}

TEST_F(AuthenticatorTest, NeedsARightFirstCode) {
  const SignedIn in = signed_in("ann@x.org");
  EXPECT_EQ(auth_->confirm_totp(in.principal, {.code = "000000", .password = kPassword}).error().client_code(),
            "totp_not_begun");
  ASSERT_TRUE(auth_->begin_totp(in.principal));
  EXPECT_EQ(auth_->confirm_totp(in.principal, {.code = "x", .password = kPassword}).error().client_code(), "code_wrong");
  signed_in("ann@x.org");  // still without a code
}

TEST_F(AuthenticatorTest, EndsASessionAtOnceAndTellsWhoListens) {
  const SignedIn one = signed_in("ann@x.org");
  const SignedIn two = signed_in("ann@x.org");
  ASSERT_TRUE(auth_->authenticate_cookie(one.cookie_secret));
  ASSERT_TRUE(auth_->logout(one.principal));
  EXPECT_FALSE(auth_->authenticate_cookie(one.cookie_secret)) << "not even from the cache";
  EXPECT_FALSE(auth_->revalidate(one.principal));
  EXPECT_TRUE(auth_->authenticate_cookie(two.cookie_secret));
  ASSERT_EQ(ended_.size(), 1U);
  EXPECT_EQ(ended_[0].agent, ann_);
  EXPECT_EQ(ended_[0].sessions, std::vector<AgentSessionId>{one.principal.session});
  EXPECT_EQ(auth_->end_session(bob_, two.principal.session).error().code, ErrorCode::kNotFound) << "not Bob's";
  EXPECT_EQ(auth_->end_session(ann_, AgentSessionId{}).error().code, ErrorCode::kNotFound) << "none is not all";
  EXPECT_TRUE(auth_->authenticate_cookie(two.cookie_secret));
  subscription_.reset();
  ASSERT_TRUE(auth_->logout(two.principal));
  EXPECT_EQ(ended_.size(), 1U);
}

TEST_F(AuthenticatorTest, ListsSessionsAndEndsTheOthers) {
  const SignedIn one = signed_in("ann@x.org");
  signed_in("ann@x.org");
  signed_in("bob@x.org");
  const auto list = auth_->sessions(ann_, one.principal.session);
  ASSERT_TRUE(list);
  ASSERT_EQ(list->sessions_size(), 2);
  int current = 0;
  for (const auto& session : list->sessions()) {
    current += session.current() ? 1 : 0;
    EXPECT_EQ(session.ip(), "10.0.0.1");
    EXPECT_EQ(session.user_agent(), "Browser");
  }
  EXPECT_EQ(current, 1);
  ASSERT_TRUE(auth_->end_other_sessions(ann_, one.principal.session));
  EXPECT_EQ(auth_->sessions(ann_, {})->sessions_size(), 1);
  EXPECT_EQ(auth_->sessions(bob_, {})->sessions_size(), 1);
}

TEST_F(AuthenticatorTest, KeepsASessionWhileItIsUsed) {
  const SignedIn in = signed_in("ann@x.org");
  for (int i = 0; i < 3; ++i) {
    clock_.advance(Milliseconds(kSessionMs - 1));
    ASSERT_TRUE(auth_->authenticate_cookie(in.cookie_secret)) << i;
  }
  clock_.advance(Milliseconds(kSessionMs));
  EXPECT_FALSE(auth_->authenticate_cookie(in.cookie_secret));
}

TEST_F(AuthenticatorTest, WritesAtMostOnceAMinuteThatASessionIsUsed) {
  const SignedIn in = signed_in("ann@x.org");
  const auto last_seen = [&] { return directory_->sessions(ann_)->front().last_seen_ms; };
  const std::int64_t start = clock_.now_ms();
  clock_.advance(Milliseconds(kSessionTouchMs - 1));
  ASSERT_TRUE(auth_->authenticate_cookie(in.cookie_secret));
  EXPECT_EQ(last_seen(), start);
  clock_.advance(Milliseconds(1));
  ASSERT_TRUE(auth_->authenticate_cookie(in.cookie_secret));
  EXPECT_EQ(last_seen(), start + kSessionTouchMs);
}

TEST_F(AuthenticatorTest, SeesWithinFiveSecondsWhatAnotherProcessEnded) {
  const SignedIn in = signed_in("ann@x.org");
  ASSERT_TRUE(auth_->authenticate_cookie(in.cookie_secret));
  ASSERT_TRUE(directory_->end_sessions(ann_, {}, {}));  // behind its back
  EXPECT_TRUE(auth_->authenticate_cookie(in.cookie_secret));
  EXPECT_FALSE(auth_->revalidate(in.principal));
  clock_.advance(kCacheFor);
  EXPECT_FALSE(auth_->authenticate_cookie(in.cookie_secret));
}

TEST_F(AuthenticatorTest, EndsTheOldestSessionBeyondTheLimit) {
  const SignedIn first = signed_in("ann@x.org");
  for (std::size_t i = 0; i < kSessionsPerAgentMax; ++i) {
    clock_.advance(Milliseconds(10));
    signed_in("ann@x.org");
  }
  EXPECT_EQ(directory_->sessions(ann_)->size(), kSessionsPerAgentMax);
  EXPECT_FALSE(auth_->authenticate_cookie(first.cookie_secret));
}

TEST_F(AuthenticatorTest, ChangesThePasswordAndEndsTheOtherSessions) {
  const SignedIn here = signed_in("ann@x.org");
  const SignedIn elsewhere = signed_in("ann@x.org");
  EXPECT_EQ(auth_->change_password(here.principal, {.old_password = "x", .new_password = "a new password"})
                .error().client_code(), "password_wrong");
  EXPECT_EQ(auth_->change_password(here.principal, {.old_password = kPassword, .new_password = "short"})
                .error().client_code(), "password_too_short");
  ASSERT_TRUE(auth_->change_password(here.principal, {.old_password = kPassword, .new_password = "a new password"}));
  EXPECT_TRUE(auth_->authenticate_cookie(here.cookie_secret));
  EXPECT_FALSE(auth_->authenticate_cookie(elsewhere.cookie_secret));
  EXPECT_FALSE(login("ann@x.org"));
  EXPECT_TRUE(login("ann@x.org", "a new password"));
}

TEST_F(AuthenticatorTest, ThrottlesGuessingAtAnOpenConsole) {
  const SignedIn in = signed_in("ann@x.org");
  for (unsigned i = 0; i < kAccountFreeFailures; ++i) EXPECT_FALSE(auth_->disable_totp(in.principal, "guess"));
  EXPECT_EQ(auth_->disable_totp(in.principal, kPassword).error().client_code(), "too_many_attempts");
}

TEST_F(AuthenticatorTest, GivesApiTokensOfAtMostTheOwnersRole) {
  v1::CreateApiTokenRequest request;
  request.set_name("ci");
  const auto token = auth_->create_api_token(ann_, request);
  ASSERT_TRUE(token);
  EXPECT_TRUE(token->secret().starts_with("wk_"));
  EXPECT_TRUE(token->secret().starts_with(token->prefix()));
  const auto principal = auth_->authenticate_api_token(token->secret());
  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->role, v1::ROLE_ADMINISTRATOR);
  EXPECT_EQ(principal->api_token, ApiTokenId(token->id()));
  EXPECT_FALSE(principal->session);
  EXPECT_FALSE(auth_->authenticate_cookie(token->secret()));
  EXPECT_EQ(directory_->api_token(ApiTokenId(token->id()))->token.secret(), "");

  request.set_role(v1::ROLE_ADMINISTRATOR);
  EXPECT_EQ(auth_->create_api_token(bob_, request).error().client_code(), "role_invalid");
  request.clear_name();
  EXPECT_FALSE(auth_->create_api_token(ann_, request));

  ASSERT_TRUE(auth_->delete_api_token(ApiTokenId(token->id())));
  EXPECT_FALSE(auth_->authenticate_api_token(token->secret()));
  ASSERT_EQ(ended_.size(), 1U);
  EXPECT_EQ(ended_[0].api_tokens, std::vector<ApiTokenId>{ApiTokenId(token->id())});
}

TEST_F(AuthenticatorTest, TakesNoApiTokenAfterItsTime) {
  v1::CreateApiTokenRequest request;
  request.set_name("ci");
  request.set_expires_ms(clock_.now_ms());
  EXPECT_EQ(auth_->create_api_token(ann_, request).error().client_code(), "expires_invalid");
  request.set_expires_ms(clock_.now_ms() + 2'000);
  const auto token = auth_->create_api_token(ann_, request);
  ASSERT_TRUE(token);
  EXPECT_TRUE(auth_->authenticate_api_token(token->secret()));
  clock_.advance(Milliseconds(2'000));
  EXPECT_FALSE(auth_->authenticate_api_token(token->secret())) << "also from the cache";
}

TEST_F(AuthenticatorTest, TakesAwayFromTokensWhatTheOwnerLost) {
  const AgentId eve(create("eve@x.org", v1::ROLE_SUPERVISOR));
  v1::CreateApiTokenRequest request;
  request.set_name("ci");
  const auto token = auth_->create_api_token(eve, request);
  ASSERT_TRUE(token && auth_->authenticate_api_token(token->secret()));
  v1::UpdateAgentRequest update;
  update.set_role(v1::ROLE_AGENT);
  ASSERT_TRUE(auth_->update_agent(eve, update));
  EXPECT_EQ(auth_->authenticate_api_token(token->secret())->role, v1::ROLE_AGENT);
  ASSERT_EQ(ended_.size(), 1U);
  EXPECT_TRUE(ended_[0].everything);
  update.set_disabled(true);
  ASSERT_TRUE(auth_->update_agent(eve, update));
  EXPECT_FALSE(auth_->authenticate_api_token(token->secret()));
  ASSERT_EQ(ended_.size(), 2U);
  EXPECT_TRUE(ended_[1].everything);
}

TEST_F(AuthenticatorTest, DisablingAnAgentShutsThemOut) {
  const SignedIn in = signed_in("bob@x.org");
  ASSERT_TRUE(auth_->authenticate_cookie(in.cookie_secret));
  v1::UpdateAgentRequest disable;
  disable.set_disabled(true);
  ASSERT_TRUE(auth_->update_agent(bob_, disable));
  EXPECT_FALSE(auth_->authenticate_cookie(in.cookie_secret));
  ended_.clear();
  EXPECT_FALSE(login("bob@x.org"));
  EXPECT_TRUE(ended_.empty()) << "no session was begun that had to be ended";
}

TEST_F(AuthenticatorTest, KeepsTheLastAdministrator) {
  v1::UpdateAgentRequest update;
  update.set_role(v1::ROLE_AGENT);
  EXPECT_EQ(auth_->update_agent(ann_, update).error().client_code(), "last_administrator");
  update.clear_role();
  update.set_disabled(true);
  EXPECT_EQ(auth_->update_agent(ann_, update).error().client_code(), "last_administrator");
  create("second@x.org", v1::ROLE_ADMINISTRATOR);
  EXPECT_TRUE(auth_->update_agent(ann_, update));
}

TEST_F(AuthenticatorTest, RefusesAgentsThatCannotBe) {
  v1::CreateAgentRequest good;
  good.set_email("new@x.org");
  good.set_name("New");
  good.set_role(v1::ROLE_AGENT);
  good.set_password(kPassword);
  const auto reason = [&](auto change) {
    v1::CreateAgentRequest request = good;
    change(request);
    const auto answer = auth_->create_agent(request);
    return answer ? std::string() : std::string(answer.error().client_code());
  };
  EXPECT_EQ(reason([](auto& r) { r.set_email("no address"); }), "email_invalid");
  EXPECT_EQ(reason([](auto& r) { r.set_email("ANN@x.org"); }), "email_taken");
  EXPECT_EQ(reason([](auto& r) { r.set_name(""); }), "name_invalid");
  EXPECT_EQ(reason([](auto& r) { r.set_role(v1::ROLE_UNSPECIFIED); }), "role_invalid");
  EXPECT_EQ(reason([](auto& r) { r.set_role(static_cast<v1::Role>(9)); }), "role_invalid");
  EXPECT_EQ(reason([](auto& r) { r.set_capacity(5'000); }), "capacity_invalid");
  EXPECT_EQ(reason([](auto& r) { r.set_password("qwertyuiop"); }), "password_too_common");
  EXPECT_EQ(reason([](auto&) {}), "");
}

TEST_F(AuthenticatorTest, ResetsAPasswordFromTheCommandLine) {
  const SignedIn in = signed_in("ann@x.org");
  enable_totp(in.principal);
  ASSERT_TRUE(auth_->reset_password("Ann@x.org", "another password"));
  EXPECT_FALSE(auth_->authenticate_cookie(in.cookie_secret));
  const auto outcome = login("ann@x.org", "another password");
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(std::holds_alternative<SignedIn>(*outcome)) << "without a code";
  EXPECT_EQ(auth_->reset_password("nobody@x.org", "another password").error().code, ErrorCode::kNotFound);
}

TEST_F(AuthenticatorTest, StrengthensAHashAtLogin) {
  auto stronger = Authenticator::open(*directory_, clock_, {.password_cost = {.memory_kib = 128, .passes = 1, .lanes = 1}});
  ASSERT_TRUE(stronger);
  ASSERT_TRUE((*stronger)->login({.email = "ann@x.org", .password = kPassword, .code = {}, .ip = "1", .user_agent = {}}));
  EXPECT_TRUE(directory_->agent(ann_)->password_hash.starts_with("$argon2id$v=19$m=128,"));
  signed_in("ann@x.org");
}

TEST(Setup, MakesTheFirstAdministratorOnceAndWithItsCode) {
  const testing::TemporaryDirectory temporary;
  const ManualClock clock;
  const auto directory = SqliteDirectory::open(temporary.path() / "directory.db", clock);
  ASSERT_TRUE(directory);
  const auto auth = Authenticator::open(**directory, clock, {.password_cost = kWeak});
  ASSERT_TRUE(auth);
  EXPECT_TRUE((*auth)->setup_needed().value());
  v1::SetupRequest request;
  request.set_email("first@x.org");
  request.set_name("First");
  request.set_password("short");
  EXPECT_EQ((*auth)->set_up(request, "1", "").error().client_code(), "setup_code_wrong") << "no code was made yet";
  const auto code = (*auth)->setup_code();
  ASSERT_TRUE(code && code->has_value());
  EXPECT_EQ((*code)->size(), 19U);
  EXPECT_EQ((*auth)->setup_code().value(), *code) << "the same until it is used";

  request.set_setup_code("AAAA-AAAA-AAAA-AAAA");
  EXPECT_EQ((*auth)->set_up(request, "1", "").error().client_code(), "setup_code_wrong");
  request.set_setup_code(**code);
  EXPECT_EQ((*auth)->set_up(request, "1", "").error().client_code(), "password_too_short");
  request.set_password(kPassword);
  const auto in = (*auth)->set_up(request, "1", "");
  ASSERT_TRUE(in) << in.error().context;
  EXPECT_EQ(in->agent.role(), v1::ROLE_ADMINISTRATOR);
  EXPECT_TRUE((*auth)->authenticate_cookie(in->cookie_secret));
  EXPECT_EQ((*auth)->set_up(request, "1", "").error().client_code(), "already_set_up");
  EXPECT_FALSE((*auth)->setup_code().value().has_value());
}

}  // namespace
}  // namespace wk
