// What a start finds after a crash.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>

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

Result<std::unique_ptr<SegmentedJournal>> try_open(SimulatedFiles& files) {
  return SegmentedJournal::open({.directory = "d", .segment_bytes = limits::kJournalSegmentBytesMin, .files = &files});
}

std::unique_ptr<SegmentedJournal> open(SimulatedFiles& files) {
  auto journal = try_open(files);
  EXPECT_TRUE(journal) << (journal ? "" : journal.error().context);
  return journal ? std::move(*journal) : nullptr;
}

const std::string kFirst = "d/" + segment_name(0);

TEST(TornTail, IsCutWhereverTheLastBatchEnds) {
  SimulatedFiles written;
  std::size_t kept = 0;
  std::size_t end = 0;
  {
    const auto journal = open(written);
    const auto at = append(*journal, {event(1, 1, "kept")});
    ASSERT_TRUE(at);
    kept = kSegmentHeaderBytes + at->value;
    const auto next = append(*journal, {event(1, 2, "torn"), event(1, 3, "torn too")});
    ASSERT_TRUE(next);
    end = kSegmentHeaderBytes + next->value;
  }
  const std::string whole = written.contents(kFirst);
  for (std::size_t cut = kept; cut < end; ++cut) {
    for (const bool short_file : {false, true}) {
      SimulatedFiles files;
      files.set_contents(kFirst, whole.substr(0, cut) + (short_file ? "" : std::string(whole.size() - cut, '\0')));
      {
        const auto journal = open(files);
        const auto found = read_all(*journal, JournalPosition{});
        ASSERT_TRUE(found);
        ASSERT_THAT(texts(*found), ElementsAre("kept")) << cut;
        ASSERT_TRUE(append(*journal, {event(1, 2, "new")}));
      }
      const auto journal = open(files);
      const auto found = read_all(*journal, JournalPosition{});
      ASSERT_TRUE(found);
      ASSERT_THAT(texts(*found), ElementsAre("kept", "new")) << cut;
      ASSERT_TRUE(journal->verify());
    }
  }
}

// kill -9 leaves in the page cache what was written and not synced, and in the directory the names that were not synced. The next
// process reads them, readers pass them on, a resent append is acked because of them: then they must outlive the power.
TEST(Restart, MakesDurableWhatItTookOverFromAKilledProcess) {
  std::mt19937_64 random(1);
  // Killed before every single call to the file system that two commits make, the first of which makes the segment.
  for (int die_at = 1; die_at < 12; ++die_at) {
    SimulatedFiles files;
    std::unique_ptr<SimulatedFiles> left;
    int calls = 0;
    files.on_step([&](const char*) {
      if (++calls == die_at) left = files.after_kill();
    });
    {
      const auto journal = open(files);
      ASSERT_TRUE(append(*journal, {event(1, 1, "one")}));
      ASSERT_TRUE(append(*journal, {event(1, 2, "two")}));
    }
    if (!left) break;
    std::vector<std::string> before;
    {
      const auto journal = open(*left);
      const auto found = read_all(*journal, JournalPosition{});
      ASSERT_TRUE(found);
      before = texts(*found);
      // Before anything new is committed and synced.
      for (int cut = 0; cut < 20; ++cut) {
        const auto after = left->after_power_cut(random);
        const auto again = open(*after);
        ASSERT_TRUE(again);
        const auto kept = read_all(*again, JournalPosition{});
        ASSERT_TRUE(kept);
        ASSERT_EQ(texts(*kept), before) << "killed before call " << die_at;
      }
      ASSERT_TRUE(append(*journal, {event(1, static_cast<Seq>(before.size() + 1), "next")}));
      before.push_back("next");
      for (int cut = 0; cut < 20; ++cut) {
        const auto after = left->after_power_cut(random);
        const auto again = open(*after);
        ASSERT_TRUE(again);
        const auto kept = read_all(*again, JournalPosition{});
        ASSERT_TRUE(kept);
        ASSERT_EQ(texts(*kept), before) << "killed before call " << die_at;
      }
    }
  }
}

