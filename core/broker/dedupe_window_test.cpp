#include "core/broker/dedupe_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"

namespace wk {
namespace {

using Answer = DedupeWindow::Answer;
constexpr ConversationId kConversation(1);
constexpr Sender kMei{v1::ACTOR_KIND_VISITOR, 7};
constexpr std::int64_t kBegin = 1'800'000'000'000;
constexpr std::int64_t kMinute = 60'000;

TEST(DedupeWindow, RemembersWhoSentWhat) {
  DedupeWindow window(kBegin);
  const std::string id = uuid_v7(kBegin + kMinute);
  EXPECT_EQ(window.find(kConversation, kMei, id, kBegin + kMinute, 0).answer, Answer::kNew);
  window.insert(window.find(kConversation, kMei, id, kBegin + kMinute, 0), {.seq = 4, .time_ms = 9}, 0);
  const auto found = window.find(kConversation, kMei, id, kBegin + kMinute, 0);
  EXPECT_EQ(found.answer, Answer::kSeen);
  EXPECT_EQ(found.append.seq, 4u);
  EXPECT_EQ(window.find(kConversation, {v1::ACTOR_KIND_AGENT, 7}, id, kBegin + kMinute, 0).answer, Answer::kNew);
  window.take_back(1);
  EXPECT_EQ(window.find(kConversation, kMei, id, kBegin + kMinute, 0).answer, Answer::kNew);
}

TEST(DedupeWindow, AsksTheStoreForWhatMayBeOlderThanItself) {
  DedupeWindow window(kBegin);
  const auto before = window.find(kConversation, kMei, uuid_v7(kBegin - kMinute), kBegin + kMinute, 0);
  EXPECT_EQ(before.answer, Answer::kAskStore);
  EXPECT_EQ(before.not_before_ms, kBegin - kMinute - limits::kClientIdFutureMax.count());
  EXPECT_EQ(window.find(kConversation, kMei, "order-17", kBegin, 0).answer, Answer::kAskStore);
}

TEST(DedupeWindow, RefusesIdsFromTheFuture) {
  DedupeWindow window(kBegin);
  EXPECT_TRUE(window.find(kConversation, kMei, uuid_v7(kBegin + kMinute), kBegin, 0).from_the_future);
  EXPECT_FALSE(window.find(kConversation, kMei, uuid_v7(kBegin + 1), kBegin, 0).from_the_future);
}

TEST(DedupeWindow, AsksTheStoreWhereAnotherProcessWroteUnderAClockThatWasAhead) {
  DedupeWindow window(kBegin);
  const std::string id = uuid_v7(kBegin + 5 * kMinute);
  const std::int64_t stored_until = kBegin + 6 * kMinute;
  EXPECT_EQ(window.find(kConversation, kMei, id, kBegin + 7 * kMinute, stored_until).answer, Answer::kAskStore);
  // Also while our clock is still behind.
  const auto ahead = window.find(kConversation, kMei, id, kBegin, stored_until);
  EXPECT_EQ(ahead.answer, Answer::kAskStore);
  EXPECT_TRUE(ahead.from_the_future);
  EXPECT_EQ(window.find(kConversation, kMei, uuid_v7(kBegin + 9 * kMinute), kBegin + 9 * kMinute, stored_until).answer, Answer::kNew);
}

TEST(DedupeWindow, KeepsWhatTheStoreDoesNotHaveYet) {
  DedupeWindow window(kBegin, 2);
  const auto find = [&](int i) { return window.find(kConversation, kMei, "order/" + std::to_string(i), kBegin, 0); };
  for (std::size_t i = 0; i < 5; ++i) window.insert(find(static_cast<int>(i)), {.seq = 1, .time_ms = 0}, i);
  EXPECT_EQ(window.size(), 5u);
  EXPECT_EQ(find(0).answer, Answer::kSeen);
  // Two of them failed, the others are durable.
  window.take_back(2);
  EXPECT_EQ(find(4).answer, Answer::kAskStore);
  window.insert(find(3), {.seq = 2, .time_ms = 0}, 0);
  EXPECT_EQ(window.size(), 2u);
  EXPECT_EQ(find(3).append.seq, 2u);
}

TEST(DedupeWindow, AFullWindowKnowsWhatIsYoungerThanAllItForgot) {
  DedupeWindow window(kBegin, 2);
  for (int i = 1; i <= 3; ++i) {
    const std::int64_t now = kBegin + kMinute + i;
    window.insert(window.find(kConversation, kMei, uuid_v7(now), now, 0), {.seq = static_cast<Seq>(i), .time_ms = 0}, 0);
  }
  const std::int64_t now = kBegin + kMinute + 3;
  EXPECT_EQ(window.find(kConversation, kMei, uuid_v7(kBegin + kMinute + 1), now, 0).answer, Answer::kAskStore);
  EXPECT_EQ(window.find(kConversation, kMei, uuid_v7(kBegin + kMinute + 2), now, 0).answer, Answer::kNew);
}

TEST(DedupeWindow, AnIdFromAheadThatWasForgottenIsAskedFor) {
  DedupeWindow window(kBegin, 1);
  const std::int64_t now = kBegin + kMinute;
  const std::string ahead = uuid_v7(now + limits::kClientIdFutureMax.count());
  window.insert(window.find(kConversation, kMei, ahead, now, 0), {.seq = 1, .time_ms = 0}, 0);
  window.insert(window.find(kConversation, kMei, uuid_v7(now), now, 0), {.seq = 2, .time_ms = 0}, 0);
  EXPECT_EQ(window.find(kConversation, kMei, ahead, now, 0).answer, Answer::kAskStore);
}

TEST(DedupeWindow, BeginsLaterWhenFullRatherThanForgetSilently) {
  DedupeWindow window(kBegin, 2);
  const std::string first = uuid_v7(kBegin + kMinute);
  window.insert(window.find(kConversation, kMei, first, kBegin + kMinute, 0), {.seq = 1, .time_ms = 0}, 0);
  window.insert(window.find(kConversation, kMei, uuid_v7(kBegin + 2 * kMinute), kBegin + 2 * kMinute, 0), {.seq = 2, .time_ms = 0}, 0);
  window.insert(window.find(kConversation, kMei, uuid_v7(kBegin + 3 * kMinute), kBegin + 3 * kMinute, 0), {.seq = 3, .time_ms = 0}, 0);
  EXPECT_EQ(window.size(), 2u);
  EXPECT_EQ(window.find(kConversation, kMei, first, kBegin + 3 * kMinute, 0).answer, Answer::kAskStore);
}

// Against what is written down beside it, whatever comes: many in one bucket, numbers given again, a ring that grows.
TEST(DedupeWindow, KnowsExactlyWhatItWasToldAndHasNotForgotten) {
  constexpr std::size_t kMax = 3'000;
  DedupeWindow window(kBegin, kMax);
  std::mt19937 random(1);
  std::deque<std::pair<std::string, Seq>> told;
  std::vector<std::string> gone;
  std::size_t not_durable = 0;
  Seq seq = 0;
  const auto find = [&](const std::string& id) { return window.find(kConversation, kMei, id, kBegin, 0); };
  const auto check = [&] {
    ASSERT_EQ(window.size(), told.size());
    for (const auto& [id, its_seq] : told) {
      const auto found = find(id);
      ASSERT_EQ(found.answer, Answer::kSeen) << id;
      ASSERT_EQ(found.append.seq, its_seq);
    }
    for (const std::string& id : gone) ASSERT_EQ(find(id).answer, Answer::kAskStore) << id;
  };
  for (int step = 0; step < 4'000; ++step) {
    if (random() % 10 == 0) {
      // A batch failed; some of it is sent again.
      const std::size_t count = random() % (not_durable + 1);
      window.take_back(count);
      not_durable -= count;
      for (std::size_t i = 0; i < count; ++i) {
        gone.push_back(told.back().first);
        told.pop_back();
      }
    } else if (random() % 10 == 0) {
      not_durable = 0;
    } else {
      for (std::size_t i = random() % 20; i > 0; --i) {
        std::string id = "order/" + std::to_string(seq);
        if (!gone.empty() && random() % 3 == 0) {
          std::swap(gone[random() % gone.size()], gone.back());
          id = std::move(gone.back());
          gone.pop_back();
        }
        window.insert(find(id), {.seq = ++seq, .time_ms = 0}, not_durable++);
        told.emplace_back(std::move(id), seq);
        while (told.size() > std::max(kMax, not_durable)) {
          gone.push_back(std::move(told.front().first));
          told.pop_front();
        }
      }
    }
    if (gone.size() > 2'000) gone.erase(gone.begin(), gone.begin() + 1'000);
    if (step % 200 == 0) check();
  }
  EXPECT_GT(seq, 5 * kMax);
  check();
}

TEST(UuidV7Time, IsReadOnlyFromAUuidV7) {
  EXPECT_EQ(uuid_v7_time_ms(uuid_v7(kBegin)), kBegin);
  EXPECT_FALSE(uuid_v7_time_ms("0190b4a1-9c2d-4abc-8def-0123456789ab"));
  EXPECT_FALSE(uuid_v7_time_ms("-190b4a1-9c2d-7abc-8def-0123456789ab"));
  EXPECT_FALSE(uuid_v7_time_ms("x"));
}

}  // namespace
}  // namespace wk
