#include "ai_agent/agent/recognised.hpp"

#include <gtest/gtest.h>

#include "ai_agent/agent/brain.hpp"
#include "ai_agent/agent/limits.hpp"
#include "ai_agent/agent/test_knowledge.hpp"

namespace wk::ai {
namespace {

// "kind value" of each.
std::vector<std::string> kept(const std::vector<std::string>& texts, const Gazetteer& names = {}) {
  v1::BotDecided decided;
  keep_entities(decided, texts, names);
  std::vector<std::string> out;
  for (const v1::BotEntity& one : decided.entities()) out.push_back(one.kind() + " " + one.value());
  return out;
}
using List = std::vector<std::string>;

TEST(KeepEntities, EachValueOnceInTheOrderOfWriting) {
  EXPECT_EQ(kept({"订单号 WK20240501123456 还没到", "手机 138-0013-8000，邮箱 Lin@Example.com", "再说一遍：WK20240501123456"}),
            (List{"order_number WK20240501123456", "phone 13800138000", "email lin@example.com"}));
  EXPECT_EQ(kept({"怎么申请退货"}), List{});
}

TEST(KeepEntities, TheSitesOwnNamesAreOfTheKindOfTheirList) {
  auto names = Gazetteer::make({{"product", "台灯专业版", {"Lamp Pro"}}, {"branch", "Paris", {}}, {"product", "MX50001", {}}});
  ASSERT_TRUE(names.has_value());
  EXPECT_EQ(kept({"my LAMP PRO from paris", "订单号 WK20240501123456，台灯专业版", "order MX50001"}, *names),
            (List{"product 台灯专业版", "branch Paris", "order_number WK20240501123456", "product MX50001"}));
}

TEST(KeepEntities, IsBoundedInNumberAndInBytes) {
  std::string many;
  for (int i = 0; i < 40; ++i) many += "order WK2024000" + std::to_string(100 + i) + ", ";
  EXPECT_EQ(kept({many}).size(), agent_limits::kEntitiesKept);
  const std::string domain(agent_limits::kEntityBytesMax, 'd');
  EXPECT_EQ(kept({"write to a@" + domain + ".example or b@d.example"}), List{"email b@d.example"}) << "half an address is none";
}

class WithoutReferencesTest : public ::testing::Test, public TestKnowledge {
 protected:
  void SetUp() override {
    v1::KnowledgeEntry returns = faq(1, 0, "怎么申请退货？", "签收后七天内，在订单页点“申请退货”。");
    returns.add_phrasings("我想退货");
    put(returns);
    put(faq(2, 0, "退货运费谁承担？", "质量问题由我们承担。"));
    put(faq(3, 0, "How long does delivery take?", "Three working days."));
    put(faq(4, 0, "我的快递到哪了？", "在订单页可以看到。"));
    put(faq(5, 0, "Where is my order?", "The page of the order shows it."));
    put(faq(6, 0, "Which ink does the printer MX50001 need?", "Ink of the kind 12."));
  }
  std::string without(const std::string& text, const Gazetteer& names = {}) { return without_references(base(), SiteId(1), text, names); }
  Finding best(const std::string& text) {
    auto found = base().search(SiteId(1), text, 1, 0);
    EXPECT_TRUE(found && !found->empty()) << text;
    return found && !found->empty() ? found->front() : Finding{};
  }
};

TEST_F(WithoutReferencesTest, ANumberLeavesTheQuestionAndTheSameEntryIsFoundAsWithoutIt) {
  struct Case {
    const char* plain;
    const char* with_number;
  };
  for (const auto& [plain, with_number] : {Case{"怎么申请退货", "订单WK20240501123456怎么申请退货"}, Case{"我的快递到哪了", "我的快递到哪了？单号 SF1234567890123，手机 13800138000"},
                                          Case{"how long does delivery take", "how long does delivery take for order WK20240501123456"},
                                          Case{"Where is my order", "Where is my order 100200300400? Write to lin@example.com"}}) {
    const Finding without_number = best(plain);
    const Finding as_written = best(with_number);
    const Finding stripped = best(without(with_number));
    EXPECT_TRUE(without_number.passes()) << plain;
    EXPECT_EQ(stripped.entry.id(), without_number.entry.id()) << with_number;
    EXPECT_TRUE(stripped.passes()) << with_number << ": " << stripped.score;
    EXPECT_GT(stripped.score, as_written.score) << with_number;
    RecordProperty("scores_" + std::to_string(without_number.entry.id()),
                   std::to_string(without_number.score) + " plain, " + std::to_string(as_written.score) + " as written, " + std::to_string(stripped.score) + " without the number");
  }
}

TEST_F(WithoutReferencesTest, WhatTheKnowledgeNamesStays) {
  const std::string text = "Which ink does the printer MX50001 need?";
  EXPECT_EQ(without(text), text);
  EXPECT_TRUE(best(without(text)).word_for_word);
  EXPECT_EQ(without("Which ink does the printer MX70009 need?"), "Which ink does the printer   need?") << "nobody has written of that one";
}

TEST_F(WithoutReferencesTest, TheSitesOwnNamesStay) {
  auto names = Gazetteer::make({{"product", "Printer 70009", {"MX70009"}}});
  ASSERT_TRUE(names.has_value());
  const std::string text = "Which ink does the printer MX70009 need?";
  EXPECT_NE(without(text), text);
  EXPECT_EQ(without(text, *names), text);
  EXPECT_EQ(without("Where is my order WK20240501123456 of MX70009?", *names), "Where is my order   of MX70009?");
}

TEST_F(WithoutReferencesTest, AClauseThatOnlyIntroducesANumberGoesWithIt) {
  EXPECT_EQ(without("怎么申请退货？订单号 WK20240501123456，手机 13800138000"), "怎么申请退货？");
  EXPECT_EQ(without("My order number is WK20240501123456, how long does delivery take?"), " how long does delivery take?");
  EXPECT_EQ(without("Where is my order WK20240501123456?"), "Where is my order  ?") << "that asks";
  EXPECT_EQ(without("我想退货\n我的"), "我想退货\n我的") << "without a number nothing goes";
}

TEST_F(WithoutReferencesTest, ANumberAloneStaysAsItIs) {
  for (const char* text : {"WK20240501123456", "订单号：WK20240501123456", "我的手机号是13800138000", "my order number is WK20240501123456", "it's lin@example.com", "It is #4471.", "", "???"}) {
    EXPECT_EQ(without(text), text);
  }
}

TEST_F(WithoutReferencesTest, TheDecisionKeepsWhatTheSearchLeftOut) {
  const Brain brain(base(), nullptr, SystemClock::instance());
  BotEvidence evidence;
  const std::string text = "订单WK20240501123456怎么申请退货";
  const auto turn = brain.think({.site = SiteId(1), .texts = {text}}, &evidence);
  ASSERT_TRUE(turn);
  EXPECT_EQ(turn->decided().action(), v1::BOT_ACTION_ANSWER);
  EXPECT_EQ(turn->decided().sources(0).entry_id(), 1u);
  ASSERT_EQ(turn->decided().entities_size(), 1);
  EXPECT_EQ(turn->decided().entities(0).value(), "WK20240501123456");
  EXPECT_EQ(evidence.text, text) << "what a model is told is what was asked";
}

}  // namespace
}  // namespace wk::ai
