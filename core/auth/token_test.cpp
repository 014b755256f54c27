// What this installation signs: visitor tokens and attachment links.
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "core/auth/attachment_link.hpp"
#include "core/auth/limits.hpp"
#include "core/auth/visitor_token.hpp"
#include "storage/embedded/directory/sqlite_directory.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk {
namespace {

class SignedTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = SqliteDirectory::open(temporary_.path() / "directory.db", clock_);
    ASSERT_TRUE(opened);
    directory_ = std::move(*opened);
  }
  KeyRing keys() {
    auto ring = KeyRing::load_or_create(*directory_);
    EXPECT_TRUE(ring);
    return ring ? *ring : KeyRing();
  }
  const VisitorPrincipal visitor_{.site = SiteId(0x8000'0000'0000'0001), .contact = ContactId(2),
                                  .conversation = ConversationId(3), .name = "Ann", .verified = true};
  testing::TemporaryDirectory temporary_;
  ManualClock clock_;
  std::unique_ptr<SqliteDirectory> directory_;
};

TEST_F(SignedTest, AVisitorTokenSaysWhoItsVisitorIs) {
  const VisitorTokens tokens(keys(), clock_);
  const auto issued = tokens.issue(visitor_);
  EXPECT_EQ(issued.token.size(), 91U);
  const auto verified = VisitorTokens(keys(), clock_).verify(issued.token);  // after a restart
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->site, visitor_.site);
  EXPECT_EQ(verified->contact, visitor_.contact);
  EXPECT_EQ(verified->conversation, visitor_.conversation);
  EXPECT_TRUE(verified->verified);
  EXPECT_EQ(verified->name, "");
  EXPECT_EQ(verified->expires_ms, issued.expires_ms);
  VisitorPrincipal stranger = visitor_;
  stranger.verified = false;
  EXPECT_FALSE(tokens.verify(tokens.issue(stranger).token)->verified);
}

TEST_F(SignedTest, AVisitorTokenChangedInAnyBitIsRefused) {
  const VisitorTokens tokens(keys(), clock_);
  const std::string bytes = base64url_decode(tokens.issue(visitor_).token).value();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    const auto answer = tokens.verify(base64url_encode(changed));
    ASSERT_FALSE(answer) << "bit " << bit;
    EXPECT_EQ(answer.error().client_code(), "token_invalid");
  }
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(tokens.verify(base64url_encode(bytes.substr(0, length))));
  }
  EXPECT_FALSE(tokens.verify(base64url_encode(bytes + "x")));
  EXPECT_FALSE(tokens.verify(base64url_encode(bytes) + "=")) << "another spelling";
  EXPECT_FALSE(tokens.verify("é"));
}

TEST_F(SignedTest, AVisitorTokenEndsAfterThirtyDays) {
  const VisitorTokens tokens(keys(), clock_);
  const std::string token = tokens.issue(visitor_).token;
  EXPECT_FALSE(tokens.renewal_due(*tokens.verify(token)));
  clock_.advance(Milliseconds(auth_limits::kVisitorTokenMs - 1'000));
  ASSERT_TRUE(tokens.verify(token));
  EXPECT_TRUE(tokens.renewal_due(*tokens.verify(token)));
  clock_.advance(Milliseconds(1'000));
  EXPECT_EQ(tokens.verify(token).error().client_code(), "token_expired");
}

TEST_F(SignedTest, AVisitorTokenIsOfItsSiteAndInstallation) {
  const VisitorTokens tokens(keys(), clock_);
  const std::string token = tokens.issue(visitor_).token;
  EXPECT_TRUE(tokens.verify(token, visitor_.site));
  EXPECT_EQ(tokens.verify(token, SiteId(1)).error().client_code(), "token_invalid");
  auto elsewhere = SqliteDirectory::open(temporary_.path() / "other.db", clock_);
  ASSERT_TRUE(elsewhere);
  EXPECT_FALSE(VisitorTokens(KeyRing::load_or_create(**elsewhere).value(), clock_).verify(token));
}

TEST_F(SignedTest, KeysChangeWithoutEndingWhatTheLastOnesSigned) {
  const std::string first = VisitorTokens(keys(), clock_).issue(visitor_).token;
  ASSERT_TRUE(KeyRing::rotate(*directory_));
  EXPECT_EQ(keys().newest(), 2);
  EXPECT_TRUE(VisitorTokens(keys(), clock_).verify(first));
  ASSERT_TRUE(KeyRing::rotate(*directory_));
  EXPECT_TRUE(VisitorTokens(keys(), clock_).verify(first));
  ASSERT_TRUE(KeyRing::rotate(*directory_));
  EXPECT_FALSE(VisitorTokens(keys(), clock_).verify(first)) << "three keys are kept";
  for (int i = 0; i < 260; ++i) ASSERT_TRUE(KeyRing::rotate(*directory_));  // past 255
  const VisitorTokens now(keys(), clock_);
  EXPECT_TRUE(now.verify(now.issue(visitor_).token));
}

TEST_F(SignedTest, KeysThatDoNotParseAreNotReplaced) {
  ASSERT_TRUE(directory_->put_setting(KeyRing::kSetting, "1\n1:00\n"));
  EXPECT_EQ(KeyRing::load_or_create(*directory_).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(KeyRing::parse("").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(KeyRing::parse("2\n1:" + std::string(64, '0') + "\n").error().code, ErrorCode::kCorrupt);
}

TEST_F(SignedTest, AnAttachmentLinkIsForOneAttachmentAndTenMinutes) {
  const AttachmentLinks links(keys(), clock_);
  const auto link = links.make(AttachmentId(7));
  EXPECT_TRUE(links.verify(AttachmentId(7), link.token));
  EXPECT_EQ(links.verify(AttachmentId(8), link.token).error().client_code(), "link_invalid");
  EXPECT_FALSE(links.verify(AttachmentId(7), ""));
  EXPECT_FALSE(links.verify(AttachmentId(7), link.token + "A"));
  std::string bytes = base64url_decode(link.token).value();
  bytes[5] = static_cast<char>(bytes[5] + 1);  // a little longer
  EXPECT_EQ(links.verify(AttachmentId(7), base64url_encode(bytes)).error().client_code(), "link_invalid");
  EXPECT_FALSE(VisitorTokens(keys(), clock_).verify(link.token)) << "no token for anything else";

  EXPECT_LE(link.expires_ms - clock_.now_ms(), auth_limits::kAttachmentLinkMs);
  EXPECT_GT(link.expires_ms - clock_.now_ms(), auth_limits::kAttachmentLinkMs / 2);
  clock_.set_wall_ms(link.expires_ms - 1);
  EXPECT_TRUE(links.verify(AttachmentId(7), link.token));
  clock_.set_wall_ms(link.expires_ms);
  EXPECT_EQ(links.verify(AttachmentId(7), link.token).error().client_code(), "link_expired");
}

}  // namespace
}  // namespace wk
