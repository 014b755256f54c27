#include "ai_agent/llm/language_model.hpp"

#include <gtest/gtest.h>

#include "ai_agent/llm/test_stand_in.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk::ai {
namespace {

using namespace std::chrono_literals;

class LanguageModelTest : public ::testing::Test {
 protected:
  ProviderConfig provider(const std::string& name, const StandIn& stand_in) const {
    return {.name = name, .base_url = stand_in.base_url(), .model = "m", .api_key = "key-of-the-test", .first_token_timeout = 5s, .input_price = 1, .output_price = 2, .max_tokens = 100};
  }
  LlmConfig two() const { return {.providers = {provider("first", first_), provider("second", second_)}}; }
  std::filesystem::path file() const { return directory_.path() / "usage.json"; }
  static ChatRequest asking(const std::string& what) { return {.messages = {{ChatRole::kUser, what}}}; }
  static std::vector<std::string> saying(const std::string& text, unsigned prompt = 40, unsigned completion = 10) {
    return {StandIn::delta(text), StandIn::finish(), StandIn::usage(prompt, completion), StandIn::done()};
  }
  static constexpr LlmUse kUse{SiteId(1), ConversationId(7)};
  static std::string text(const Result<ChatAnswer>& answer) { return answer ? answer->text : answer.error().context; }

