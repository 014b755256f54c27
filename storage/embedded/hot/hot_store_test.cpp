#include "storage/embedded/hot/hot_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "storage/embedded/journal/limits.hpp"
#include "storage/embedded/journal/segmented_journal.hpp"
#include "storage/embedded/journal/testing/journal_helpers.hpp"
#include "storage/embedded/journal/testing/simulated_files.hpp"

namespace wk {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::event;

constexpr std::size_t kOverhead = limits::kHotEventOverheadBytes;

class Hot : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = SegmentedJournal::open({.directory = "d", .segment_bytes = limits::kJournalSegmentBytesMin, .files = &files_});
    ASSERT_TRUE(opened);
    journal_ = std::move(*opened);
  }
  // As the manager does it: the events are readable before the append is answered.
  JournalPosition append(HotStore& hot, std::vector<EventRef> events) {
    std::promise<JournalPosition> answer;
    EXPECT_EQ(journal_->submit(events,
                               [&](Result<JournalPosition> end) {
                                 ASSERT_TRUE(end);
                                 hot.add(place_batch(events, *end));
                                 answer.set_value(*end);
                               }),
              Enqueued::kAccepted);
    return answer.get_future().get();
  }
  static std::vector<Seq> seqs(const HotStore& hot, std::uint64_t conversation, Seq after = 0, std::size_t limit = 1000) {
    const auto read = hot.read(ConversationId(conversation), after, limit);
    EXPECT_TRUE(read) << (read ? "" : read.error().context);
    std::vector<Seq> out;
    if (read) {
      for (const EventRef& e : read->events) out.push_back(e.seq);
    }
    return out;
  }

  testing::SimulatedFiles files_;
  std::unique_ptr<SegmentedJournal> journal_;
};

TEST_F(Hot, AnswersTheEventsAfterASeqInOrder) {
  HotStore hot(*journal_, {});
  append(hot, {event(1, 1, "a"), event(2, 1, "b"), event(1, 2, "c", false)});
  append(hot, {event(1, 3, "d")});
  EXPECT_THAT(seqs(hot, 1), ElementsAre(1, 2, 3));
  EXPECT_THAT(seqs(hot, 1, 1), ElementsAre(2, 3));
  EXPECT_THAT(seqs(hot, 1, 0, 2), ElementsAre(1, 2));
  EXPECT_THAT(seqs(hot, 1, 3), IsEmpty());
  EXPECT_THAT(seqs(hot, 3), IsEmpty());
  EXPECT_EQ(hot.last_seq(ConversationId(1)), 3U);
  EXPECT_EQ(hot.last_seq(ConversationId(3)), std::nullopt);
  const auto read = hot.read(ConversationId(1), 1, 1);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->first_seq, 1U);
  EXPECT_EQ(read->last_seq, 3U);
  EXPECT_EQ(read->events[0].bytes.view(), "c");
  EXPECT_FALSE(read->events[0].visitor_may_see);
}

TEST_F(Hot, ReadsRecentEventsFromMemoryAlone) {
  HotStore hot(*journal_, {.unwarmed_bytes_max = 2 * (kOverhead + 5), .shards = 1});
  EXPECT_FALSE(hot.read_recent(ConversationId(1), 0, 10)) << "nothing is held: the warm tier may have it";
  append(hot, {event(1, 7, "aaaaa"), event(1, 8, "bbbbb")});
  EXPECT_FALSE(hot.read_recent(ConversationId(1), 5, 10)) << "6 lies before what is held";
  const auto both = hot.read_recent(ConversationId(1), 6, 10);
  ASSERT_TRUE(both);
  EXPECT_EQ(both->size(), 2U);
  EXPECT_EQ(hot.read_recent(ConversationId(1), 6, 1)->size(), 1U);
  EXPECT_TRUE(hot.read_recent(ConversationId(1), 8, 10)->empty());
  append(hot, {event(1, 9, "ccccc")});
  EXPECT_FALSE(hot.read_recent(ConversationId(1), 6, 10)) << "7 was spilled to the journal";
  EXPECT_EQ(hot.read_recent(ConversationId(1), 7, 10)->size(), 2U);
}

TEST_F(Hot, ScansEverythingHeld) {
  HotStore hot(*journal_, {});
  append(hot, {event(1, 1, "a"), event(1, 2, "b")});
  std::string all;
  const auto range = hot.scan(ConversationId(1), [&](const EventRef& e) { all += e.bytes.view(); });
  ASSERT_TRUE(range);
  EXPECT_EQ(all, "ab");
  EXPECT_EQ(range->last_seq, 2U);
}

