// Dialogue flows as turns of the AI agent.
#include <gtest/gtest.h>

#include "ai_agent/agent/brain.hpp"
#include "ai_agent/agent/flow_dialogue.hpp"
#include "ai_agent/agent/phrases.hpp"
#include "ai_agent/agent/test_knowledge.hpp"
#include "ai_agent/llm/test_stand_in.hpp"

namespace wk::ai {
namespace {

class BrainFlowTest : public ::testing::Test, public TestKnowledge {
 protected:
  void SetUp() override {
    v1::KnowledgeEntry flow = faq(1, 0, "Where is my parcel?", "");
    flow.set_kind(v1::KNOWLEDGE_KIND_FLOW);
    flow.add_phrasings("track my order");
    flow.add_labels("shipping");
    v1::FlowStep& ask = *flow.add_steps();
    ask.set_id("number");
    ask.set_next("look");
    ask.mutable_ask()->set_text("Which order is it?");
    ask.mutable_ask()->set_slot("number");
    ask.mutable_ask()->set_kind(v1::FLOW_SLOT_KIND_ORDER_NUMBER);
    v1::FlowStep& look = *flow.add_steps();
    look.set_id("look");
    look.set_next("say");
    look.mutable_call()->set_tool("order_status");
    look.mutable_call()->add_arguments()->set_name("number");
    look.mutable_call()->mutable_arguments(0)->set_value("{number}");
    look.mutable_call()->add_results()->set_slot("state");
    look.mutable_call()->mutable_results(0)->set_pointer("/state");
    v1::FlowStep& end = *flow.add_steps();
    end.set_id("say");
    end.mutable_say()->set_text("It is {state}.");
    put(flow);
    v1::KnowledgeEntry returns = faq(2, 0, "怎么申请退货？", "在订单页点“申请退货”。");
    returns.add_labels("returns");
    put(returns);
  }
  v1::BotTurn think(const std::string& text, const v1::FlowState* flow = nullptr, BotEvidence* evidence = nullptr) {
    BotQuestion question{.site = SiteId(1), .texts = {text}, .people_online = true};
    if (flow != nullptr) question.flow = *flow;
    auto turn = Brain(base(), nullptr, SystemClock::instance()).think(question, evidence);
    if (!turn) ADD_FAILURE() << turn.error().context;
    return std::move(turn).value();
  }
  v1::FlowState begun() { return think("Where is my parcel?").decided().flow(); }
};

TEST_F(BrainFlowTest, AQuestionThatMeansAFlowBeginsItAndSaysWhatItLookedUp) {
  const v1::BotTurn turn = think("track my order");
  EXPECT_EQ(turn.decided().action(), v1::BOT_ACTION_ANSWER);
  EXPECT_EQ(turn.decided().reason(), v1::BOT_REASON_FLOW);
  EXPECT_EQ(turn.decided().flow().step(), "number");
  EXPECT_EQ(turn.decided().flow_steps(0), "number");
  ASSERT_GE(turn.decided().sources_size(), 1);
  EXPECT_EQ(turn.decided().sources(0).entry_id(), 1u);
  EXPECT_EQ(turn.decided().sources(0).score_permille(), 1'000u);
  EXPECT_EQ(turn.reply().text(), "Which order is it?");
  EXPECT_EQ(turn.reply().choices(turn.reply().choices_size() - 1), phrase(Phrase::kPerson, Language::kLatin));
  EXPECT_EQ(turn.labels(0), "shipping");
}

TEST_F(BrainFlowTest, TheAnswerGoesToTheFlowAndAToolIsAskedElsewhere) {
  const v1::FlowState state = begun();
  BotEvidence evidence;
  const v1::BotTurn without = think("it is A-17", &state, &evidence);
  EXPECT_EQ(without.decided().action(), v1::BOT_ACTION_HAND_OVER) << "where nobody asks the tool";
  ASSERT_NE(evidence.flow, nullptr);

  StandIn shop;
  shop.then({.headers = {"Content-Type: application/json"}, .pieces = {R"({"state": "on its way"})"}});
  auto tool = HttpTool::make({.name = "order_status", .url = shop.base_url() + "/orders/{number}", .arguments = {{.name = "number"}}});
  ASSERT_TRUE(tool) << tool.error().context;
  const v1::BotTurn turn = ask_tools(*evidence.flow, ToolBox({std::move(*tool)}), {.site = SiteId(1)}, without, {});
  EXPECT_EQ(turn.decided().action(), v1::BOT_ACTION_ANSWER);
  EXPECT_EQ(turn.reply().text(), "It is on its way.");
  EXPECT_FALSE(turn.decided().has_flow()) << "it is done";
  EXPECT_EQ(turn.labels_size(), 0) << "given when it began";
}

TEST_F(BrainFlowTest, AToolThatIsNotThereBringsPeople) {
  const v1::FlowState state = begun();
  BotEvidence evidence;
  const v1::BotTurn without = think("it is A-17", &state, &evidence);
  ASSERT_NE(evidence.flow, nullptr);
  const v1::BotTurn turn = ask_tools(*evidence.flow, ToolBox(), {.site = SiteId(1), .texts = {"A-17"}, .people_online = true}, without, {});
  EXPECT_EQ(turn.decided().action(), v1::BOT_ACTION_HAND_OVER);
  EXPECT_EQ(turn.reply().text(), phrase(Phrase::kHandedOver, Language::kLatin));
}

TEST_F(BrainFlowTest, AnotherQuestionIsAnsweredAndTheFlowGoesOn) {
  const v1::FlowState state = begun();
  const v1::BotTurn turn = think("怎么申请退货？", &state);
  EXPECT_EQ(turn.reply().text(), "在订单页点“申请退货”。\n\nWhich order is it?");
  EXPECT_EQ(turn.reply().citations_size(), 1);
  EXPECT_EQ(turn.decided().flow().step(), "number");
  EXPECT_EQ(turn.decided().flow().tries(), 0u);
  EXPECT_EQ(turn.labels(0), "returns");
}

TEST_F(BrainFlowTest, WhatDoesNotFitIsAskedAgainAndThenGoesToPeople) {
  v1::FlowState state = begun();
  const v1::BotTurn first = think("hmm, no idea", &state);
  EXPECT_EQ(first.reply().text(), "Which order is it?");
  state = first.decided().flow();
  EXPECT_EQ(state.tries(), 1u);
  EXPECT_EQ(think("hello", &state).decided().flow().tries(), 1u) << "a greeting is no try";
  const v1::BotTurn second = think("hmm, no idea", &state);
  EXPECT_EQ(second.decided().action(), v1::BOT_ACTION_HAND_OVER);
  EXPECT_EQ(second.decided().reason(), v1::BOT_REASON_FLOW);
  EXPECT_FALSE(second.decided().has_flow());
}

TEST_F(BrainFlowTest, ThereIsAlwaysAWayOut) {
  const v1::FlowState state = begun();
  EXPECT_EQ(think("转人工", &state).decided().reason(), v1::BOT_REASON_REQUESTED);
  const v1::BotTurn cancelled = think("never mind", &state);
  EXPECT_EQ(cancelled.decided().action(), v1::BOT_ACTION_ANSWER);
  EXPECT_FALSE(cancelled.decided().has_flow());
}

TEST_F(BrainFlowTest, WhatLooksLikeAWayOutMayBeAnOption) {
  v1::KnowledgeEntry entry = faq(3, 0, "我想换货", "");
  entry.set_kind(v1::KNOWLEDGE_KIND_FLOW);
  v1::FlowStep& step = *entry.add_steps();
  step.set_id("more");
  step.mutable_choose()->set_text("还要换别的吗？");
  step.mutable_choose()->add_options()->set_text("不用了");
  step.mutable_choose()->mutable_options(0)->set_next("bye");
  v1::FlowStep& bye = *entry.add_steps();
  bye.set_id("bye");
  bye.mutable_end()->set_text("再见！");
  put(entry);
  const v1::FlowState state = think("我想换货").decided().flow();
  EXPECT_EQ(think("不用了", &state).reply().text(), "再见！");
  EXPECT_EQ(think("cancel", &state).reply().text(), phrase(Phrase::kFlowCancelled, Language::kChinese)) << "in the flow's language";
}

TEST_F(BrainFlowTest, AFlowThatWasDrawnAnewBeginsAnewAndOneThatIsGoneIsForgotten) {
  const v1::FlowState state = begun();
  v1::KnowledgeEntry entry = base().entry(KnowledgeEntryId(1)).value();
  entry.mutable_steps(0)->mutable_ask()->set_text("Its number, please.");
  put(entry);
  EXPECT_EQ(think("what", &state).reply().text(), "Its number, please.");
  ASSERT_TRUE(base().erase(KnowledgeEntryId(1)));
  EXPECT_EQ(think("怎么申请退货？", &state).decided().reason(), v1::BOT_REASON_FOUND);
}

}  // namespace
}  // namespace wk::ai
