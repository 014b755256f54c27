#include "core/hours/opening_words.hpp"

#include <gtest/gtest.h>

namespace wk {
namespace {

// 2026-11-27, a Friday, 12:00 in UTC; 20:00 in Shanghai.
constexpr std::int64_t kNow = 1'795'780'800'000;
constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kDay = 24 * kHour;

std::string words(std::int64_t after, const std::string& zone, const std::string& locale) {
  const OpeningWords words = opening_words({.opens_ms = kNow + after, .now_ms = kNow, .time_zone = zone}, locale);
  return (words.near ? "~" : "") + words.day + "|" + words.time + "|" + words.zone;
}

TEST(OpeningWords, AreEnglishAndChinese) {
  EXPECT_EQ(words(13 * kHour, "Asia/Shanghai", "zh-CN"), "~明天|09:00|中国时间");
  EXPECT_EQ(words(13 * kHour, "Asia/Shanghai", "en-GB"), "~tomorrow|09:00|China Time");
  EXPECT_EQ(words(2 * kHour, "Asia/Shanghai", "zh"), "~今天|22:00|中国时间");
  EXPECT_EQ(words(2 * kDay + 13 * kHour, "Asia/Shanghai", "zh-CN"), "星期一|09:00|中国时间");
  EXPECT_EQ(words(2 * kDay + 13 * kHour, "Asia/Shanghai", "en-GB"), "Monday|09:00|China Time");
}

TEST(OpeningWords, AreOfTheTimeZoneNotOfTheServer) {
  // 07:00 in Berlin, in winter; half past five in the morning in Kolkata is the next day there.
  EXPECT_EQ(words(18 * kHour, "Europe/Berlin", "en-GB"), "~tomorrow|07:00|Germany Time");
  EXPECT_EQ(words(12 * kHour, "Asia/Kolkata", "en-GB"), "~tomorrow|05:30|India Time");
  EXPECT_EQ(words(6 * kHour, "America/New_York", "en-GB"), "~today|13:00|New York Time");
}

TEST(OpeningWords, NameTheDateBeyondAWeek) {
  EXPECT_EQ(words(9 * kDay + 13 * kHour, "Asia/Shanghai", "zh-CN"), "12月7日星期一|09:00|中国时间");
  EXPECT_EQ(words(9 * kDay + 13 * kHour, "Asia/Shanghai", "en-GB"), "Monday, 7 December|09:00|China Time");
  // In a week it is the same weekday as today.
  EXPECT_EQ(words(7 * kDay, "UTC", "en-GB").substr(0, 6), "Friday");
  EXPECT_NE(words(7 * kDay, "UTC", "en-GB").find("4 December"), std::string::npos);
}

TEST(OpeningWords, FollowTheReadersClockAndLiveWithNonsense) {
  EXPECT_NE(words(2 * kDay, "UTC", "en-US").find("PM"), std::string::npos);
  EXPECT_EQ(words(2 * kDay, "UTC", ""), words(2 * kDay, "UTC", "en-GB"));
  EXPECT_NE(words(2 * kDay, "UTC", "xx-!!-\xff"), "||");
  EXPECT_EQ(words(2 * kDay, "Mars/Olympus", "en"), "||");
}

}  // namespace
}  // namespace wk
