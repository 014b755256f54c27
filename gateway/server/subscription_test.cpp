#include "gateway/server/subscription.hpp"

#include <gtest/gtest.h>

#include "gateway/server/connection_table.hpp"
#include "gateway/server/timer_wheel.hpp"

namespace wk {
namespace {

constexpr ConversationId kConversation(1);
EventRange range(Seq after, Seq through) { return {kConversation, after, through, {}}; }

TEST(Subscription, P42SendsLiveWhatJoinsOnAndReadsTheRest) {
  Subscription subscription(kConversation);
  EXPECT_FALSE(subscription.takes(range(0, 1), false)) << "not before its answer was sent";
  subscription.begin(0, 1);
  EXPECT_TRUE(subscription.wants_read());
  subscription.read_begins();
  EXPECT_FALSE(subscription.takes(range(1, 2), false)) << "a read is under way";
  subscription.read_ends(1);
  EXPECT_TRUE(subscription.wants_read()) << "for what went by meanwhile";
  subscription.read_begins();
  subscription.read_ends(2);
  EXPECT_FALSE(subscription.wants_read());
  EXPECT_TRUE(subscription.takes(range(2, 5), false));
  EXPECT_EQ(subscription.cursor(), 5u);
}

TEST(Subscription, ASlowPeerIsACursorNotAQueue) {
  Subscription subscription(kConversation);
  subscription.begin(7, 7);
  for (Seq seq = 7; seq < 1000; ++seq) EXPECT_FALSE(subscription.takes(range(seq, seq + 1), true));
  EXPECT_EQ(subscription.cursor(), 7u);
  EXPECT_TRUE(subscription.wants_read());
}

TEST(Subscription, WhatTheStoreAlreadyGaveIsNotSentAgain) {
  Subscription subscription(kConversation);
  subscription.begin(0, 3);
  subscription.read_begins();
  subscription.read_ends(5);  // the store had more than was known
  EXPECT_FALSE(subscription.takes(range(3, 5), false));
  EXPECT_FALSE(subscription.wants_read());
  EXPECT_TRUE(subscription.takes(range(5, 6), false));
}

struct Kept {
  std::uint64_t own_key;
  std::uint64_t key() const { return own_key; }
};

TEST(ConnectionTable, AKeyFindsNothingOnceItsPlaceWasTakenAgain) {
  ConnectionTable<Kept> table(3);
  const auto make = [](std::uint64_t key) { return std::make_unique<Kept>(Kept{key}); };
  const std::uint64_t first = table.add(make).key();
  const std::uint64_t second = table.add(make).key();
  EXPECT_EQ(table.find(first)->key(), first);
  EXPECT_NE(table.take(first), nullptr);
  const std::uint64_t third = table.add(make).key();
  EXPECT_EQ(table.find(first), nullptr);
  EXPECT_EQ(table.take(first), nullptr);
  EXPECT_EQ(table.find(third)->key(), third);
  EXPECT_EQ(table.find(second)->key(), second);
  EXPECT_EQ(table.size(), 2u);
  EXPECT_NE(ConnectionTable<Kept>(4).add(make).key(), second) << "keys of two loops never meet";
  EXPECT_EQ(table.find(0), nullptr);
}

TEST(TimerWheel, LooksNotBeforeTheTimeAndAtMostASecondAfter) {
  ManualClock clock;
  TimerWheel wheel(clock.steady());
  const SteadyTime due = clock.steady() + std::chrono::milliseconds(10'400);
  wheel.add(7, due);
  bool looked = false;
  for (int i = 0; i < 100 && !looked; ++i) {
    clock.advance(Milliseconds(500));
    wheel.advance(clock.steady(), [&](std::uint64_t key) {
      EXPECT_EQ(key, 7u);
      looked = true;
    });
  }
  EXPECT_GE(clock.steady(), due);
  EXPECT_LE(clock.steady(), due + std::chrono::milliseconds(1'500));
}

TEST(TimerWheel, SurvivesAClockThatJumpsAndKeysAddedWhileLooking) {
  ManualClock clock;
  TimerWheel wheel(clock.steady());
  wheel.add(1, clock.steady() - std::chrono::seconds(5));
  wheel.add(2, clock.steady() + std::chrono::hours(1));  // beyond the wheel: looked at early, and added again
  clock.advance(std::chrono::seconds(300));
  int looks = 0;
  wheel.advance(clock.steady(), [&](std::uint64_t key) {
    ++looks;
    if (key == 2) wheel.add(2, clock.steady() + std::chrono::hours(1));
  });
  EXPECT_GE(looks, 2);
  clock.advance(std::chrono::seconds(63));
  bool again = false;
  wheel.advance(clock.steady(), [&](std::uint64_t key) { again = again || key == 2; });
  EXPECT_TRUE(again);
}

}  // namespace
}  // namespace wk
