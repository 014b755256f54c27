#include "core/auth/identity.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "core/auth/digest.hpp"

namespace wk {
namespace {

constexpr std::int64_t kNow = 1'767'225'600'000;
constexpr std::string_view kSecret = "the site's identity secret, 32+ b";
// Any RSA public key: what a server with RS256 would give away.
constexpr std::string_view kPublicKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALRiMLAh9iimur8VA7qVvdqxevEuUkW4\n"
    "K+2KdMXmnQbG9Aa7k7eBjK1S+0LYmjW8qUDTmhRklrAx0yr3tL0S7mcCAwEAAQ==\n"
    "-----END PUBLIC KEY-----\n";

std::string jwt(std::string_view header, std::string_view payload, std::string_view key = kSecret) {
  const std::string head = base64url_encode(header) + "." + base64url_encode(payload);
  return head + "." + base64url_encode(hmac_sha256(key, head));
}
std::string hs256(std::string_view payload) { return jwt(R"({"alg":"HS256","typ":"JWT"})", payload); }
std::string payload(std::int64_t expires_s) {
  return R"({"sub":"u-1","name":"王小明","email":"w@x.org","exp":)" + std::to_string(expires_s) + "}";
}
std::string_view reason(const std::string& token, std::string_view secret = kSecret) {
  const auto answer = verify_identity_token(token, secret, kNow);
  return answer ? std::string_view("") : answer.error().client_code();
}

TEST(IdentityToken, SaysWhoTheVisitorIs) {
  const auto identity = verify_identity_token(hs256(payload(kNow / 1000 + 60)), kSecret, kNow);
  ASSERT_TRUE(identity) << identity.error().context;
  EXPECT_EQ(identity->external_id, "u-1");
  EXPECT_EQ(identity->name, "王小明");
  EXPECT_EQ(identity->email, "w@x.org");
  EXPECT_EQ(identity->phone, "");
}

TEST(IdentityToken, AllowsClocksAMinuteApart) {
  EXPECT_EQ(reason(hs256(payload(kNow / 1000 - 59))), "");
  EXPECT_EQ(reason(hs256(payload(kNow / 1000 - 60))), "identity_expired");
  const std::string soon = std::to_string(kNow / 1000 + 59);
  const std::string later = std::to_string(kNow / 1000 + 61);
  EXPECT_EQ(reason(hs256(R"({"sub":"u","exp":9999999999,"nbf":)" + soon + "}")), "");
  EXPECT_EQ(reason(hs256(R"({"sub":"u","exp":9999999999,"nbf":)" + later + "}")), "identity_invalid");
}

TEST(IdentityToken, TakesNoOtherAlgorithm) {
  const std::string body = payload(kNow / 1000 + 60);
  const std::string none = base64url_encode(R"({"alg":"none"})") + "." + base64url_encode(body) + ".";
  EXPECT_EQ(reason(none), "identity_invalid");
  EXPECT_EQ(reason(none.substr(0, none.size() - 1)), "identity_invalid");
  for (const char* algorithm : {"none", "None", "NONE", "", "HS384", "HS512", "RS256", "ES256", "XX"}) {
    EXPECT_EQ(reason(jwt(std::string(R"({"alg":")") + algorithm + R"("})", body)), "identity_invalid") << algorithm;
  }
  EXPECT_EQ(reason(jwt(R"({"typ":"JWT"})", body)), "identity_invalid") << "no alg at all";
}

TEST(IdentityToken, TakesNoOtherAlgorithmEvenWhereTheSignatureIsRight) {
  // {"sub":"u-1","exp":9999999999}, signed with kSecret by another implementation.
  EXPECT_EQ(reason(
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjk5OTk5OTk5OTl9.5Nu2cYNrYGXNZHcx_vNtP16pUHYN"
      "-pX9ccP9YgwMw3Q"), "");
  EXPECT_EQ(reason(
      "eyJhbGciOiJIUzM4NCJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjk5OTk5OTk5OTl9.cjWL9WzA-pK3heUDkG6jqtTlZqao"
      "jneBAqeX0Ar_AVWkMglicTgQ0mDpiUhOWIQa"), "identity_invalid") << "HS384";
  EXPECT_EQ(reason(
      "eyJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJ1LTEiLCJleHAiOjk5OTk5OTk5OTl9.e-Xm0X63Yrwesxgy2jvtoPNI8ENe"
      "HSkJisSmkORAt5hwkeZSRPq7PFfWpJbKTnPhr6cRQqYjkFnwh0h4vCBajQ"), "identity_invalid") << "HS512";
}

TEST(IdentityToken, IsNotConfusedByAPublicKey) {
  const std::string body = payload(kNow / 1000 + 60);
  // Signed with a public key as if it were the secret, against our secret …
  EXPECT_EQ(reason(jwt(R"({"alg":"HS256"})", body, kPublicKey)), "identity_invalid");
  // … and said to be RS256 where the secret is one.
  EXPECT_EQ(reason(jwt(R"({"alg":"RS256"})", body, kPublicKey), kPublicKey), "identity_invalid");
}

TEST(IdentityToken, IsRefusedWhenAnythingWasChanged) {
  const std::string good = hs256(payload(kNow / 1000 + 60));
  ASSERT_EQ(reason(good), "");
  EXPECT_EQ(reason(good, "another site's secret"), "identity_invalid");
  EXPECT_EQ(reason(good, ""), "identity_invalid");
  const std::string other = hs256(R"({"sub":"u-2","exp":9999999999})");
  EXPECT_EQ(reason(other.substr(0, other.rfind('.')) + good.substr(good.rfind('.'))), "identity_invalid");
  EXPECT_EQ(reason(good.substr(0, good.rfind('.') + 1)), "identity_invalid") << "no signature";
  EXPECT_EQ(reason(good.substr(0, good.rfind('.'))), "identity_invalid");
  EXPECT_EQ(reason(good + std::string(1, '\0') + "x"), "identity_invalid");
  EXPECT_EQ(reason(""), "identity_invalid");
  EXPECT_EQ(reason(".."), "identity_invalid");
  EXPECT_EQ(reason(std::string(9'000, 'a')), "identity_invalid");
}

TEST(IdentityToken, NeedsASubjectAndAnEnd) {
  EXPECT_EQ(reason(hs256(R"({"sub":"u"})")), "identity_invalid");
  EXPECT_EQ(reason(hs256(R"({"sub":"u","exp":"9999999999"})")), "identity_invalid");
  EXPECT_EQ(reason(hs256(R"({"sub":"u","exp":-1})")), "identity_invalid");
  EXPECT_EQ(reason(hs256(R"({"exp":9999999999})")), "identity_invalid");
  EXPECT_EQ(reason(hs256(R"({"sub":"","exp":9999999999})")), "identity_invalid");
  EXPECT_EQ(reason(hs256(R"({"sub":7,"exp":9999999999})")), "identity_invalid");
  EXPECT_EQ(reason(hs256(R"({"sub":")" + std::string(251, 'u') + R"(","exp":9999999999})")), "identity_invalid");
  EXPECT_EQ(reason(hs256(R"(["sub"])")), "identity_invalid");
}

TEST(IdentifierHash, IsTheHexHmacOfTheIdentifier) {
  // RFC 4231, case 2.
  const std::string hash = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
  const auto identity = verify_identifier_hash("what do ya want for nothing?", hash, "Jefe");
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->external_id, "what do ya want for nothing?");
  EXPECT_EQ(identifier_hash("what do ya want for nothing?", "Jefe"), hash);
  EXPECT_FALSE(verify_identifier_hash("what do ya want for nothing!", hash, "Jefe"));
  EXPECT_FALSE(verify_identifier_hash("what do ya want for nothing?", hash, "Jeff"));
  EXPECT_FALSE(verify_identifier_hash("what do ya want for nothing?", hash.substr(2), "Jefe"));
  EXPECT_FALSE(verify_identifier_hash("what do ya want for nothing?", "", "Jefe"));
  EXPECT_FALSE(verify_identifier_hash("", identifier_hash("", "Jefe"), "Jefe"));
  EXPECT_FALSE(verify_identifier_hash("u", identifier_hash("u", ""), "")) << "no secret vouches for nobody";
}

}  // namespace
}  // namespace wk