TEST(TornTail, NeverComesBackToLifeBehindLaterRecords) {
  SimulatedFiles files;
  std::uint64_t second = 0;
  {
    const auto journal = open(files);
    ASSERT_TRUE(append(*journal, {event(1, 1, "aaaa")}));
    second = journal->end().value;
    // Two batches that a crash leaves behind with the first of them torn: the second stands whole in the file.
    ASSERT_TRUE(append(*journal, {event(1, 2, "bbbb")}));
  }
  std::string bytes = files.contents(kFirst);
  const std::uint64_t third = second + journal_record_bytes(4);
  std::string behind;
  append_record(behind, {.position = third, .group_begin = second, .last_of_batch = true}, event(1, 3, "zombie"));
  bytes.replace(kSegmentHeaderBytes + third, behind.size(), behind);
  bytes[kSegmentHeaderBytes + second + 10] ^= 1;
  files.set_contents(kFirst, bytes);
  {
    const auto journal = open(files);
    ASSERT_TRUE(append(*journal, {event(1, 2, "BBBB")}));  // exactly as long as what was torn
  }
  const auto found = read_all(*open(files), JournalPosition{});
  ASSERT_TRUE(found);
  EXPECT_THAT(texts(*found), ElementsAre("aaaa", "BBBB"));
}

TEST(Damage, InTheMiddleOfTheLastSegmentStopsTheStart) {
  SimulatedFiles written;
  std::uint64_t first_end = 0;
  std::uint64_t second_end = 0;
  {
    const auto journal = open(written);
    first_end = append(*journal, {event(1, 1, "aaaa")})->value;
    second_end = append(*journal, {event(1, 2, "bbbb")})->value;
    ASSERT_TRUE(append(*journal, {event(1, 3, "cccc")}));
  }
  const std::string whole = written.contents(kFirst);
  for (std::uint64_t at = first_end; at < second_end; ++at) {
    SimulatedFiles files;
    std::string bytes = whole;
    bytes[kSegmentHeaderBytes + at] ^= 0x40;
    files.set_contents(kFirst, bytes);
    const auto journal = try_open(files);
    ASSERT_FALSE(journal) << at;
    EXPECT_EQ(journal.error().code, ErrorCode::kCorrupt);
    EXPECT_THAT(journal.error().context, ::testing::HasSubstr(kFirst));
    EXPECT_THAT(journal.error().context, ::testing::HasSubstr(fmt::format("offset {}", kSegmentHeaderBytes + first_end)));
    EXPECT_EQ(files.contents(kFirst), bytes) << "nothing is touched";
  }
}

class ManySegments : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto journal = open(files_);
    for (Seq seq = 1; seq <= 40; ++seq) ASSERT_TRUE(append(*journal, {event(1, seq, std::string(400, 'x'))}));
    const auto names = files_.list("d");
    for (const std::string& name : *names) segments_.push_back("d/" + name);
    ASSERT_GE(segments_.size(), 4U);
  }
  SimulatedFiles files_;
  std::vector<std::string> segments_;
};

TEST_F(ManySegments, AMissingOneStopsTheStart) {
  ASSERT_TRUE(files_.remove(segments_[1]));
  EXPECT_EQ(try_open(files_).error().code, ErrorCode::kCorrupt);
}

TEST_F(ManySegments, AShortOneStopsTheStart) {
  const std::string bytes = files_.contents(segments_[1]);
  files_.set_contents(segments_[1], bytes.substr(0, bytes.size() - 1));
  EXPECT_EQ(try_open(files_).error().code, ErrorCode::kCorrupt);
}

TEST_F(ManySegments, ADamagedHeaderStopsTheStart) {
  for (const std::string& name : {segments_.front(), segments_.back()}) {
    const std::string bytes = files_.contents(name);
    std::string damaged = bytes;
    damaged[20] ^= 1;
    files_.set_contents(name, damaged);
    EXPECT_EQ(try_open(files_).error().code, ErrorCode::kCorrupt);
    files_.set_contents(name, bytes);
  }
}