  wk::testing::TemporaryDirectory directory_;
  ManualClock clock_;
  StandIn first_;
  StandIn second_;
};

TEST_F(LanguageModelTest, TheNextProviderAnswersWhereOneFailsAndTheTextBeginsAnew) {
  LanguageModel model(two(), file(), clock_);
  first_.stream({StandIn::delta("Seven d")}, StandIn::Then::kReset);
  second_.stream(saying("Ten days."));
  std::vector<std::string> typed;
  const auto answer = model.answer(asking("a"), kUse, {}, [&](std::string_view so_far) { typed.emplace_back(so_far); });
  EXPECT_EQ(text(answer), "Ten days.");
  EXPECT_EQ(answer->provider, "second");
  EXPECT_EQ(typed, (std::vector<std::string>{"Seven d", "Ten days."}));
}

TEST_F(LanguageModelTest, AProviderThatKeepsFailingIsLeftAloneAndTriedByOneCallLater) {
  LanguageModel model(two(), file(), clock_);
  for (unsigned i = 0; i < llm_limits::kFailuresToOpen + 2; ++i) {
    first_.then({.status = 500});
    second_.stream(saying("x"));
    EXPECT_TRUE(model.answer(asking("q" + std::to_string(i)), kUse, {}, {}));
  }
  EXPECT_EQ(first_.requests().size(), llm_limits::kFailuresToOpen);
  EXPECT_EQ(model.figures().providers_open, 1u);
  // The time is over: the probe fails, and it is left alone for longer. (Two replies of the script are still there.)
  clock_.advance(llm_limits::kOpenAtFirst);
  second_.stream(saying("x"));
  EXPECT_TRUE(model.answer(asking("r"), kUse, {}, {}));
  clock_.advance(llm_limits::kOpenAtFirst);
  second_.stream(saying("x"));
  EXPECT_TRUE(model.answer(asking("s"), kUse, {}, {}));
  EXPECT_EQ(first_.requests().size(), llm_limits::kFailuresToOpen + 1);
  clock_.advance(llm_limits::kOpenAtFirst);
  first_.then({.status = 500});
  second_.stream(saying("x"));
  EXPECT_TRUE(model.answer(asking("t"), kUse, {}, {}));
  EXPECT_EQ(first_.requests().size(), llm_limits::kFailuresToOpen + 2);
}

TEST_F(LanguageModelTest, ABreakerLetsOneCallProbe) {
  Breaker breaker;
  SteadyTime now{};
  now += 1h;
  for (unsigned i = 0; i < llm_limits::kFailuresToOpen; ++i) breaker.failed(now);
  EXPECT_FALSE(breaker.allow(now));
  now += llm_limits::kOpenAtFirst;
  EXPECT_TRUE(breaker.allow(now));
  EXPECT_FALSE(breaker.allow(now)) << "one is on its way";
  breaker.succeeded();
  EXPECT_TRUE(breaker.allow(now));
  EXPECT_TRUE(breaker.allow(now));
}

TEST_F(LanguageModelTest, RetryAfterIsRespected) {
  LanguageModel model({.providers = {provider("first", first_)}}, file(), clock_);
  first_.then({.status = 429, .headers = {"Retry-After: 30"}});
  EXPECT_FALSE(model.answer(asking("a"), kUse, {}, {}));
  clock_.advance(29s);
  const auto early = model.answer(asking("a"), kUse, {}, {});
  ASSERT_FALSE(early);
  EXPECT_STREQ(early.error().reason_code, "circuit_open");
  clock_.advance(1s);
  first_.stream(saying("now"));
  EXPECT_EQ(text(model.answer(asking("a"), kUse, {}, {})), "now");
  EXPECT_EQ(first_.requests().size(), 2u);
}

TEST_F(LanguageModelTest, TheSamePromptIsAnsweredFromMemoryForAWhile) {
  LanguageModel model(two(), file(), clock_);
  first_.stream(saying("one"));
  EXPECT_FALSE(model.answer(asking("a"), kUse, {}, {})->from_cache);
  const auto again = model.answer(asking("a"), {SiteId(1), ConversationId(8)}, {}, {});
  EXPECT_TRUE(again->from_cache);
  EXPECT_EQ(again->text, "one");
  first_.stream(saying("two"));
  EXPECT_EQ(text(model.answer(asking("b"), kUse, {}, {})), "two");
  clock_.advance(601s);
  first_.stream(saying("three"));
  EXPECT_EQ(text(model.answer(asking("a"), kUse, {}, {})), "three");
}

TEST_F(LanguageModelTest, WhatIsUsedUpIsNotAskedForAndARestartGivesNothingAnew) {
  LlmConfig config{.providers = {provider("first", first_)}, .conversation_tokens_max = 400, .site_tokens_per_day_max = 700};
  {
    LanguageModel model(config, file(), clock_);
    first_.stream(saying("a", 250, 50));
    ASSERT_TRUE(model.answer(asking("a"), kUse, {}, {}));
    const auto more = model.answer(asking("b"), kUse, {}, {});
    ASSERT_FALSE(more);
    EXPECT_STREQ(more.error().reason_code, "conversation_budget");
    first_.stream(saying("a", 250, 50));
    ASSERT_TRUE(model.answer(asking("c"), {SiteId(1), ConversationId(8)}, {}, {}));
    EXPECT_EQ(model.budget().of_site_today(SiteId(1)).tokens, 600u);
    EXPECT_NEAR(model.budget().of_site_today(SiteId(1)).money, (500 * 1 + 100 * 2) / 1e6, 1e-9);
  }
  LanguageModel model(config, file(), clock_);
  const auto more = model.answer(asking("d"), {SiteId(1), ConversationId(9)}, {}, {});
  ASSERT_FALSE(more);
  EXPECT_STREQ(more.error().reason_code, "site_budget");
  EXPECT_EQ(first_.requests().size(), 2u);
  // Another site, and the next day, have their own.
  first_.stream(saying("e"));
  EXPECT_TRUE(model.answer(asking("e"), {SiteId(2), ConversationId(9)}, {}, {}));
  clock_.advance(24h);
  first_.stream(saying("f"));
  EXPECT_TRUE(model.answer(asking("f"), {SiteId(1), ConversationId(9)}, {}, {}));
}

TEST_F(LanguageModelTest, MoneyIsBoundedForAConversationAndForASite) {
  // 250 tokens read and 50 written cost 350 / 1e6; a call sets aside some 206 / 1e6.
  LanguageModel model({.providers = {provider("first", first_)}, .conversation_cost_max = 500 / 1e6, .site_cost_per_day_max = 900 / 1e6}, file(), clock_);
  first_.stream(saying("a", 250, 50));
  ASSERT_TRUE(model.answer(asking("a"), kUse, {}, {}));
  const auto more = model.answer(asking("b"), kUse, {}, {});
  ASSERT_FALSE(more);
  EXPECT_STREQ(more.error().reason_code, "conversation_budget");
  first_.stream(saying("a", 250, 50));
  ASSERT_TRUE(model.answer(asking("c"), {SiteId(1), ConversationId(8)}, {}, {}));
  const auto third = model.answer(asking("d"), {SiteId(1), ConversationId(9)}, {}, {});
  ASSERT_FALSE(third);
  EXPECT_STREQ(third.error().reason_code, "site_budget");
}

TEST_F(LanguageModelTest, WhatWasSetAsideForACallThatFailedComesBack) {
  LanguageModel model({.providers = {provider("first", first_)}, .site_tokens_per_day_max = 150}, file(), clock_);
  for (int i = 0; i < 2; ++i) {
    first_.then({.status = 400});
    EXPECT_FALSE(model.answer(asking("a"), kUse, {}, {}));
  }
  EXPECT_EQ(model.budget().of_site_today(SiteId(1)).tokens, 0u);
}

TEST_F(LanguageModelTest, TheEstimateLearnsHowTheModelCounts) {
  LanguageModel model({.providers = {provider("first", first_)}}, file(), clock_);
  const std::string prompt(1'000, 'x');
  const auto estimated = static_cast<unsigned>(estimated_tokens(prompt));
  for (int i = 0; i < 20; ++i) {
    first_.stream(saying("a", estimated * 3 / 4, 1));
    ASSERT_TRUE(model.answer(asking(prompt + std::to_string(i)), kUse, {}, {}));
  }
  EXPECT_NEAR(model.token_factor(), 0.75, 0.02);
}

TEST(TokenEstimate, CoversWhatModelsCount) {
  // Qwen2 counts 11 and 14.
  EXPECT_GE(estimated_tokens("签收后七天内可以在订单页申请退货"), 11);
  EXPECT_LE(estimated_tokens("签收后七天内可以在订单页申请退货"), 30);
  EXPECT_GE(estimated_tokens("You may return it within seven days of delivery, free of charge."), 14);
  EXPECT_LE(estimated_tokens("You may return it within seven days of delivery, free of charge."), 36);
}

}  // namespace
}  // namespace wk::ai
