// What the AI agent may do to a conversation, and when it gets one.
#include <gtest/gtest.h>

#include "core/model/decide.hpp"
#include "core/model/fold.hpp"
#include "core/model/limits.hpp"
#include "core/model/visibility.hpp"

namespace wk {
namespace {

constexpr std::int64_t kNow = 1'800'000'000'000;
const Principal kVisitor = VisitorPrincipal{.site = SiteId(1), .contact = ContactId(7), .conversation = ConversationId(9), .name = "Mei"};
const Principal kLin = AgentPrincipal{.agent = AgentId(20), .role = v1::ROLE_AGENT, .name = "Lin"};
const Principal kBot = BotPrincipal{"AI"};

class BotConversation : public ::testing::Test {
 protected:
  Result<std::vector<v1::Event>> apply(const Principal& who, v1::Append append, bool bot_first = true) {
    append.set_client_id("c-" + std::to_string(++appends_));
    WK_TRY_VOID(check_append(append));
    auto events = decide(state_, who, std::move(append), {v1::VisitorContext(), kNow, bot_first});
    if (!events) return events;
    for (v1::Event& event : *events) {
      event.set_conversation_id(9);
      event.set_seq(state_.last_seq() + 1);
      event.set_time_ms(kNow + state_.last_seq());
      fold(state_, event);
    }
    return events;
  }
  static v1::Append text(const std::string& words) {
    v1::Append append;
    append.mutable_message()->set_text(words);
    return append;
  }
  v1::Append turn(v1::BotAction action, v1::BotReason reason, const std::string& reply) const {
    v1::Append append;
    v1::BotDecided& decided = *append.mutable_bot_turn()->mutable_decided();
    decided.set_through_seq(state_.last_seq());
    decided.set_action(action);
    decided.set_reason(reason);
    append.mutable_bot_turn()->mutable_reply()->set_text(reply);
    return append;
  }
  v1::Append resolve() const {
    v1::Append append;
    append.mutable_change_state()->set_to(v1::CONVERSATION_STATE_RESOLVED);
    return append;
  }

  v1::ConversationSummary state_;

 private:
  int appends_ = 0;
};

TEST_F(BotConversation, BeginsWithTheBotWhereTheSiteHasOne) {
  ASSERT_TRUE(apply(kVisitor, text("hi")));
  EXPECT_EQ(state_.holder().kind(), v1::HOLDER_KIND_BOT);
  EXPECT_EQ(state_.last_seq(), 3u);
  EXPECT_NE(state_.waiting_since_ms(), 0);
}

TEST_F(BotConversation, AnAnswerIsADecisionForAgentsAndAMessageForBoth) {
  ASSERT_TRUE(apply(kVisitor, text("hi")));
  const auto events = apply(kBot, turn(v1::BOT_ACTION_ANSWER, v1::BOT_REASON_FOUND, "Hello."));
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 2u);
  EXPECT_FALSE(visitor_may_see(events->front()));
  EXPECT_TRUE(visitor_may_see(events->back()));
  EXPECT_EQ(events->back().actor().kind(), v1::ACTOR_KIND_BOT);
  EXPECT_EQ(events->back().actor().name(), "AI");
  EXPECT_EQ(state_.bot_through_seq(), 3u);
  EXPECT_EQ(state_.waiting_since_ms(), 0);
  EXPECT_EQ(state_.unread(), 1u) << "no person has seen it";
  EXPECT_EQ(state_.first_reply_ms(), 0) << "nor answered";
}

TEST_F(BotConversation, HandingOverSaysSoAndTheVisitorWaitsFromThen) {
  ASSERT_TRUE(apply(kVisitor, text("a person, please")));
  const auto events = apply(kBot, turn(v1::BOT_ACTION_HAND_OVER, v1::BOT_REASON_REQUESTED, "One moment."));
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 3u);
  EXPECT_EQ(events->back().holder_changed().reason(), v1::HOLDER_REASON_HANDED_OVER);
  EXPECT_EQ(state_.holder().kind(), v1::HOLDER_KIND_QUEUE);
  EXPECT_EQ(state_.waiting_since_ms(), events->back().time_ms());
}