TEST_F(ManySegments, ADamagedRecordInAnOldOneIsFoundByVerifyAndByReading) {
  std::string bytes = files_.contents(segments_[1]);
  bytes[600] ^= 1;
  files_.set_contents(segments_[1], bytes);
  const auto journal = open(files_);
  EXPECT_EQ(journal->verify().error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(SegmentedJournal::check("d", files_).error().code, ErrorCode::kCorrupt);
  const auto all = read_all(*journal, JournalPosition{});
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(all.error().context, ::testing::HasSubstr(segments_[1]));
}

TEST_F(ManySegments, AHalfMadeOneIsRemoved) {
  files_.set_contents("d/" + segment_name(99'999) + ".new", "half");
  EXPECT_TRUE(open(files_));
  EXPECT_EQ(files_.list("d")->size(), segments_.size());
}

// Batches of several conversations; events say which batch they are of and how many it has.
struct Written {
  std::vector<std::vector<std::string>> batches;  // in submit order
  std::atomic<std::size_t> acked = 0;
};

void expect_survived(SegmentedJournal& journal, const Written& written, std::size_t acked, std::size_t submitted) {
  const auto found = read_all(journal, journal.begin());
  ASSERT_TRUE(found) << found.error().context;
  std::uint64_t expected_position = journal.begin().value;
  std::vector<std::string> records = texts(*found);
  for (const JournalRecord& record : *found) {
    ASSERT_EQ(record.position.value, expected_position) << "no gaps";
    expected_position += journal_record_bytes(record.event.bytes.size());
  }
  std::vector<std::string> expected;
  std::size_t batches = 0;
  while (batches < submitted && expected.size() < records.size()) {
    expected.insert(expected.end(), written.batches[batches].begin(), written.batches[batches].end());
    ++batches;
  }
  ASSERT_EQ(records, expected) << "whole batches, in order";
  ASSERT_GE(batches, acked) << "all that was acked";
  ASSERT_TRUE(journal.verify());
}

// Power cuts at random syncs, with any part of what was not synced on disk; the journal goes on from what is left, several
// times in a row.
TEST(PowerCut, LosesNothingAckedAndHalvesNoBatch) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    std::mt19937_64 random(seed);
    auto files = std::make_unique<SimulatedFiles>();
    Written written;
    for (int life = 0; life < 4; ++life) {
      std::unique_ptr<SimulatedFiles> after;
      std::size_t acked_at_cut = 0;
      auto journal = open(*files);
      ASSERT_TRUE(journal) << seed;
      {
        // A life begins with what the last one left; forget the batches that did not make it.
        const auto found = read_all(*journal, JournalPosition{});
        ASSERT_TRUE(found);
        std::size_t count = 0;
        std::size_t batches = 0;
        while (count < found->size()) count += written.batches[batches++].size();
        written.batches.resize(batches);
        written.acked = batches;
      }
      int syncs_left = 1 + static_cast<int>(random() % 12);
      std::mt19937_64 cut_random(random());  // the journal's thread
      files->on_sync([&] {
        if (--syncs_left != 0) return;
        acked_at_cut = written.acked;
        after = files->after_power_cut(cut_random);
      });
      const std::size_t target = written.batches.size() + 20;
      for (std::size_t n = written.batches.size(); n < target; ++n) {
        std::vector<EventRef> events;
        std::vector<std::string> text;
        for (std::uint64_t i = 0, count = 1 + random() % 4; i < count; ++i) {
          text.push_back(fmt::format("{}.{}.{}/{}", life, n, i, count) + std::string(random() % 700, 'x'));
          events.push_back(event(1 + random() % 3, static_cast<Seq>(n), text.back()));
        }
        written.batches.push_back(text);
        ASSERT_EQ(journal->submit(std::move(events), [&](Result<JournalPosition> end) { written.acked += end ? 1 : 0; }),
                  Enqueued::kAccepted);
        if (random() % 3 == 0) {
          ASSERT_TRUE(append(*journal, {}));
        }
      }
      journal->close();
      files->on_sync(nullptr);
      if (!after) {
        acked_at_cut = written.acked;
        after = files->after_power_cut(random);
      }
      journal.reset();
      auto found = open(*after);
      ASSERT_TRUE(found) << seed;
      expect_survived(*found, written, acked_at_cut, written.batches.size());
      if (HasFatalFailure()) FAIL() << "seed " << seed << " life " << life;
      found.reset();
      files = std::move(after);
    }
  }
}

// The same while segments are released.
TEST(PowerCut, DuringReleaseLeavesNoHole) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    std::mt19937_64 random(seed);
    SimulatedFiles files;
    std::unique_ptr<SimulatedFiles> after;
    auto journal = open(files);
    int syncs_left = 20 + static_cast<int>(random() % 60);
    std::mt19937_64 cut_random(seed);  // the journal's thread
    files.on_sync([&] {
      if (--syncs_left == 0) after = files.after_power_cut(cut_random);
    });
    for (Seq seq = 1; seq <= 80; ++seq) {
      ASSERT_TRUE(append(*journal, {event(1, seq, std::string(500, 'x'))}));
      if (random() % 10 == 0) journal->release(JournalPosition{journal->end().value - random() % journal->end().value});
    }
    journal->close();
    ASSERT_TRUE(after);
    const auto found = open(*after);
    ASSERT_TRUE(found) << seed;
    ASSERT_TRUE(found->verify());
  }
}

}  // namespace
}  // namespace wk
