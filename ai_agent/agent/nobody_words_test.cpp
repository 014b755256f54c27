#include "ai_agent/agent/nobody_words.hpp"

#include <gtest/gtest.h>

#include "ai_agent/agent/phrases.hpp"

namespace wk::ai {
namespace {

// 2026-11-27, a Friday, 12:00 in UTC.
constexpr std::int64_t kNow = 1'795'780'800'000;
constexpr std::int64_t kHour = 3'600'000;

NobodyThere closed(std::int64_t after, std::string locale = {}) {
  return {.closed = OpeningMoment{.opens_ms = after == 0 ? 0 : kNow + after, .now_ms = kNow, .time_zone = "Asia/Shanghai"}, .reachable = true, .locale = std::move(locale)};
}

TEST(NobodyWords, SayWhenPeopleAreBackInTheVisitorsLanguage) {
  EXPECT_EQ(nobody_words(closed(61 * kHour), Language::kChinese), "已为您转给人工客服。现在不在营业时间，我们将于星期一 09:00（中国时间）回来；您的留言会保留，届时在这里回复您。");
  EXPECT_EQ(nobody_words(closed(61 * kHour), Language::kLatin),
            "I have passed this on to our team. It is outside our hours: people are back on Monday at 09:00 (China Time). Your message is kept and will be answered here then.");
  EXPECT_NE(nobody_words(closed(13 * kHour), Language::kLatin).find("back tomorrow at 09:00 (China Time)"), std::string::npos);
  EXPECT_NE(nobody_words(closed(13 * kHour), Language::kChinese).find("我们明天 09:00（中国时间）回来"), std::string::npos);
  // As Americans write times; of other languages, whose words these are not, as the English do.
  EXPECT_NE(nobody_words(closed(61 * kHour, "en-US"), Language::kLatin).find("AM (China Time)"), std::string::npos);
  EXPECT_NE(nobody_words(closed(61 * kHour, "de-DE"), Language::kLatin).find("on Monday at 09:00"), std::string::npos);
}

TEST(NobodyWords, PromiseNoTimeThatIsNotForeseeable) {
  for (const Language language : {Language::kChinese, Language::kLatin}) EXPECT_EQ(nobody_words(closed(0), language), phrase(Phrase::kHandedOverClosedLong, language));
  EXPECT_EQ(nobody_words({.reachable = true}, Language::kLatin), phrase(Phrase::kHandedOverNobody, Language::kLatin));
}

TEST(NobodyWords, AskForAnAddressOnlyWhereNoneIsKnown) {
  auto there = closed(13 * kHour);
  EXPECT_EQ(nobody_words(there, Language::kLatin).find("e-mail"), std::string::npos);
  there.reachable = false;
  EXPECT_TRUE(nobody_words(there, Language::kLatin).ends_with("If you would like to be reached, leave an e-mail address or a phone number."));
  EXPECT_TRUE(nobody_words(there, Language::kChinese).ends_with("届时在这里回复您。如果希望我们联系您，请留下邮箱或电话。"));
}

}  // namespace
}  // namespace wk::ai
