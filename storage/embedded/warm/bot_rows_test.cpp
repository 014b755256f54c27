#include "storage/embedded/warm/bot_rows.hpp"

#include <gtest/gtest.h>

#include "storage/embedded/warm/limits.hpp"
#include "storage/embedded/warm/warm_store.hpp"
#include "tests/contract/event_maker.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk {
namespace {

using testing::EventMaker;
using testing::TemporaryDirectory;

constexpr std::int64_t kDay = 86'400'000;

class BotRowsTest : public ::testing::Test {
 protected:
  BotRowsTest() { reopen(); }
  void reopen() {
    store_.reset();
    auto opened = WarmStore::open(directory_.path() / "warm.db", {});
    ASSERT_TRUE(opened) << opened.error().context;
    store_ = std::move(*opened);
  }
  void apply(const std::vector<EventRef>& events) {
    std::vector<JournalRecord> records;
    for (const EventRef& event : events) records.push_back({JournalPosition{++position_}, event});
    const auto applied = store_->apply(records, JournalPosition{position_});
    ASSERT_TRUE(applied) << applied.error().context;
  }
  // Up to now, from `days` before the clock's start on.
  BotRecord::Period period(std::int64_t days = 1, std::optional<SiteId> site = std::nullopt) const { return {site, begin_ - (days - 1) * kDay, make_.time_ms() + 1}; }
  v1::BotDay total(std::optional<SiteId> site = std::nullopt) {
    auto performance = store_->bot_performance(period(1, site));
    EXPECT_TRUE(performance) << performance.error().context;
    return performance ? performance->total() : v1::BotDay();
  }
  std::vector<std::string> questions(std::size_t limit = 100) {
    std::vector<std::string> texts;
    const auto found = store_->bot_unanswered(period(), limit);
    EXPECT_TRUE(found);
    for (const auto& question : *found) texts.push_back(question.text());
    return texts;
  }
  std::vector<EventRef> begun(ConversationId id, SiteId site = SiteId(EventMaker::kSite)) { return {make_.started(id, site), make_.held_by_bot(id)}; }
  void say(ConversationId id, const std::string& text) { apply({make_.message(id, text)}); }
  void decide(ConversationId id, v1::BotAction action, v1::BotReason reason, std::uint32_t took_us = 1'000) { apply({make_.decided(id, make_.last_seq(id), action, reason, took_us)}); }

  TemporaryDirectory directory_;
  std::unique_ptr<WarmStore> store_;
  const std::int64_t begin_ = 1'767'225'600'000;  // midnight UTC
  EventMaker make_{begin_};
  std::uint64_t position_ = 0;
  const ConversationId a_{101}, b_{102}, c_{103}, d_{104}, e_{105};
};

TEST_F(BotRowsTest, CountWhatBecameOfEachConversation) {
  for (const ConversationId id : {a_, b_, c_, d_, e_}) {
    apply(begun(id));
    say(id, "how do I return this");
  }
  EXPECT_EQ(total().began(), 5u);
  // Answered and resolved; unsure; handed over; taken over; nothing yet.
  decide(a_, v1::BOT_ACTION_ANSWER, v1::BOT_REASON_FOUND, 500);
  apply({make_.rated(a_, 5), make_.state(a_, v1::CONVERSATION_STATE_RESOLVED)});
  decide(b_, v1::BOT_ACTION_ASK_BACK, v1::BOT_REASON_UNSURE, 900);
  decide(c_, v1::BOT_ACTION_HAND_OVER, v1::BOT_REASON_REQUESTED, 1'000);
  apply({make_.handed_over(c_), make_.held_by(c_, AgentId(9)), make_.rated(c_, 2)});
  decide(d_, v1::BOT_ACTION_ANSWER, v1::BOT_REASON_FOUND, 40'000);
  apply({make_.held_by(d_, AgentId(9))});
  const v1::BotDay day = total();
  EXPECT_EQ(day.answered_alone(), 1u);
  EXPECT_EQ(day.answered_alone_resolved(), 1u);
  EXPECT_EQ(day.left_unsure(), 1u);
  EXPECT_EQ(day.taken_over(), 1u);
  ASSERT_EQ(day.handed_over_size(), 1);
  EXPECT_EQ(day.handed_over(0).reason(), v1::BOT_REASON_REQUESTED);
  EXPECT_EQ(day.handed_over(0).count(), 1u);
  EXPECT_EQ(day.turns(), 4u);
  EXPECT_EQ(day.turns_unsure(), 1u);
  EXPECT_NEAR(day.turn_us_median(), 900, 100);
  EXPECT_EQ(day.ratings(), 2u);
  EXPECT_EQ(day.rating_sum(), 7u);
  EXPECT_EQ(day.ratings_alone(), 1u);
  EXPECT_EQ(day.rating_sum_alone(), 5u);
  reopen();
  EXPECT_EQ(total().SerializeAsString(), day.SerializeAsString()) << "it survives";
}

TEST_F(BotRowsTest, WhatComesBackToItCountsAnew) {
  apply(begun(a_));
  say(a_, "a person");
  decide(a_, v1::BOT_ACTION_HAND_OVER, v1::BOT_REASON_REQUESTED);
  apply({make_.handed_over(a_), make_.state(a_, v1::CONVERSATION_STATE_RESOLVED), make_.held_by_bot(a_)});
  say(a_, "how do I return this");
  decide(a_, v1::BOT_ACTION_ANSWER, v1::BOT_REASON_FOUND);
  EXPECT_EQ(total().began(), 2u);
  EXPECT_EQ(total().answered_alone(), 1u);
  EXPECT_EQ(total().handed_over(0).count(), 1u);
}

TEST_F(BotRowsTest, AreToldByDayAndSite) {
  apply(begun(a_));
  say(a_, "x");
  decide(a_, v1::BOT_ACTION_ANSWER, v1::BOT_REASON_FOUND);
  make_.set_time(begin_ + kDay);
  apply(begun(b_, SiteId(8)));
  // A decision of the second day counts there; what became of the conversation counts where it began.
  decide(a_, v1::BOT_ACTION_ASK_BACK, v1::BOT_REASON_NOTHING_FOUND);
  const auto performance = store_->bot_performance({std::nullopt, begin_, begin_ + 3 * kDay});
  ASSERT_TRUE(performance);
  ASSERT_EQ(performance->days_size(), 3);
  EXPECT_EQ(performance->days(0).began(), 1u);
  EXPECT_EQ(performance->days(0).left_unsure(), 1u);
  EXPECT_EQ(performance->days(0).turns(), 1u);
  EXPECT_EQ(performance->days(1).day_ms(), begin_ + kDay);
  EXPECT_EQ(performance->days(1).began(), 1u);
  EXPECT_EQ(performance->days(1).turns_unsure(), 1u);
  EXPECT_EQ(performance->days(2).began(), 0u);
  EXPECT_EQ(performance->total().began(), 2u);
  const auto other = store_->bot_performance({SiteId(8), begin_, begin_ + 3 * kDay});
  EXPECT_EQ(other->total().began(), 1u);
  EXPECT_EQ(other->total().turns(), 0u);
  EXPECT_EQ(store_->bot_performance({std::nullopt, begin_, begin_}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(store_->bot_performance({std::nullopt, begin_, begin_ + limits::kBotRecordDays * kDay}));
  EXPECT_FALSE(store_->bot_performance({std::nullopt, begin_, begin_ + limits::kBotRecordDays * kDay + 1}));
}

TEST_F(BotRowsTest, KeepTheQuestionAmongTheMessagesOfOneTurn) {
  apply(begun(a_));
  apply({make_.message(a_, "Hello"), make_.message(a_, "Do you sell gift cards for the shop?"), make_.message(a_, "Are you there")});
  decide(a_, v1::BOT_ACTION_ASK_BACK, v1::BOT_REASON_NOTHING_FOUND);
  apply({make_.message(a_, "our reply", "", v1::ACTOR_KIND_BOT, 0)});
  say(a_, "gift cards");
  decide(a_, v1::BOT_ACTION_HAND_OVER, v1::BOT_REASON_UNSURE);
  apply({make_.handed_over(a_)});
  EXPECT_EQ(questions(), (std::vector<std::string>{"gift cards", "Do you sell gift cards for the shop?"}));
  EXPECT_EQ(questions(1), (std::vector<std::string>{"gift cards"}));
  const auto first = store_->bot_unanswered(period(), 10)->back();
  EXPECT_EQ(first.seq(), 4u);
  EXPECT_EQ(first.conversation_id(), a_.value());
  EXPECT_EQ(first.reason(), v1::BOT_REASON_NOTHING_FOUND);
  EXPECT_TRUE(first.by_people());
  EXPECT_TRUE(store_->bot_unanswered({SiteId(8), begin_, make_.time_ms() + 1}, 10)->empty());
}

TEST_F(BotRowsTest, WhatAnAgentTookOverIsAQuestionToo) {
  apply(begun(a_));
  say(a_, "Can I pay by invoice?");
  decide(a_, v1::BOT_ACTION_ANSWER, v1::BOT_REASON_FOUND);
  EXPECT_TRUE(questions().empty());
  apply({make_.held_by(a_, AgentId(9))});
  EXPECT_EQ(questions(), (std::vector<std::string>{"Can I pay by invoice?"}));
  // What was unsure before is there once.
  apply(begun(b_));
  say(b_, "Can I pay in gold?");
  decide(b_, v1::BOT_ACTION_ASK_BACK, v1::BOT_REASON_UNSURE);
  apply({make_.held_by(b_, AgentId(9))});
  EXPECT_EQ(questions().size(), 2u);
  EXPECT_EQ(store_->bot_unanswered(period(), 1)->front().reason(), v1::BOT_REASON_UNSURE);
}

TEST_F(BotRowsTest, ForgetTheOldestQuestions) {
  constexpr std::size_t all = limits::kBotQuestionsKept;
  apply(begun(a_));
  std::vector<EventRef> events;
  for (std::size_t i = 0; i < all + 10; ++i) {
    events.push_back(make_.message(a_, "question " + std::to_string(i)));
    events.push_back(make_.decided(a_, make_.last_seq(a_), v1::BOT_ACTION_ASK_BACK, v1::BOT_REASON_UNSURE));
  }
  apply(events);
  const auto kept = questions(2 * all);
  EXPECT_EQ(kept.size(), all);
  EXPECT_EQ(kept.back(), "question 10");
}

TEST_F(BotRowsTest, ForgetConversationsAfterALongTime) {
  apply(begun(a_));
  make_.set_time(begin_ + (limits::kBotRecordDays + 1) * kDay);
  apply(begun(b_));
  EXPECT_EQ(store_->bot_performance({std::nullopt, begin_, begin_ + kDay})->total().began(), 0u);
}

TEST_F(BotRowsTest, AConversationBetweenPeopleLeavesNothing) {
  apply({make_.started(a_), make_.message(a_, "hello"), make_.held_by(a_, AgentId(9)), make_.rated(a_, 4), make_.state(a_, v1::CONVERSATION_STATE_RESOLVED)});
  EXPECT_EQ(total().SerializeAsString(), [&] {
    v1::BotDay empty;
    empty.set_day_ms(begin_);
    return empty.SerializeAsString();
  }());
  EXPECT_TRUE(questions().empty());
}

TEST(BotTurnBuckets, AreCloseToWhatTheyHold) {
  for (const std::uint32_t us : {1u, 7u, 100u, 999u, 12'345u, 4'000'000u, 0xFFFFFFFFu}) {
    const double told = warm::bot_turn_us(warm::bot_turn_bucket(us));
    EXPECT_NEAR(told / us, 1, 0.13) << us;
  }
  EXPECT_EQ(warm::bot_turn_bucket(0), 0);
}

}  // namespace
}  // namespace wk