TEST_F(Hot, KeepsEverythingUnwarmedWhateverTheBudget) {
  HotStore hot(*journal_, {.bytes_max = 1, .shards = 1});
  for (Seq seq = 1; seq <= 50; ++seq) append(hot, {event(1, seq)});
  EXPECT_EQ(seqs(hot, 1).size(), 50U);
}

TEST_F(Hot, EvictsTheOldestWarmedExactlyAtItsBudget) {
  const std::size_t each = kOverhead + 5;
  HotStore hot(*journal_, {.bytes_max = 4 * each, .shards = 1});
  std::vector<JournalPosition> ends;
  for (Seq seq = 1; seq <= 4; ++seq) ends.push_back(append(hot, {event(1, seq, "12345")}));
  hot.set_warm_cursor(ends.back());
  EXPECT_THAT(seqs(hot, 1), ElementsAre(1, 2, 3, 4)) << "within the budget all stays";
  append(hot, {event(2, 1, "12345")});
  EXPECT_THAT(seqs(hot, 1), ElementsAre(2, 3, 4));
  EXPECT_EQ(hot.read(ConversationId(1), 0, 10)->first_seq, 2U);
  append(hot, {event(2, 2, "12345"), event(2, 3, "12345"), event(2, 4, "12345")});
  EXPECT_THAT(seqs(hot, 1), IsEmpty());
  EXPECT_EQ(hot.last_seq(ConversationId(1)), std::nullopt);
  EXPECT_EQ(hot.stats().conversations, 1U);
  append(hot, {event(2, 5, "12345")});
  EXPECT_THAT(seqs(hot, 2), ElementsAre(1, 2, 3, 4, 5)) << "un-warmed: over the budget and kept";
  append(hot, {event(1, 5, "12345")});
  EXPECT_EQ(hot.read(ConversationId(1), 0, 10)->first_seq, 5U) << "a conversation comes back with what is new";
}

TEST_F(Hot, EvictsOnlyBeforeTheCursor) {
  HotStore hot(*journal_, {.bytes_max = 0, .shards = 1});
  append(hot, {event(1, 1)});
  const JournalPosition middle = append(hot, {event(1, 2)});
  append(hot, {event(1, 3), event(2, 1)});
  hot.set_warm_cursor(middle);
  EXPECT_THAT(seqs(hot, 1), ElementsAre(3));
  EXPECT_THAT(seqs(hot, 2), ElementsAre(1));
  hot.set_warm_cursor(JournalPosition{});
  EXPECT_THAT(seqs(hot, 1), ElementsAre(3)) << "the cursor never goes back";
}

TEST_F(Hot, SpillsTheOldestUnwarmedAndReadsThemBackFromTheJournal) {
  const std::size_t each = kOverhead + 5;
  HotStore hot(*journal_, {.unwarmed_bytes_max = 3 * each, .shards = 1});
  for (Seq seq = 1; seq <= 3; ++seq) append(hot, {event(1, seq, fmt::format("text{}", seq), seq != 2)});
  EXPECT_EQ(hot.stats().spilled_events, 0U) << "at the limit nothing is spilled";
  for (Seq seq = 4; seq <= 100; ++seq) append(hot, {event(1, seq, fmt::format("t{:04}", seq)), event(7, seq - 3, "other")});
  EXPECT_EQ(hot.stats().spilled_events, 3U + 2 * 97 - 3);
  EXPECT_LE(hot.stats().unwarmed_bytes, 3 * each);
  const auto read = hot.read(ConversationId(1), 0, 1000);
  ASSERT_TRUE(read) << read.error().context;
  ASSERT_EQ(read->events.size(), 100U);
  EXPECT_EQ(read->events[0].bytes.view(), "text1");
  EXPECT_FALSE(read->events[1].visitor_may_see);
  EXPECT_EQ(read->events[49].bytes.view(), "t0050");
  EXPECT_EQ(read->events[99].bytes.view(), "t0100");
  EXPECT_THAT(seqs(hot, 1, 9, 1), ElementsAre(10));
}