TEST_F(BotConversation, CountsTriesInARowAndForgetsThemWithAnAnswer) {
  ASSERT_TRUE(apply(kVisitor, text("?")));
  ASSERT_TRUE(apply(kBot, turn(v1::BOT_ACTION_ASK_BACK, v1::BOT_REASON_UNSURE, "What do you mean?")));
  EXPECT_EQ(state_.bot_misses(), 1u);
  ASSERT_TRUE(apply(kVisitor, text("that")));
  ASSERT_TRUE(apply(kBot, turn(v1::BOT_ACTION_ANSWER, v1::BOT_REASON_FOUND, "That.")));
  EXPECT_EQ(state_.bot_misses(), 0u);
}

TEST_F(BotConversation, LearnsForTheContactWhileItHoldsTheConversation) {
  ASSERT_TRUE(apply(kVisitor, text("call me back: 13800138000")));
  v1::Append learned;
  learned.mutable_contact()->set_phone("13800138000");
  const auto events = apply(kBot, learned);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ(events->front().contact_changed().phone(), "13800138000");
  EXPECT_EQ(events->front().actor().kind(), v1::ACTOR_KIND_BOT);
  EXPECT_FALSE(visitor_may_see(events->front()));
  v1::Append claim;
  claim.mutable_claim();
  ASSERT_TRUE(apply(kLin, claim));
  const auto late = apply(kBot, learned);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().client_code(), "already_held");
}

TEST_F(BotConversation, LabelsWhatItWasAskedForAsFarAsThereIsRoom) {
  ASSERT_TRUE(apply(kVisitor, text("refund, please")));
  v1::Append first = turn(v1::BOT_ACTION_ANSWER, v1::BOT_REASON_FOUND, "Here is how.");
  first.mutable_bot_turn()->add_labels("refund");
  const auto events = apply(kBot, std::move(first));
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 3u);
  EXPECT_FALSE(visitor_may_see((*events)[1]));
  EXPECT_EQ(state_.labels(0), "refund");

  ASSERT_TRUE(apply(kVisitor, text("and again")));
  v1::Append more = turn(v1::BOT_ACTION_ANSWER, v1::BOT_REASON_FOUND, "As before.");
  more.mutable_bot_turn()->add_labels("refund");
  for (std::size_t i = 0; i < limits::kLabelsMax; ++i) more.mutable_bot_turn()->add_labels("label-" + std::to_string(i));
  EXPECT_FALSE(apply(kBot, more)) << "more than a conversation can have at all";
  more.mutable_bot_turn()->mutable_labels()->RemoveLast();
  ASSERT_TRUE(apply(kBot, std::move(more)));
  EXPECT_EQ(static_cast<std::size_t>(state_.labels_size()), limits::kLabelsMax);
}

TEST_F(BotConversation, AFlowUnderWayIsKeptUntilADecisionWithoutOneOrPeople) {
  const auto in_flow = [&] {
    v1::Append append = turn(v1::BOT_ACTION_ANSWER, v1::BOT_REASON_FLOW, "Which order?");
    append.mutable_bot_turn()->mutable_decided()->mutable_flow()->set_step("number");
    return append;
  };
  ASSERT_TRUE(apply(kVisitor, text("where is my parcel")));
  ASSERT_TRUE(apply(kBot, in_flow()));
  EXPECT_EQ(state_.bot_flow().step(), "number");
  ASSERT_TRUE(apply(kVisitor, text("A-17")));
  EXPECT_TRUE(state_.has_bot_flow()) << "what the visitor writes is for the flow";
  ASSERT_TRUE(apply(kBot, turn(v1::BOT_ACTION_ANSWER, v1::BOT_REASON_FLOW, "On its way.")));
  EXPECT_FALSE(state_.has_bot_flow());

  ASSERT_TRUE(apply(kVisitor, text("another one")));
  ASSERT_TRUE(apply(kBot, in_flow()));
  v1::Append claim;
  claim.mutable_claim();
  ASSERT_TRUE(apply(kLin, std::move(claim)));
  EXPECT_FALSE(state_.has_bot_flow()) << "a person has it now";
}

