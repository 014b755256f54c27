#include "core/auth/password.hpp"

#include <gtest/gtest.h>

namespace wk {
namespace {

constexpr PasswordCost kWeak{.memory_kib = 64, .passes = 1, .lanes = 1};

TEST(PasswordHasher, KnowsTheRightPasswordFromWrongOnes) {
  const auto hasher = PasswordHasher::make(kWeak);
  ASSERT_TRUE(hasher);
  const auto hash = hasher->hash("correct horse 电池");
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=64,t=1,p=1$")) << *hash;
  EXPECT_NE(*hash, hasher->hash("correct horse 电池").value()) << "salted";
  EXPECT_TRUE(hasher->verify("correct horse 电池", *hash));
  EXPECT_FALSE(hasher->verify("correct horse 电", *hash));
  EXPECT_FALSE(hasher->verify("", *hash));
  EXPECT_FALSE(hasher->verify_dummy("correct horse 电池"));
}

TEST(PasswordHasher, DoesNotTakeADamagedHash) {
  const auto hasher = PasswordHasher::make(kWeak);
  ASSERT_TRUE(hasher);
  const std::string hash = hasher->hash("correct horse").value();
  EXPECT_FALSE(hasher->verify("correct horse", ""));
  EXPECT_FALSE(hasher->verify("correct horse", "plain"));
  EXPECT_FALSE(hasher->verify("correct horse", hash.substr(0, hash.size() - 1)));
  EXPECT_FALSE(hasher->verify("correct horse", "$argon2id$v=19$m=64,t=1,p=1$$"));
}

TEST(PasswordHasher, TellsHashesThatCostTooLittleToday) {
  const auto weak = PasswordHasher::make(kWeak);
  const auto today = PasswordHasher::make({.memory_kib = 128, .passes = 1, .lanes = 1});
  ASSERT_TRUE(weak && today);
  EXPECT_TRUE(today->needs_rehash(weak->hash("x").value()));
  EXPECT_FALSE(today->needs_rehash(today->hash("x").value()));
  EXPECT_FALSE(weak->needs_rehash(today->hash("x").value()));
  EXPECT_TRUE(weak->needs_rehash("$argon2i$v=19$m=65536,t=9,p=1$x$y"));
}

TEST(PasswordHasher, CostsByDefaultWhatIsRecommended) {
  constexpr PasswordCost kDefault{};
  EXPECT_GE(kDefault.memory_kib, 19U * 1024);
  EXPECT_GE(kDefault.passes, 2U);
}

TEST(NewPassword, IsRefusedWhereItIsEasilyGuessed) {
  const auto reason = [](std::string_view password) {
    const auto answer = check_new_password(password, "annabel@example.com");
    return answer ? std::string_view("") : answer.error().client_code();
  };
  EXPECT_EQ(reason("correct horse"), "");
  EXPECT_EQ(reason("123456789"), "password_too_short");
  EXPECT_EQ(reason("密码密码密码密码密"), "password_too_short") << "characters count, not bytes";
  EXPECT_EQ(reason("我的密码是非常安全的东西"), "");
  EXPECT_EQ(reason("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), "password_too_short");
  EXPECT_EQ(reason(std::string(513, 'x') + "y"), "password_too_long");
  EXPECT_EQ(reason("PassWord123"), "password_too_common");
  EXPECT_EQ(reason("1234567890"), "password_too_common");
  EXPECT_EQ(reason("aaaaaaaaaaaa"), "password_too_common");
  EXPECT_EQ(reason("abcabcabcabc"), "password_too_common");
  EXPECT_EQ(reason("annabel@example.com"), "password_too_common");
  EXPECT_EQ(reason("Annabel2024"), "password_too_common");
}

}  // namespace
}  // namespace wk
