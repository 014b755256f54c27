#include "core/auth/login_throttle.hpp"

#include <gtest/gtest.h>

#include "core/auth/cookie.hpp"

namespace wk {
namespace {

using namespace auth_limits;

TEST(LoginThrottle, DoublesTheWaitOfAnAccountUpToItsLongest) {
  ManualClock clock;
  LoginThrottle throttle(clock);
  int addresses = 0;
  const auto attempt = [&] { return throttle.admit("ann", "10.0.0." + std::to_string(++addresses)); };
  for (unsigned i = 0; i < kAccountFreeFailures; ++i) ASSERT_TRUE(attempt());
  Milliseconds wait = kThrottleFirstWait;
  for (int i = 0; i < 10; ++i) {
    const auto refused = attempt();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kBusy);
    EXPECT_EQ(refused.error().client_code(), "too_many_attempts");
    EXPECT_EQ(refused.error().retry_after_ms, static_cast<unsigned>(wait.count()));
    clock.advance(wait - Milliseconds(1));
    EXPECT_FALSE(attempt()) << "refused attempts neither pass nor lengthen the wait";
    clock.advance(Milliseconds(1));
    ASSERT_TRUE(attempt());
    wait = std::min(wait * 2, kAccountWaitMax);
  }
  EXPECT_EQ(wait, kAccountWaitMax);
}

TEST(LoginThrottle, SlowsAnAddressThatTriesManyAccounts) {
  ManualClock clock;
  LoginThrottle throttle(clock);
  for (unsigned i = 0; i < kAddressFreeFailures; ++i) {
    ASSERT_TRUE(throttle.admit("account " + std::to_string(i), "10.0.0.1"));
  }
  EXPECT_FALSE(throttle.admit("another", "10.0.0.1"));
  EXPECT_TRUE(throttle.admit("another", "10.0.0.2"));
}

TEST(LoginThrottle, TakesANetworkOfIpv6ForOneAddress) {
  ManualClock clock;
  LoginThrottle throttle(clock);
  for (unsigned i = 0; i < kAddressFreeFailures; ++i) {
    ASSERT_TRUE(throttle.admit(std::to_string(i), "2001:db8:1:2:" + std::to_string(i) + "::1"));
  }
  EXPECT_FALSE(throttle.admit("x", "2001:db8:1:2:ffff:1:2:3"));
  EXPECT_TRUE(throttle.admit("x", "2001:db8:1:3::1"));
  EXPECT_TRUE(throttle.admit("x", "::ffff:10.0.0.1"));
}

TEST(LoginThrottle, ForgetsOnSuccessAndAfterAnHour) {
  ManualClock clock;
  LoginThrottle throttle(clock);
  for (unsigned i = 0; i < kAccountFreeFailures; ++i) ASSERT_TRUE(throttle.admit("ann", "a"));
  ASSERT_FALSE(throttle.admit("ann", "a"));
  clock.advance(kThrottleFirstWait);
  ASSERT_TRUE(throttle.admit("ann", "a"));
  throttle.succeeded("ann", "a");
  for (unsigned i = 0; i < kAccountFreeFailures; ++i) ASSERT_TRUE(throttle.admit("ann", "a"));
  ASSERT_FALSE(throttle.admit("ann", "a"));
  clock.advance(kThrottleForget);
  for (unsigned i = 0; i < kAccountFreeFailures; ++i) ASSERT_TRUE(throttle.admit("ann", "a"));
}

TEST(LoginThrottle, DoesNotForgiveAnAddressForOneSuccess) {
  ManualClock clock;
  LoginThrottle throttle(clock);
  for (unsigned i = 0; i + 1 < kAddressFreeFailures; ++i) ASSERT_TRUE(throttle.admit(std::to_string(i), "a"));
  ASSERT_TRUE(throttle.admit("mine", "a"));
  throttle.succeeded("mine", "a");
  ASSERT_TRUE(throttle.admit("x", "a"));
  EXPECT_FALSE(throttle.admit("y", "a")) << "an own account does not clear the failures on others";
}

TEST(LoginThrottle, TakesBackWhatDecidedNothing) {
  ManualClock clock;
  LoginThrottle throttle(clock);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(throttle.admit("ann", "a"));
    throttle.take_back("ann", "a");
  }
  throttle.take_back("never seen", "b");
}

TEST(LoginThrottle, KeepsABoundedNumberOfEntries) {
  ManualClock clock;
  LoginThrottle throttle(clock, 3);
  for (unsigned i = 0; i < kAccountFreeFailures; ++i) ASSERT_TRUE(throttle.admit("ann", std::to_string(i)));
  ASSERT_FALSE(throttle.admit("ann", "x"));
  for (const char* name : {"b", "c"}) ASSERT_TRUE(throttle.admit(name, name));
  EXPECT_FALSE(throttle.admit("ann", "x"));
  ASSERT_TRUE(throttle.admit("d", "d"));
  EXPECT_TRUE(throttle.admit("ann", "x")) << "the one that failed longest ago was forgotten";
}

TEST(Cookie, CarriesEveryProtectionTheTransportAllows) {
  EXPECT_EQ(set_session_cookie("s", Transport::kTls),
            "__Host-weikeyi=s; Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600; Secure");
  EXPECT_EQ(set_session_cookie("s", Transport::kPlain), "weikeyi=s; Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600");
  EXPECT_EQ(clear_session_cookie(Transport::kTls),
            "__Host-weikeyi=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure");
}

TEST(Cookie, IsFoundAmongOthersAndOnlyOnce) {
  EXPECT_EQ(find_session_cookie("a=b; __Host-weikeyi=secret ;c=d", Transport::kTls), "secret");
  EXPECT_EQ(find_session_cookie("weikeyi=x", Transport::kTls), std::nullopt);
  EXPECT_EQ(find_session_cookie("weikeyi=x", Transport::kPlain), "x");
  EXPECT_EQ(find_session_cookie("xweikeyi=x; weikeyix=y", Transport::kPlain), std::nullopt);
  EXPECT_EQ(find_session_cookie("weikeyi=x; weikeyi=y", Transport::kPlain), std::nullopt);
  EXPECT_EQ(find_session_cookie("", Transport::kPlain), std::nullopt);
  EXPECT_EQ(find_session_cookie(";;weikeyi;=;", Transport::kPlain), std::nullopt);
}

}  // namespace
}  // namespace wk