TEST_F(Hot, ForgetsWhatWasSpilledOnceTheWarmTierHasIt) {
  const std::size_t each = kOverhead + 5;
  HotStore hot(*journal_, {.unwarmed_bytes_max = 2 * each, .shards = 1});
  std::vector<JournalPosition> ends;
  for (Seq seq = 1; seq <= 200; ++seq) ends.push_back(append(hot, {event(1, seq, "12345")}));
  hot.set_warm_cursor(ends[149]);
  journal_->release(ends[149]);
  EXPECT_GT(journal_->begin(), JournalPosition{});
  const auto read = hot.read(ConversationId(1), 0, 1000);
  ASSERT_TRUE(read) << read.error().context;
  EXPECT_EQ(read->first_seq, 151U);
  EXPECT_EQ(read->events.size(), 50U);
  hot.set_warm_cursor(ends.back());
  EXPECT_THAT(seqs(hot, 1), ElementsAre(199, 200)) << "never spilled, within the budget";
  EXPECT_EQ(hot.stats().spilled_events, 0U);
  EXPECT_EQ(hot.stats().unwarmed_bytes, 0U);
}

TEST_F(Hot, IsRebuiltFromTheWarmCursorOn) {
  JournalPosition cursor;
  {
    HotStore hot(*journal_, {});
    for (Seq seq = 1; seq <= 20; ++seq) {
      const JournalPosition end = append(hot, {event(1, seq), event(2, seq)});
      if (seq == 12) cursor = end;
    }
  }
  HotStore hot(*journal_, {});
  ASSERT_TRUE(hot.replay(cursor));
  EXPECT_THAT(seqs(hot, 1), ElementsAre(13, 14, 15, 16, 17, 18, 19, 20));
  append(hot, {event(1, 21)});
  EXPECT_EQ(hot.last_seq(ConversationId(1)), 21U);
  ASSERT_TRUE(hot.replay(cursor)) << "what is there already is left out";
  EXPECT_EQ(hot.stats().events, 17U);
}

TEST_F(Hot, SaysSoWhenTheJournalNoLongerHasWhatTheWarmTierLacks) {
  HotStore hot(*journal_, {});
  for (Seq seq = 1; seq <= 200; ++seq) append(hot, {event(1, seq)});
  journal_->release(journal_->end());
  HotStore again(*journal_, {});
  EXPECT_EQ(again.replay(JournalPosition{}).error().code, ErrorCode::kNotFound);
}

// One that appends, one that warms and releases, two that read: nobody ever sees a gap, and nothing un-warmed is missing.
TEST_F(Hot, ShowsEverythingUnwarmedWhileAllIsInMotion) {
  HotStore hot(*journal_, {.bytes_max = 20'000, .unwarmed_bytes_max = 5'000, .shards = 2});
  constexpr Seq kEvents = 1500;
  constexpr std::uint64_t kConversations = 3;
  std::atomic<Seq> appended = 0;
  std::atomic<Seq> warmed = 0;
  std::thread warm([&] {
    JournalPosition from;
    while (warmed < kEvents) {
      if (!journal_->wait(from, Milliseconds(60'000), {})) continue;
      const auto read = journal_->read(from, 20'000);
      ASSERT_TRUE(read);
      Seq through = 0;
      for (const JournalRecord& record : read->records) through = record.event.seq;
      warmed = through;  // "committed in the warm tier" comes first
      hot.set_warm_cursor(read->next);
      journal_->release(read->next);
      from = read->next;
    }
  });
  std::vector<std::thread> readers;
  for (std::uint64_t reader = 1; reader <= 2; ++reader) {
    readers.emplace_back([&, reader] {
      while (warmed < kEvents) {
        const Seq before = appended;
        const auto read = hot.read(ConversationId(reader), 0, SIZE_MAX);
        ASSERT_TRUE(read) << read.error().context;
        const Seq warm_after = warmed;
        if (read->events.empty()) {
          ASSERT_GE(warm_after, before);
          continue;
        }
        ASSERT_EQ(read->events.front().seq, read->first_seq);
        ASSERT_GE(read->last_seq, before);
        ASSERT_LE(read->first_seq, warm_after + 1) << "the warm tier has what is gone from here";
        for (std::size_t i = 0; i < read->events.size(); ++i) ASSERT_EQ(read->events[i].seq, read->first_seq + i);
      }
    });
  }
  for (Seq seq = 1; seq <= kEvents; ++seq) {
    std::vector<EventRef> events;
    for (std::uint64_t c = 1; c <= kConversations; ++c) events.push_back(event(c, seq, std::string(seq % 60, 'x')));
    append(hot, std::move(events));
    appended = seq;
  }
  warm.join();
  for (std::thread& thread : readers) thread.join();
}

}  // namespace
}  // namespace wk
