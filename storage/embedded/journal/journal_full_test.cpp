// No room on disk, and calls that fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "storage/embedded/journal/limits.hpp"
#include "storage/embedded/journal/segmented_journal.hpp"
#include "storage/embedded/journal/testing/journal_helpers.hpp"
#include "storage/embedded/journal/testing/simulated_files.hpp"

namespace wk {
namespace {

using ::testing::ElementsAre;
using testing::append;
using testing::event;
using testing::read_all;
using testing::SimulatedFiles;
using testing::texts;

std::unique_ptr<SegmentedJournal> open(SimulatedFiles& files) {
  auto journal = SegmentedJournal::open({.directory = "d", .segment_bytes = limits::kJournalSegmentBytesMin, .files = &files});
  EXPECT_TRUE(journal) << (journal ? "" : journal.error().context);
  return journal ? std::move(*journal) : nullptr;
}

std::vector<std::string> stored(SegmentedJournal& journal) {
  const auto all = read_all(journal, journal.begin());
  EXPECT_TRUE(all);
  return all ? texts(*all) : std::vector<std::string>();
}

TEST(FullDisk, RefusesEachBatchAndTakesTheFirstOneAfterRoomReturned) {
  SimulatedFiles files;
  const auto journal = open(files);
  files.set_room(10'000);  // two segments
  int accepted = 0;
  Result<JournalPosition> answer;
  for (; (answer = append(*journal, {event(1, 1, std::string(500, 'x'))})); ++accepted) {
  }
  EXPECT_EQ(answer.error().code, ErrorCode::kStorageFull);
  EXPECT_EQ(accepted, 2 * static_cast<int>(limits::kJournalSegmentBytesMin / journal_record_bytes(500)));
  const JournalPosition end = journal->end();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(append(*journal, {event(1, 1, std::string(500, 'x'))}).error().code, ErrorCode::kStorageFull);
  EXPECT_EQ(journal->end(), end);
  EXPECT_EQ(stored(*journal).size(), static_cast<std::size_t>(accepted)) << "reading goes on";
  files.set_room(20'000);
  EXPECT_TRUE(append(*journal, {event(1, 1, "again")}));
  EXPECT_EQ(stored(*journal).back(), "again");
}

TEST(FullDisk, StartsAndReadsWithoutAnyRoom) {
  SimulatedFiles files;
  { ASSERT_TRUE(append(*open(files), {event(1, 1, "kept")})); }
  const std::string name = "d/" + segment_name(0);
  std::string bytes = files.contents(name);
  bytes[kSegmentHeaderBytes + journal_record_bytes(4) + 3] = 'x';  // a torn tail to be cut
  files.set_contents(name, bytes);
  files.set_room(0);
  const auto journal = open(files);
  ASSERT_TRUE(journal);
  EXPECT_THAT(stored(*journal), ElementsAre("kept"));
  EXPECT_EQ(append(*journal, {event(1, 2, "no")}).error().code, ErrorCode::kStorageFull);
  files.set_room(100'000);
  EXPECT_TRUE(append(*journal, {event(1, 2, "yes")}));
  EXPECT_THAT(stored(*journal), ElementsAre("kept", "yes"));
}

TEST(FullDisk, TakesASmallerSegmentWhereAWholeOneHasNoRoom) {
  SimulatedFiles files;
  files.set_room(3 << 20);
  const auto journal = SegmentedJournal::open({.directory = "d", .segment_bytes = 8 << 20, .files = &files});
  ASSERT_TRUE(journal);
  EXPECT_TRUE(append(**journal, {event(1, 1)}));
  EXPECT_LE(files.used(), std::uint64_t{3} << 20);
}

// The contract: on a failure nothing of the batch is stored, nor of any submitted before its done ran.
TEST(FailedWrite, TakesEverythingWithItThatWasSubmittedBeforeItsDoneRan) {
  for (const std::size_t keep : {0, 1, 40, 60, 100, 5000}) {
    SimulatedFiles files;
    auto journal = open(files);
    ASSERT_TRUE(append(*journal, {event(1, 1, "before")}));
    std::latch in_sync(1);
    std::latch go_on(1);
    std::atomic<bool> first = true;
    files.on_sync([&] {
      if (!first.exchange(false)) return;
      in_sync.count_down();
      go_on.wait();
    });
    std::vector<std::string> answers;  // the journal's thread
    const auto note = [&answers](std::string name) {
      return [&answers, name](Result<JournalPosition> end) {
        answers.push_back(name + (end ? " stored" : " " + std::string(error_code_name(end.error().code))));
      };
    };
    ASSERT_EQ(journal->submit({event(1, 2, "stored")}, note("a")), Enqueued::kAccepted);
    in_sync.wait();
    // These two make one group, whose write fails half way.
    files.fail_write(1, keep, ErrorCode::kStorageFull);
    ASSERT_EQ(journal->submit({event(1, 3, "lost"), event(1, 4, "lost")}, note("b")), Enqueued::kAccepted);
    SegmentedJournal* const raw = journal.get();
    Enqueued inside = Enqueued::kRefused;
    std::latch failed(1);
    ASSERT_EQ(journal->submit({event(2, 1, "lost")},
                              [&, raw](Result<JournalPosition> end) {
                                answers.push_back(std::string("c ") + (end ? "stored" : "failed"));
                                // The last of the failed: from here on all is new.
                                inside = raw->submit({event(1, 3, "later")}, note("d"));
                                failed.count_down();
                              }),
              Enqueued::kAccepted);
    go_on.count_down();
    failed.wait();
    EXPECT_TRUE(append(*journal, {event(3, 1, "after")}));
    EXPECT_EQ(inside, Enqueued::kAccepted);
    journal->close();
    EXPECT_THAT(answers, ElementsAre("a stored", "b storage_full", "c failed", "d stored"));
    const auto check = [](const std::vector<std::string>& found) {
      EXPECT_THAT(found, ElementsAre("before", "stored", "later", "after"));
    };
    check(stored(*journal));
    journal.reset();
    files.on_sync(nullptr);
    check(stored(*open(files)));
  }
}

TEST(FailedWrite, LeavesNothingBehindForTheNextStart) {
  for (std::size_t keep = 0; keep < 120; keep += 7) {
    SimulatedFiles files;
    {
      const auto journal = open(files);
      ASSERT_TRUE(append(*journal, {event(1, 1, "kept")}));
      files.fail_write(1, keep, ErrorCode::kIo);
      const auto answer = append(*journal, {event(1, 2, "lost"), event(1, 3, "lost")});
      ASSERT_FALSE(answer);
      EXPECT_EQ(answer.error().code, ErrorCode::kIo);
      // Without a sync by anyone else, as after a power cut.
      std::mt19937_64 random(keep);
      const auto after = files.after_power_cut(random);
      EXPECT_THAT(stored(*open(*after)), ElementsAre("kept"));
      ASSERT_TRUE(append(*journal, {event(1, 2, "new")}));
    }
    EXPECT_THAT(stored(*open(files)), ElementsAre("kept", "new"));
  }
}

TEST(FailedWrite, WhileASegmentIsMadeLeavesTheOldOneInUse) {
  SimulatedFiles files;
  {
    const auto journal = open(files);
    ASSERT_TRUE(append(*journal, {event(1, 1, std::string(3000, 'a'))}));
    files.fail_write(1, 10, ErrorCode::kIo);  // the new segment's header
    EXPECT_EQ(append(*journal, {event(1, 2, std::string(3000, 'b'))}).error().code, ErrorCode::kIo);
    EXPECT_TRUE(append(*journal, {event(1, 2, "small enough for the old one")}));
    EXPECT_TRUE(append(*journal, {event(1, 3, std::string(3000, 'c'))}));
  }
  const auto journal = open(files);
  EXPECT_THAT(stored(*journal), ElementsAre(std::string(3000, 'a'), "small enough for the old one", std::string(3000, 'c')));
}

TEST(FailedSyncDeathTest, EndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        SimulatedFiles files;
        const auto journal = open(files);
        (void)append(*journal, {event(1, 1)});
        files.fail_sync(1);
        (void)append(*journal, {event(1, 2)});
      },
      "journal.sync_failed");
}

}  // namespace
}  // namespace wk
