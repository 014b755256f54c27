#include "storage/embedded/manager/storage_manager.hpp"

#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "tests/contract/conversation_store_contract.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk {
namespace {

using testing::append_and_wait;
using testing::EventMaker;

// Small segments and a small hot tier, so that reads and releases reach everything.
class EmbeddedStores {
 public:
  EmbeddedStores() { open(); }
  ConversationStore& store() { return *manager_; }
  StorageManager& manager() { return *manager_; }
  void reopen() {
    manager_.reset();
    open();
  }
  void open() {
    auto opened = StorageManager::open({.directory = directory_.path() / "data",
                                        .journal_segment_bytes = 16'384,
                                        .hot = {.bytes_max = 64 * 1024, .shards = 4},
                                        .warm_behind_bytes_max = 200'000,
                                        .list_wait_max = Milliseconds(5'000)});
    if (!opened) ADD_FAILURE() << opened.error().context;
    manager_ = std::move(opened).value();
  }

 private:
  testing::TemporaryDirectory directory_;
  std::unique_ptr<StorageManager> manager_;
};

class StorageManagerTest : public ::testing::Test {
 protected:
  EmbeddedStores stores_;
  EventMaker make_;
  const ConversationId a_{11};
};

TEST_F(StorageManagerTest, ChatGoesOnWhileTheWarmTierStands) {
  ASSERT_TRUE(append_and_wait(stores_.store(), {make_.started(a_)}));
  ASSERT_EQ(stores_.store().list({})->conversations_size(), 1);
  stores_.manager().warm_reader().pause();
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(append_and_wait(stores_.store(), {make_.message(a_, "while it stands", "c" + std::to_string(i))}));
  EXPECT_EQ(stores_.store().load(a_)->last_seq(), 301u);
  EXPECT_EQ(stores_.store().read(a_, 0, 1'000)->size(), 301u);
  EXPECT_TRUE(stores_.store().find_append(a_, {v1::ACTOR_KIND_VISITOR, EventMaker::kContact}, "c7", 0).value());
  const auto behind = stores_.manager().metrics();
  EXPECT_GT(behind.journal_end.value, behind.warm_reader.cursor.value);
  stores_.manager().warm_reader().resume();
  ASSERT_TRUE(stores_.manager().warm_reader().wait_until(behind.journal_end, Milliseconds(10'000)));
  EXPECT_EQ(stores_.store().list({})->conversations(0).last_seq(), 301u);
  EXPECT_EQ(stores_.store().read(a_, 0, 1'000)->size(), 301u);
}

// Where the cores are full acks go first; readers and archiver are what may be late.
TEST_F(StorageManagerTest, WhatMayBeLateGivesWayToTheCommitter) {
  ASSERT_TRUE(append_and_wait(stores_.store(), {make_.started(a_)}));
  ASSERT_TRUE(stores_.manager().warm_reader().wait_until(stores_.manager().journal_end(), Milliseconds(10'000)));
  ASSERT_TRUE(stores_.manager().search_reader().wait_until(stores_.manager().journal_end(), Milliseconds(10'000)));
  const int ours = getpriority(PRIO_PROCESS, 0);
  std::map<std::string, std::set<int>> nice;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm"), name);
    nice[name].insert(getpriority(PRIO_PROCESS, static_cast<id_t>(std::stoul(task.path().filename().string()))));
  }
  const std::set<int> as_we_are{ours}, behind{std::min(ours + 10, 19)};
  EXPECT_EQ(nice["committer"], as_we_are);
  EXPECT_EQ(nice["reader-search"], behind);
  // And the one that waits until it is far behind.
  EXPECT_EQ(nice["reader-warm"], (std::set<int>{ours, std::min(ours + 10, 19)}));
}

TEST_F(StorageManagerTest, SaysThatItDoesNotKeepUpWhileTheWarmTierIsFarBehind) {
  ASSERT_TRUE(append_and_wait(stores_.store(), {make_.started(a_)}));
  stores_.manager().warm_reader().pause();
  EXPECT_TRUE(stores_.store().keeps_up());
  int before = 0;
  for (; before < 200 && stores_.store().keeps_up(); ++before) {
    ASSERT_TRUE(append_and_wait(stores_.store(), {make_.message(a_, std::string(5'000, 'x'))}));
  }
  EXPECT_GT(before, 30);
  EXPECT_LT(before, 50) << "200,000 bytes are forty of them";
  // It is a wish: what is appended all the same is stored.
  EXPECT_TRUE(append_and_wait(stores_.store(), {make_.message(a_, "one more")}));
  stores_.manager().warm_reader().resume();
  ASSERT_TRUE(stores_.manager().warm_reader().wait_until(stores_.manager().journal_end(), Milliseconds(10'000)));
  EXPECT_TRUE(stores_.store().keeps_up());
}

TEST_F(StorageManagerTest, KnowsWhatIsNotResolvedAfterACrashThatLeftTheWarmTierBehind) {
  const ConversationId b{12};
  ASSERT_TRUE(append_and_wait(stores_.store(), {make_.started(a_)}));
  ASSERT_TRUE(stores_.manager().warm_reader().wait_until(stores_.manager().journal_end(), Milliseconds(10'000)));
  stores_.manager().warm_reader().pause();
  ASSERT_TRUE(append_and_wait(stores_.store(), {make_.started(b), make_.message(b, "in the tail")}));
  stores_.reopen();
  const auto unresolved = stores_.store().unresolved();
  ASSERT_TRUE(unresolved) << unresolved.error().context;
  ASSERT_EQ(unresolved->size(), 2u);
  for (const UnresolvedConversation& one : *unresolved) {
    EXPECT_EQ(one.holder_kind, v1::HOLDER_KIND_QUEUE);
    EXPECT_EQ(one.state, v1::CONVERSATION_STATE_OPEN);
    EXPECT_GT(one.waiting_since_ms, 0);
  }
}

TEST_F(StorageManagerTest, ReleasesTheJournalOnceWarmHasIt) {
  ASSERT_TRUE(append_and_wait(stores_.store(), {make_.started(a_)}));
  for (int i = 0; i < 400; ++i) ASSERT_TRUE(append_and_wait(stores_.store(), {make_.message(a_, std::string(200, 'x'))}));
  const JournalPosition end = stores_.manager().metrics().journal_end;
  // Both readers have to have it, and the committer lets go of segments in its own time.
  ASSERT_TRUE(stores_.manager().warm_reader().wait_until(end, Milliseconds(10'000)));
  ASSERT_TRUE(stores_.manager().search_reader().wait_until(end, Milliseconds(10'000)));
  const SteadyTime deadline = SystemClock::instance().steady() + std::chrono::seconds(10);
  while (stores_.manager().metrics().journal_begin.value == 0 && SystemClock::instance().steady() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_GT(stores_.manager().metrics().journal_begin.value, 0u);
  stores_.reopen();
  EXPECT_EQ(stores_.store().read(a_, 0, 1'000)->size(), 401u);
}

TEST_F(StorageManagerTest, ClosesInOrderAndRefusesWhatComesLater) {
  ASSERT_TRUE(append_and_wait(stores_.store(), {make_.started(a_)}));
  stores_.manager().close();
  stores_.manager().close();
  EXPECT_FALSE(append_and_wait(stores_.store(), {make_.message(a_, "late")}));
  EXPECT_EQ(stores_.store().load(a_)->last_seq(), 1u);
}

}  // namespace

namespace testing {
INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, ConversationStoreContract, EmbeddedStores);
}  // namespace testing
}  // namespace wk
