#include "storage/embedded/journal/segmented_journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "storage/embedded/journal/limits.hpp"
#include "storage/embedded/journal/testing/journal_helpers.hpp"
#include "storage/embedded/journal/testing/simulated_files.hpp"

namespace wk {
namespace {

using ::testing::ElementsAre;
using testing::append;
using testing::event;
using testing::read_all;
using testing::SimulatedFiles;
using testing::TemporaryDirectory;
using testing::texts;

constexpr std::uint64_t kSmallSegment = limits::kJournalSegmentBytesMin;

std::unique_ptr<SegmentedJournal> open(const std::filesystem::path& directory, std::uint64_t segment_bytes = kSmallSegment,
                                       FileOps& files = system_files()) {
  auto journal = SegmentedJournal::open({.directory = directory, .segment_bytes = segment_bytes, .files = &files});
  EXPECT_TRUE(journal) << (journal ? "" : journal.error().context);
  return journal ? std::move(*journal) : nullptr;
}

TEST(SegmentedJournal, ReadsBackWhatWasCommitted) {
  const TemporaryDirectory directory;
  const auto journal = open(directory.path());
  EXPECT_EQ(journal->begin(), JournalPosition{});
  EXPECT_EQ(journal->end(), JournalPosition{});
  const auto end = append(*journal, {event(1, 1, "a"), event(2, 1, "b", false)});
  ASSERT_TRUE(end);
  EXPECT_EQ(journal->end(), *end);
  const auto read = journal->read(JournalPosition{}, 4096);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->records.size(), 2U);
  EXPECT_EQ(read->next, *end);
  EXPECT_EQ(read->records[0].event.conversation, ConversationId(1));
  EXPECT_TRUE(read->records[0].event.visitor_may_see);
  EXPECT_EQ(read->records[1].event.bytes.view(), "b");
  EXPECT_FALSE(read->records[1].event.visitor_may_see);
  EXPECT_LT(read->records[0].position, read->records[1].position);
  const auto nothing_new = journal->read(*end, 4096);
  ASSERT_TRUE(nothing_new);
  EXPECT_TRUE(nothing_new->records.empty());
  EXPECT_EQ(nothing_new->next, *end);
}

TEST(SegmentedJournal, WithoutAThreadCommitsWhenStepped) {
  SimulatedFiles files;
  auto journal = SegmentedJournal::open({.directory = "/j", .segment_bytes = kSmallSegment, .files = &files, .own_thread = false});
  ASSERT_TRUE(journal);
  int done = 0;
  const auto count = [&](const Result<JournalPosition>& end) { done += end ? 1 : 100; };
  EXPECT_FALSE((*journal)->step());
  ASSERT_EQ((*journal)->submit({event(1, 1)}, count), Enqueued::kAccepted);
  ASSERT_EQ((*journal)->submit({event(1, 2)}, count), Enqueued::kAccepted);
  EXPECT_EQ(done, 0);
  EXPECT_TRUE((*journal)->step());
  EXPECT_EQ(done, 2);
  EXPECT_FALSE((*journal)->step());
  ASSERT_EQ((*journal)->submit({event(1, 3)}, count), Enqueued::kAccepted);
  (*journal)->close();
  EXPECT_EQ(done, 3);
}

TEST(SegmentedJournal, AnswersAtLeastOneRecordHoweverSmallTheRead) {
  const TemporaryDirectory directory;
  const auto journal = open(directory.path(), std::uint64_t{1} << 20);
  ASSERT_TRUE(append(*journal, {event(1, 1, std::string(10'000, 'x')), event(1, 2, "y")}));
  const auto read = journal->read(JournalPosition{}, 1);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->records.size(), 1U);
  EXPECT_EQ(read->records[0].event.bytes.size(), 10'000U);
}

TEST(SegmentedJournal, PlacesEventsWherePlaceBatchSays) {
  const TemporaryDirectory directory;
  const auto journal = open(directory.path());
  for (Seq seq = 1; seq < 300; seq += 3) {
    const std::vector<EventRef> events = {event(1, seq, "first"), event(1, seq + 1), event(1, seq + 2, "")};
    const auto end = append(*journal, events);
    ASSERT_TRUE(end);
    for (const JournalRecord& placed : place_batch(events, *end)) {
      const auto read = journal->read(placed.position, 1);
      ASSERT_TRUE(read);
      ASSERT_EQ(read->records.size(), 1U);
      EXPECT_EQ(read->records[0].event.seq, placed.event.seq);
    }
  }
}

TEST(SegmentedJournal, RefusesPositionsThatAreNoneOfItsOwn) {
  const TemporaryDirectory directory;
  const auto journal = open(directory.path());
  const auto end = append(*journal, {event(1, 1)});
  ASSERT_TRUE(end);
  EXPECT_EQ(journal->read(JournalPosition{end->value + 1}, 100).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(journal->read(JournalPosition{1}, 100).error().code, ErrorCode::kCorrupt) << "the middle of a record";
}

TEST(SegmentedJournal, GoesOnWhereItWasThroughManyRestarts) {
  const TemporaryDirectory directory;
  std::vector<std::string> written;
  JournalPosition end;
  for (int round = 0; round < 40; ++round) {
    const auto journal = open(directory.path());
    EXPECT_EQ(journal->end(), end);
    for (int i = 0; i < 10; ++i) {
      written.push_back(fmt::format("{}-{}", round, i));
      const auto at = append(*journal, {event(1, static_cast<Seq>(written.size()), written.back() + std::string(50, ' '))});
      ASSERT_TRUE(at);
      EXPECT_GT(*at, end);
      end = *at;
    }
  }
  const auto journal = open(directory.path());
  const auto all = read_all(*journal, JournalPosition{});
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), written.size());
  for (std::size_t i = 0; i < written.size(); ++i) {
    EXPECT_EQ((*all)[i].event.bytes.view(), written[i] + std::string(50, ' '));
  }
  const auto report = journal->verify();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->records, written.size());
  EXPECT_GT(report->segments, 5U);
}

TEST(SegmentedJournal, TakesABatchThatIsBiggerThanASegment) {
  const TemporaryDirectory directory;
  {
    const auto journal = open(directory.path());
    ASSERT_TRUE(append(*journal, {event(1, 1, "small")}));
    ASSERT_TRUE(append(*journal, {event(1, 2, std::string(3000, 'a')), event(1, 3, std::string(30'000, 'b'))}));
    ASSERT_TRUE(append(*journal, {event(1, 4, "small again")}));
  }
  const auto journal = open(directory.path());
  const auto all = read_all(*journal, JournalPosition{});
  ASSERT_TRUE(all);
  EXPECT_THAT(texts(*all), ElementsAre("small", std::string(3000, 'a'), std::string(30'000, 'b'), "small again"));
}

TEST(SegmentedJournal, SaysTooLargeToABatchOverTheLimitAndTakesTheNext) {
  const TemporaryDirectory directory;
  const auto journal = open(directory.path());
  const auto refused = append(*journal, {event(1, 1, std::string(limits::kJournalEventBytesMax + 1, 'x'))});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
  const std::vector<EventRef> many(5, event(1, 1, std::string(limits::kJournalEventBytesMax - 100, 'x')));
  EXPECT_EQ(append(*journal, many).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(journal->end(), JournalPosition{});
  EXPECT_TRUE(append(*journal, {event(1, 1)}));
  EXPECT_TRUE(append(*journal, {event(1, 2, std::string(limits::kJournalEventBytesMax, 'x'))}));
  EXPECT_TRUE(journal->read(journal->begin(), 1));
}

TEST(SegmentedJournal, CommitsAnEmptyBatchInItsTurn) {
  const TemporaryDirectory directory;
  const auto journal = open(directory.path());
  const auto first = append(*journal, {event(1, 1)});
  ASSERT_TRUE(first);
  const auto empty = append(*journal, {});
  ASSERT_TRUE(empty);
  EXPECT_EQ(*empty, *first);
}

TEST(SegmentedJournal, ReleasesWholeSegmentsAndKeepsTheLast) {
  const TemporaryDirectory directory;
  JournalPosition begin;
  {
    const auto journal = open(directory.path());
    for (Seq seq = 1; seq <= 100; ++seq) ASSERT_TRUE(append(*journal, {event(1, seq, std::string(400, 'x'))}));
    const auto all = read_all(*journal, JournalPosition{});
    ASSERT_TRUE(all);
    const JournalPosition middle = (*all)[50].position;
    journal->release(middle);
    begin = journal->begin();
    EXPECT_GT(begin, JournalPosition{});
    EXPECT_LE(begin, middle);
    EXPECT_EQ(journal->read(JournalPosition{}, 100).error().code, ErrorCode::kNotFound);
    const auto rest = read_all(*journal, middle);
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->size(), 50U);
  }
  const auto journal = open(directory.path());
  EXPECT_EQ(journal->begin(), begin);
  const JournalPosition end = journal->end();
  journal->release(end);
  EXPECT_LE(journal->begin(), end);
  EXPECT_TRUE(append(*journal, {event(1, 101)}));
  EXPECT_TRUE(read_all(*journal, journal->begin()));
}

TEST(SegmentedJournal, KeepsReleasedSegmentsInOrderWhenOneCannotBeRemoved) {
  SimulatedFiles files;
  {
    const auto journal = open("d", kSmallSegment, files);
    for (Seq seq = 1; seq <= 100; ++seq) ASSERT_TRUE(append(*journal, {event(1, seq, std::string(400, 'x'))}));
    files.fail_remove(true);
    journal->release(JournalPosition{10'000});
    ASSERT_TRUE(append(*journal, {event(1, 101)}));
    journal->release(JournalPosition{20'000});
    ASSERT_TRUE(append(*journal, {event(1, 102)}));
    files.fail_remove(false);
  }
  const auto journal = open("d", kSmallSegment, files);
  ASSERT_TRUE(journal);
  EXPECT_TRUE(journal->verify());
}

TEST(SegmentedJournal, IsLockedAgainstASecondServer) {
  const TemporaryDirectory directory;
  auto journal = open(directory.path());
  const auto second = SegmentedJournal::open({.directory = directory.path()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  journal.reset();
  EXPECT_TRUE(open(directory.path()));
}

TEST(SegmentedJournal, IsCheckedFromOutsideWhileItRuns) {
  const TemporaryDirectory directory;
  const auto journal = open(directory.path());
  for (Seq seq = 1; seq <= 50; ++seq) ASSERT_TRUE(append(*journal, {event(1, seq, std::string(400, 'x'))}));
  const auto report = SegmentedJournal::check(directory.path());
  ASSERT_TRUE(report);
  EXPECT_EQ(report->records, 50U);
  EXPECT_EQ(report->end, journal->end().value);
}

TEST(SegmentedJournal, RefusesAtTheLimitOfItsQueueAndTakesMoreWhenItIsServed) {
  SimulatedFiles files;
  std::latch sync_reached(1);
  std::latch go_on(1);
  const auto journal = open("d", std::uint64_t{64} << 20, files);
  std::atomic<int> done = 0;
  const auto count = [&done](Result<JournalPosition> end) {
    EXPECT_TRUE(end);
    ++done;
  };
  ASSERT_TRUE(append(*journal, {event(1, 1)}));
  std::atomic<bool> first = true;
  files.on_sync([&] {
    if (!first.exchange(false)) return;
    sync_reached.count_down();
    go_on.wait();
  });
  int accepted = 0;
  const std::size_t bytes = std::size_t{1} << 20;
  const SharedBytes big(std::string(bytes, 'x'));
  for (Seq seq = 2;; ++seq) {
    if (journal->submit({{ConversationId(1), seq, big}}, count) == Enqueued::kRefused) break;
    ++accepted;
    if (seq == 2) sync_reached.wait();
  }
  EXPECT_EQ(static_cast<std::size_t>(accepted),
            limits::kJournalQueueBytesMax / (journal_record_bytes(bytes) + limits::kJournalBatchOverheadBytes));
  go_on.count_down();
  ASSERT_TRUE(append(*journal, {}));  // behind all of them
  EXPECT_EQ(done, accepted);
  EXPECT_TRUE(append(*journal, {event(1, 999)}));
}

TEST(SegmentedJournal, CommitsWhatItAcceptedBeforeItCloses) {
  const TemporaryDirectory directory;
  std::atomic<int> done = 0;
  auto journal = open(directory.path());
  for (Seq seq = 1; seq <= 100; ++seq) {
    ASSERT_EQ(journal->submit({event(1, seq)}, [&](Result<JournalPosition> end) { done += end ? 1 : 0; }), Enqueued::kAccepted);
  }
  journal->close();
  EXPECT_EQ(done, 100);
  EXPECT_EQ(journal->submit({event(1, 101)}, [](Result<JournalPosition>) {}), Enqueued::kRefused);
  EXPECT_FALSE(journal->wait(journal->end(), Milliseconds(60'000), {})) << "closing ends the waits";
}

TEST(SegmentedJournal, WaitsForWhatComes) {
  const TemporaryDirectory directory;
  const auto journal = open(directory.path());
  EXPECT_FALSE(journal->wait(JournalPosition{}, Milliseconds(0), {}));
  std::thread writer([&] { EXPECT_TRUE(append(*journal, {event(1, 1)})); });
  EXPECT_TRUE(journal->wait(JournalPosition{}, Milliseconds(60'000), {}));
  writer.join();
}

TEST(SegmentedJournal, WaitsNoLongerThanItsReaderWants) {
  const TemporaryDirectory directory;
  const auto journal = open(directory.path());
  std::stop_source stop;
  std::thread reader([&] { EXPECT_FALSE(journal->wait(JournalPosition{}, Milliseconds(3'600'000), stop.get_token())); });
  stop.request_stop();
  reader.join();
  // Asked before it began to wait.
  EXPECT_FALSE(journal->wait(JournalPosition{}, Milliseconds(3'600'000), stop.get_token()));
}

// Many writers, readers that follow, one that releases: every reader sees every writer's events in order, none twice.
TEST(SegmentedJournal, ServesManyWritersAndTailingReaders) {
  const TemporaryDirectory directory;
  const auto journal = open(directory.path(), 16'384);
  constexpr int kWriters = 4;
  constexpr Seq kEvents = 400;
  std::atomic<int> out_of_order = 0;
  std::vector<std::thread> threads;
  std::uint64_t last_end = 0;  // journal's thread
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      for (Seq seq = 1; seq <= kEvents; seq += 2) {
        while (journal->submit({event(static_cast<std::uint64_t>(writer), seq, std::string(seq % 100, 'x')),
                                event(static_cast<std::uint64_t>(writer), seq + 1)},
                               [&](Result<JournalPosition> end) {
                                 if (!end || end->value <= last_end) ++out_of_order;
                                 if (end) last_end = end->value;
                               }) == Enqueued::kRefused) {
          std::this_thread::yield();
        }
      }
    });
  }
  std::atomic<std::uint64_t> passed[2] = {0, 0};
  for (auto& mine : passed) {
    threads.emplace_back([&] {
      std::vector<Seq> seen(kWriters, 0);
      JournalPosition from;
      for (std::size_t count = 0; count < kWriters * kEvents;) {
        if (!journal->wait(from, Milliseconds(60'000), {})) continue;
        const auto read = journal->read(from, 1000);
        ASSERT_TRUE(read) << read.error().context;
        for (const JournalRecord& record : read->records) {
          Seq& last = seen[record.event.conversation.value()];
          ASSERT_EQ(record.event.seq, last + 1);
          last = record.event.seq;
          ++count;
        }
        from = read->next;
        mine = from.value;
        journal->release(JournalPosition{std::min(passed[0].load(), passed[1].load())});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(out_of_order, 0);
  EXPECT_TRUE(journal->verify());
  EXPECT_GT(journal->begin(), JournalPosition{});
}

}  // namespace
}  // namespace wk
