#include "gateway/server/subscription.hpp"

#include <gtest/gtest.h>

#include "base/token_bucket.hpp"

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

TEST(TokenBucket, GivesTheBurstThenTheRate) {
  ManualClock clock;
  TokenBucket bucket(10, 3, clock.steady());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(clock.steady()));
  EXPECT_FALSE(bucket.take(clock.steady()));
  clock.advance(bucket.wait());
  EXPECT_TRUE(bucket.take(clock.steady()));
  EXPECT_FALSE(bucket.take(clock.steady()));
}

}  // namespace
}  // namespace wk