TEST_F(BotConversation, AnswersAMessageOnce) {
  ASSERT_TRUE(apply(kVisitor, text("hi")));
  const v1::Append same = turn(v1::BOT_ACTION_ANSWER, v1::BOT_REASON_FOUND, "Hello.");
  ASSERT_TRUE(apply(kBot, same));
  EXPECT_EQ(apply(kBot, same).error().code, ErrorCode::kConflict);
  ASSERT_TRUE(apply(kBot, turn(v1::BOT_ACTION_HAND_OVER, v1::BOT_REASON_UNAVAILABLE, "One moment."))) << "giving up is always possible";
}

TEST_F(BotConversation, IsSilentOnceAnAgentHasIt) {
  ASSERT_TRUE(apply(kVisitor, text("hi")));
  ASSERT_TRUE(apply(kLin, text("I am here.")));
  EXPECT_EQ(state_.holder().kind(), v1::HOLDER_KIND_AGENT);
  const auto late = apply(kBot, turn(v1::BOT_ACTION_ANSWER, v1::BOT_REASON_FOUND, "Hello."));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kConflict);
  ASSERT_TRUE(apply(kVisitor, text("thanks")));
  EXPECT_EQ(state_.holder().kind(), v1::HOLDER_KIND_AGENT) << "what is open stays with whom it is";
}

TEST_F(BotConversation, WhatWasResolvedComesBackToTheBotAndWithoutOneToItsAgent) {
  ASSERT_TRUE(apply(kVisitor, text("hi")));
  ASSERT_TRUE(apply(kLin, text("done")));
  ASSERT_TRUE(apply(kLin, resolve()));
  ASSERT_TRUE(apply(kVisitor, text("again"), false));
  EXPECT_EQ(state_.holder().kind(), v1::HOLDER_KIND_AGENT);
  ASSERT_TRUE(apply(kLin, resolve()));
  ASSERT_TRUE(apply(kVisitor, text("and again")));
  EXPECT_EQ(state_.holder().kind(), v1::HOLDER_KIND_BOT);
}

TEST_F(BotConversation, NobodyElseOffersChoicesOrCites) {
  v1::Append append = text("hi");
  append.mutable_message()->add_choices("click");
  EXPECT_EQ(apply(kVisitor, append).error().code, ErrorCode::kInvalidArgument);
  ASSERT_TRUE(apply(kVisitor, text("hi")));
  append = text("read this");
  append.mutable_message()->add_citations()->set_url("https://shop.example");
  EXPECT_EQ(apply(kLin, append).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(BotConversation, ATurnHasItsLimits) {
  ASSERT_TRUE(apply(kVisitor, text("hi")));
  v1::Append full = turn(v1::BOT_ACTION_ASK_BACK, v1::BOT_REASON_UNSURE, "Which?");
  for (std::size_t i = 0; i < limits::kChoicesMax; ++i) full.mutable_bot_turn()->mutable_reply()->add_choices("this");
  v1::Append over = full;
  over.mutable_bot_turn()->mutable_reply()->add_choices("that");
  EXPECT_EQ(apply(kBot, over).error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(apply(kBot, full));
  v1::Append ahead = turn(v1::BOT_ACTION_ANSWER, v1::BOT_REASON_FOUND, "x");
  ahead.mutable_bot_turn()->mutable_decided()->set_through_seq(99);
  EXPECT_FALSE(apply(kBot, ahead));
}

}  // namespace
}  // namespace wk
