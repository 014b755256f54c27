// Reads, dedupe and search across hot, warm and the archive.
#include <gmock/gmock.h>

#include "storage/embedded/manager/storage_manager.hpp"
#include "tests/contract/conversation_store_contract.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk {
namespace {

using testing::append_and_wait;
using testing::EventMaker;

constexpr std::int64_t kDay = 24 * 3'600 * 1'000LL;

class TiersTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    manager_.reset();
    auto opened = StorageManager::open({.directory = directory_.path() / "data",
                                        .clock = &clock_,
                                        .journal_segment_bytes = 8'192,
                                        // So small that warmed events leave at once.
                                        .hot = {.bytes_max = 0, .shards = 1},
                                        .list_wait_max = Milliseconds(10'000),
                                        .archive_in_background = false});
    ASSERT_TRUE(opened) << opened.error().context;
    manager_ = std::move(*opened);
  }
  void append(std::vector<EventRef> events) {
    const auto done = append_and_wait(*manager_, std::move(events));
    ASSERT_TRUE(done) << done.error().context;
  }
  // Ten events over ten months, then one of today in hot.
  void fill() {
    append({make_.started(a_)});
    for (int month = 1; month < 10; ++month) {
      make_.set_time(make_.time_ms() + 30 * kDay);
      append({make_.message(a_, "第" + std::to_string(month) + "个月 message", "c" + std::to_string(month))});
    }
    clock_.set_wall_ms(make_.time_ms() + kDay);
    settle();
  }
  void settle() {
    const auto end = manager_->metrics().journal_end;
    ASSERT_TRUE(manager_->warm_reader().wait_until(end, Milliseconds(10'000)));
    ASSERT_TRUE(manager_->search_reader().wait_until(end, Milliseconds(10'000)));
  }
  std::size_t archive() {
    std::size_t moved = 0;
    for (;;) {
      auto step = manager_->archive_step();
      if (!step) ADD_FAILURE() << step.error().context;
      if (!step || *step == 0) return moved;
      moved += *step;
    }
  }
  std::vector<Seq> seqs(Seq after, std::size_t limit) {
    auto read = manager_->read(a_, after, limit);
    std::vector<Seq> out;
    if (!read) ADD_FAILURE() << read.error().context;
    if (read) {
      for (const EventRef& event : *read) out.push_back(event.seq);
    }
    return out;
  }
  std::vector<Seq> search(const std::string& text) {
    SearchQuery query;
    query.text = text;
    auto result = manager_->search(query);
    std::vector<Seq> out;
    if (!result) ADD_FAILURE() << result.error().context;
    if (result) {
      for (const auto& hit : result->hits()) out.push_back(hit.seq());
    }
    return out;
  }

  testing::TemporaryDirectory directory_;
  ManualClock clock_;
  EventMaker make_;
  std::unique_ptr<StorageManager> manager_;
  const ConversationId a_{11};
  const Sender visitor_{v1::ACTOR_KIND_VISITOR, EventMaker::kContact};
};

TEST_F(TiersTest, ReadsWalkThroughTheArchiveWithoutAGap) {
  fill();
  const std::string before = manager_->load(a_)->SerializeAsString();
  EXPECT_EQ(archive(), 9u);  // the tenth is younger than 30 days
  EXPECT_EQ(archive(), 0u);
  EXPECT_EQ(manager_->metrics().cold.months, 7u);  // every 30 days from 1 January: none in February, two in some
  manager_->warm_reader().pause();
  append({make_.message(a_, "hot", "hot")});
  for (int round = 0; round < 2; ++round) {
    EXPECT_THAT(seqs(0, 100), ::testing::ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
    EXPECT_THAT(seqs(3, 3), ::testing::ElementsAre(4, 5, 6));
    EXPECT_THAT(seqs(8, 3), ::testing::ElementsAre(9, 10, 11));
    EXPECT_THAT(seqs(10, 5), ::testing::ElementsAre(11));
    open();
  }
  EXPECT_NE(manager_->load(a_)->SerializeAsString(), before);
  EXPECT_EQ(manager_->load(a_)->last_seq(), 11u);
}

TEST_F(TiersTest, FindsAnAppendInEveryTier) {
  fill();
  archive();
  manager_->warm_reader().pause();
  append({make_.message(a_, "hot", "hot")});
  for (const auto& [client_id, seq] : std::map<std::string, Seq>{{"c1", 2}, {"c8", 9}, {"c9", 10}, {"hot", 11}}) {
    auto found = manager_->find_append(a_, visitor_, client_id, 0);
    ASSERT_TRUE(found) << found.error().context;
    ASSERT_TRUE(*found) << client_id;
    EXPECT_EQ((*found)->seq, seq);
  }
  EXPECT_FALSE(manager_->find_append(a_, visitor_, "c77", 0).value());
}

TEST_F(TiersTest, ACrashBetweenArchiveAndWarmLeavesNothingTwice) {
  fill();
  ColdStore cold(directory_.path() / "data" / "archive");
  auto first = manager_->read(a_, 0, 1);
  ASSERT_TRUE(first && cold.put(month_of(EventMaker::decode(first->front()).time_ms()), a_, *first));  // and then it died
  EXPECT_EQ(seqs(0, 100).size(), 10u);
  archive();
  EXPECT_EQ(seqs(0, 100).size(), 10u);
}

TEST_F(TiersTest, SearchFindsHotWarmAndArchivedMessagesWithTheirExcerpts) {
  fill();
  archive();
  append({make_.message(a_, "今天的手机壳 message")});
  EXPECT_THAT(search("message"), ::testing::ElementsAre(11, 10, 9, 8, 7, 6, 5, 4, 3, 2));
  EXPECT_THAT(search("第3个月"), ::testing::ElementsAre(4));
  SearchQuery query;
  query.text = "手机壳";
  auto result = manager_->search(query);
  ASSERT_TRUE(result);
  ASSERT_EQ(result->hits_size(), 1);
  EXPECT_EQ(result->hits(0).excerpt(), "今天的手机壳 message");
  EXPECT_THAT(result->hits(0).highlights(), ::testing::ElementsAre(3, 6));
  EXPECT_EQ(result->hits(0).conversation().last_seq(), 11u);
}

TEST_F(TiersTest, ALostIndexIsMadeAgainFromEverythingThereIs) {
  fill();
  archive();
  manager_.reset();
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(directory_.path() / "data" / (std::string("search.db") + suffix));
  open();
  append({make_.message(a_, "new message")});
  EXPECT_THAT(search("message"), ::testing::ElementsAre(11, 10, 9, 8, 7, 6, 5, 4, 3, 2));
}

}  // namespace
}  // namespace wk
