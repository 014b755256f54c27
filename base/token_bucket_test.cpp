#include "base/token_bucket.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "base/rate_table.hpp"

namespace wk {
namespace {

using namespace std::chrono_literals;

// Not the epoch: a bucket that was never used has to be full at any time.
const SteadyTime kBegin = SteadyTime() + 5h;

template <typename Take>
int taken(int tries, Take&& take) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += take() ? 1 : 0;
  return count;
}

TEST(SmallTokenBucket, GivesTheBurstAtOnceAndThenTheRate) {
  const BucketTerms terms{.rate = 10, .burst = 30};
  SmallTokenBucket bucket(terms, kBegin);
  EXPECT_EQ(taken(100, [&] { return bucket.take(terms, kBegin); }), 30);
  EXPECT_EQ(bucket.wait(terms), 101ms);
  EXPECT_FALSE(bucket.take(terms, kBegin + 90ms));
  EXPECT_TRUE(bucket.take(terms, kBegin + bucket.wait(terms) + 90ms));
  EXPECT_EQ(taken(100, [&] { return bucket.take(terms, kBegin + 1h); }), 30) << "no more than the burst, however long the pause";
}

TEST(SmallTokenBucket, FollowsChangedTermsAtOnce) {
  SmallTokenBucket bucket({.rate = 1, .burst = 1}, kBegin);
  EXPECT_TRUE(bucket.take({.rate = 1, .burst = 1}, kBegin));
  EXPECT_FALSE(bucket.take({.rate = 1, .burst = 1}, kBegin + 50ms));
  EXPECT_TRUE(bucket.take({.rate = 100, .burst = 10}, kBegin + 100ms));
  EXPECT_TRUE(bucket.take({.rate = 0, .burst = 0}, kBegin + 100ms)) << "0 is no limit";
}

TEST(SmallTokenBucket, GivesNothingForAClockThatIsBehind) {
  const BucketTerms terms{.rate = 10, .burst = 5};
  SmallTokenBucket bucket(terms, kBegin);
  EXPECT_EQ(taken(5, [&] { return bucket.take(terms, kBegin); }), 5);
  EXPECT_FALSE(bucket.take(terms, kBegin - 1ms));
  EXPECT_FALSE(bucket.take(terms, kBegin - 1h));
  EXPECT_FALSE(bucket.take(terms, kBegin + 99ms)) << "nor is what passed counted twice";
  EXPECT_TRUE(bucket.take(terms, kBegin + 100ms));
}

TEST(SharedTokenBucket, GivesTheBurstAtOnceAndThenTheRate) {
  const BucketTerms terms{.rate = 100, .burst = 50};
  SharedTokenBucket bucket;
  EXPECT_EQ(taken(200, [&] { return !bucket.take(terms, kBegin); }), 50);
  EXPECT_EQ(taken(200, [&] { return !bucket.take(terms, kBegin + 100ms); }), 10);
  EXPECT_EQ(taken(200, [&] { return !bucket.take(terms, kBegin + 1h); }), 50);
}

TEST(SharedTokenBucket, PromisesEachOfTheRefusedATimeOfTheirOwn) {
  const BucketTerms terms{.rate = 100, .burst = 1};
  SharedTokenBucket bucket;
  ASSERT_FALSE(bucket.take(terms, kBegin));
  std::set<Milliseconds> waits;
  for (int i = 1; i <= 500; ++i) {
    const auto wait = bucket.take(terms, kBegin);
    ASSERT_TRUE(wait);
    EXPECT_EQ(*wait, Milliseconds(10 * i));
    waits.insert(*wait);
  }
  EXPECT_EQ(waits.size(), 500u);
  // And each finds a token when they come then.
  for (const Milliseconds wait : waits) EXPECT_FALSE(bucket.take(terms, kBegin + wait)) << wait.count();
}

TEST(SharedTokenBucket, PromisesNothingBeyondTheMost) {
  const BucketTerms terms{.rate = 1, .burst = 1};
  SharedTokenBucket bucket;
  Milliseconds most{0};
  for (int i = 0; i < 1'000; ++i) most = std::max(most, bucket.take(terms, kBegin).value_or(0ms));
  EXPECT_EQ(most, SharedTokenBucket::kWaitMax);
}

TEST(SharedTokenBucket, FollowsChangedTermsAtOnce) {
  SharedTokenBucket bucket;
  const BucketTerms slow{.rate = 1, .burst = 100};
  EXPECT_EQ(taken(200, [&] { return !bucket.take(slow, kBegin); }), 100);
  // A bucket that was a hundred seconds from full is at most empty under the new terms.
  const BucketTerms fast{.rate = 1'000, .burst = 1'000};
  bucket.forget_promises();
  const auto wait = bucket.take(fast, kBegin);
  ASSERT_TRUE(wait);
  EXPECT_LE(*wait, 1ms);
  EXPECT_EQ(taken(2'000, [&] { return !bucket.take(fast, kBegin + 100ms); }), 100);
  EXPECT_FALSE(bucket.take({}, kBegin)) << "0 is no limit";
}

TEST(SharedTokenBucket, GivesNoTokenTwiceToSeveralThreads) {
  const BucketTerms terms{.rate = 0.001, .burst = 40'000};
  SharedTokenBucket bucket;
  std::atomic<int> given{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { given += taken(20'000, [&] { return !bucket.take(terms, kBegin); }); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(given, 40'000);
}

TEST(RateTable, KeepsEachKeyApart) {
  RateTable<int> table(100);
  const BucketTerms terms{.rate = 1, .burst = 2};
  EXPECT_FALSE(table.take(1, terms, kBegin));
  EXPECT_FALSE(table.take(1, terms, kBegin));
  EXPECT_TRUE(table.take(1, terms, kBegin));
  EXPECT_FALSE(table.take(2, terms, kBegin));
}

TEST(RateTable, ForgetsWhoIsIdleAndNobodyElse) {
  RateTable<int> table(1'000);
  const BucketTerms terms{.rate = 0.001, .burst = 3};
  for (int i = 0; i < 500; ++i) EXPECT_FALSE(table.take(i, terms, kBegin));
  // One goes on: its bucket outlives generations.
  EXPECT_FALSE(table.take(7, terms, kBegin + 61s));
  EXPECT_FALSE(table.take(7, terms, kBegin + 122s));
  EXPECT_TRUE(table.take(7, terms, kBegin + 183s));
  EXPECT_LE(table.size(), 2u);
}

TEST(RateTable, NeverHoldsMoreThanTwiceItsMost) {
  RateTable<int> table(100);
  const BucketTerms terms{.rate = 1, .burst = 1};
  for (int i = 0; i < 10'000; ++i) {
    (void)table.take(i, terms, kBegin);
    ASSERT_LE(table.size(), 200u);
  }
  EXPECT_TRUE(table.take(9'999, terms, kBegin)) << "who came last is known";
}

}  // namespace
}  // namespace wk
