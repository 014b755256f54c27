// Published vectors: RFC 4231 (HMAC-SHA-256), RFC 2202 (HMAC-SHA-1), RFC 6238 appendix B, RFC 4648 section 10.
#include "core/auth/totp.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/encoding.hpp"
#include "core/auth/digest.hpp"

namespace wk {
namespace {

constexpr std::string_view kRfcSecret = "12345678901234567890";

TEST(Digest, GivesThePublishedValues) {
  EXPECT_EQ(hex_encode(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_encode(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_encode(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex_encode(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex_encode(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hex_encode(hmac_sha1(std::string(20, '\x0b'), "Hi There")), "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(hex_encode(hmac_sha256("", "")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Digest, ComparesWholeTexts) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
}

TEST(Base32, GivesThePublishedValues) {
  EXPECT_EQ(base32_encode("foobar"), "MZXW6YTBOI");
  EXPECT_EQ(base32_encode("f"), "MY");
  EXPECT_EQ(base32_decode("MZXW6YQ="), "foob");
  EXPECT_EQ(base32_decode("mzxw6ytboi"), "foobar");
  EXPECT_EQ(base32_decode("MZ1W"), std::nullopt);
}

TEST(Totp, GivesTheCodesOfRfc6238) {
  const auto code = [](std::int64_t seconds) { return totp_code(kRfcSecret, seconds / 30, 8); };
  EXPECT_EQ(code(59), "94287082");
  EXPECT_EQ(code(1'111'111'109), "07081804");
  EXPECT_EQ(code(1'111'111'111), "14050471");
  EXPECT_EQ(code(1'234'567'890), "89005924");
  EXPECT_EQ(code(2'000'000'000), "69279037");
  EXPECT_EQ(code(20'000'000'000), "65353130");
}

TEST(Totp, TakesNeighboursAndEachStepOnce) {
  constexpr std::int64_t kNow = 1'234'567'890'000;
  constexpr std::int64_t kStep = kNow / 30'000;
  for (std::int64_t off = -1; off <= 1; ++off) {
    EXPECT_EQ(totp_match(kRfcSecret, totp_code(kRfcSecret, kStep + off), kNow, 0), kStep + off);
  }
  EXPECT_EQ(totp_match(kRfcSecret, totp_code(kRfcSecret, kStep - 2), kNow, 0), std::nullopt);
  EXPECT_EQ(totp_match(kRfcSecret, totp_code(kRfcSecret, kStep + 2), kNow, 0), std::nullopt);
  EXPECT_EQ(totp_match(kRfcSecret, totp_code(kRfcSecret, kStep), kNow, kStep), std::nullopt) << "used already";
  EXPECT_EQ(totp_match(kRfcSecret, totp_code(kRfcSecret, kStep - 1), kNow, kStep), std::nullopt) << "older than one used";
  const std::string code = totp_code(kRfcSecret, kStep);
  EXPECT_EQ(totp_match(kRfcSecret, code.substr(0, 3) + " " + code.substr(3), kNow, 0), kStep);
  EXPECT_EQ(totp_match(kRfcSecret, "", kNow, 0), std::nullopt);
  EXPECT_EQ(totp_match(kRfcSecret, code + "0", kNow, 0), std::nullopt);
}

TEST(Totp, WritesTheAddressTelephonesRead) {
  EXPECT_EQ(otpauth_url("my shop", "ann@x.org", "foobar"),
            "otpauth://totp/my%20shop:ann%40x.org?secret=MZXW6YTBOI&issuer=my%20shop&algorithm=SHA1&digits=6&period=30");
}

TEST(RecoveryCodes, AreTenAndDifferentAndForgiveDashes) {
  const auto codes = make_recovery_codes();
  EXPECT_EQ(codes.size(), 10U);
  EXPECT_EQ(std::set(codes.begin(), codes.end()).size(), 10U);
  EXPECT_EQ(codes.front().size(), 19U);
  std::string typed;
  for (const char c : codes.front()) {
    if (c != '-') typed.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  }
  EXPECT_EQ(recovery_code_hash(AgentId(1), typed), recovery_code_hash(AgentId(1), codes.front()));
  EXPECT_NE(recovery_code_hash(AgentId(2), typed), recovery_code_hash(AgentId(1), typed));
}

}  // namespace
}  // namespace wk
