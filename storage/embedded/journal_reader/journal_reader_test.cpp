#include "storage/embedded/journal_reader/journal_reader.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <future>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/embedded/journal/segmented_journal.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk {
namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

class JournalReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = SegmentedJournal::open({.directory = directory_.path()});
    ASSERT_TRUE(opened) << opened.error().context;
    journal_ = std::move(opened).value();
    ours_ = getpriority(PRIO_PROCESS, 0);
    behind_ = std::min(ours_ + 10, 19);
  }
  void append(std::size_t mebibytes) {
    for (std::size_t i = 0; i < mebibytes; ++i) {
      std::promise<Result<JournalPosition>> stored;
      const EventRef event{ConversationId(1), ++seq_, SharedBytes(std::string(kMebibyte, 'e')), true};
      ASSERT_EQ(journal_->submit(EventBatch({event}), [&](Result<JournalPosition> end) { stored.set_value(std::move(end)); }), Enqueued::kAccepted);
      ASSERT_TRUE(stored.get_future().get());
    }
  }
  std::unique_ptr<JournalReader> reader(std::uint64_t urgent_behind_bytes) {
    return std::make_unique<JournalReader>(
        *journal_, JournalPosition{}, JournalReader::Options{.name = "test", .gather = Milliseconds(1), .urgent_behind_bytes = urgent_behind_bytes},
        [this](std::span<const JournalRecord> records, JournalPosition) -> Result<void> {
          const std::lock_guard lock(mutex_);
          nice_.push_back(getpriority(PRIO_PROCESS, 0));
          for (const JournalRecord& record : records) seqs_.push_back(record.event.seq);
          return {};
        },
        [](JournalPosition) {});
  }
  void expect_everything_once_in_order() {
    const std::lock_guard lock(mutex_);
    ASSERT_EQ(seqs_.size(), seq_);
    for (Seq i = 0; i < seq_; ++i) EXPECT_EQ(seqs_[i], i + 1);
  }
  std::vector<int> nice() {
    const std::lock_guard lock(mutex_);
    return nice_;
  }

  testing::TemporaryDirectory directory_;
  std::unique_ptr<SegmentedJournal> journal_;
  int ours_ = 0, behind_ = 0;
  Seq seq_ = 0;
  std::mutex mutex_;
  // By batch.
  std::vector<int> nice_;
  std::vector<Seq> seqs_;
};

TEST_F(JournalReaderTest, GivesWayUnlessItIsFarBehind) {
  append(14);
  const auto reader = this->reader(7 * kMebibyte);
  reader->start();
  ASSERT_TRUE(reader->wait_until(journal_->end(), Milliseconds(20'000)));
  // A batch is 4 MiB: 14 behind and 10, and still more than half of 7; then 3 or less.
  const std::vector<int> nice = this->nice();
  ASSERT_GE(nice.size(), 3u);
  EXPECT_EQ(nice.front(), ours_);
  EXPECT_EQ(nice.back(), behind_);
  EXPECT_TRUE(std::is_sorted(nice.begin(), nice.end())) << "it does not swing";
  append(1);
  ASSERT_TRUE(reader->wait_until(journal_->end(), Milliseconds(20'000)));
  EXPECT_EQ(this->nice().back(), behind_);
  reader->pause();
  append(9);
  reader->resume();
  ASSERT_TRUE(reader->wait_until(journal_->end(), Milliseconds(20'000)));
  EXPECT_EQ(this->nice()[nice.size() + 1], ours_) << "again";
  reader->stop();
  expect_everything_once_in_order();
}

TEST_F(JournalReaderTest, WhereLatenessDoesNotCountItAlwaysGivesWay) {
  append(10);
  const auto reader = this->reader(0);
  reader->start();
  ASSERT_TRUE(reader->wait_until(journal_->end(), Milliseconds(20'000)));
  for (const int nice : this->nice()) EXPECT_EQ(nice, behind_);
  reader->stop();
  expect_everything_once_in_order();
}

TEST_F(JournalReaderTest, StopsWhicheverThreadHasTheTurn) {
  for (const std::uint64_t urgent : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40}) {
    append(2);
    const auto reader = this->reader(urgent);
    reader->start();
    reader->stop();
    reader->stop();
  }
}

}  // namespace
}  // namespace wk
