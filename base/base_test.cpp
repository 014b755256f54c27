#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "base/clock.hpp"
#include "base/crc32c.hpp"
#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/result.hpp"

namespace wk {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return fail(ErrorCode::kInvalidArgument, "odd");
  return n / 2;
}
Result<int> quarter(int n) {
  WK_TRY(const int h, half(n));
  return half(h);
}

TEST(Result, CarriesTheErrorThroughTry) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().code, ErrorCode::kInvalidArgument);
}

TEST(Ids, AreNeverGivenTwiceAcrossThreads) {
  std::vector<std::vector<std::uint64_t>> made(4);
  std::vector<std::thread> threads;
  for (auto& ids : made) {
    threads.emplace_back([&ids] {
      IdGenerator generator;
      for (int i = 0; i < 20000; ++i) ids.push_back(generator.next());
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::uint64_t> all;
  for (const auto& ids : made) all.insert(ids.begin(), ids.end());
  EXPECT_EQ(all.size(), 80000u);
}

TEST(Ids, ParsesOnlyPlainDecimals) {
  EXPECT_EQ(parse_id("18446744073709551615"), 18446744073709551615ULL);
  for (const char* bad : {"", "0", "01", "-1", "+1", "1 ", "18446744073709551616", "0x1"}) {
    EXPECT_FALSE(parse_id(bad)) << bad;
  }
}

TEST(Crc32c, MatchesTheVectorsOfRfc3720) {
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62A8AB43u);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c("6789", crc32c("12345")), 0xE3069283u);
}

TEST(Encoding, Base64UrlGoesThereAndBack) {
  for (std::size_t n = 0; n < 20; ++n) {
    const std::string bytes = random_bytes(n);
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
  }
  EXPECT_EQ(base64url_encode("\xfb\xff"), "-_8");
  EXPECT_FALSE(base64url_decode("a+b/"));
}

TEST(Encoding, Utf8RefusesOverlongsAndSurrogates) {
  EXPECT_TRUE(utf8_valid("你好 🙂 é"));
  for (const char* bad : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE4\xBD", "\x80", "\xFF"}) {
    EXPECT_FALSE(utf8_valid(bad));
  }
  EXPECT_EQ(utf8_prefix("你好", 5), "你");
}

TEST(Random, UuidV7CarriesItsTime) {
  const std::string id = uuid_v7(0x0123456789AB);
  EXPECT_EQ(id.size(), 36u);
  EXPECT_EQ(id.substr(0, 15), "01234567-89ab-7");
  EXPECT_NE(uuid_v7(1), uuid_v7(1));
}

}  // namespace
}  // namespace wk
