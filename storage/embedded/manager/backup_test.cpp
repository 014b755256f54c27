#include "storage/embedded/manager/backup.hpp"

#include <fstream>

#include "storage/embedded/manager/storage_manager.hpp"
#include "storage/embedded/sqlite/database.hpp"
#include "tests/contract/conversation_store_contract.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk {
namespace {

using testing::append_and_wait;
using testing::EventMaker;

class BackupTest : public ::testing::Test {
 protected:
  void SetUp() override { manager_ = open(data()); }
  std::filesystem::path data() const { return directory_.path() / "data"; }
  std::filesystem::path copy() const { return directory_.path() / "copy"; }
  std::filesystem::path back() const { return directory_.path() / "back"; }
  std::unique_ptr<StorageManager> open(const std::filesystem::path& where) {
    auto opened = StorageManager::open({.directory = where, .journal_segment_bytes = 16'384, .archive_in_background = false});
    if (!opened) ADD_FAILURE() << opened.error().context;
    return std::move(opened).value();
  }
  ReportLine report() {
    return [this](const std::string& line) { lines_ += line + "\n"; };
  }

  testing::TemporaryDirectory directory_;
  std::unique_ptr<StorageManager> manager_;
  std::string lines_;
  const ConversationId a_{11};
};

TEST_F(BackupTest, OfARunningStoreIsWholeAndHasEverythingAckedBefore) {
  std::atomic<bool> running = true;
  std::atomic<Seq> acked = 0;
  std::thread writer([&] {
    EventMaker make;
    if (!append_and_wait(*manager_, {make.started(a_)})) return;
    while (running) {
      if (!append_and_wait(*manager_, {make.message(a_, std::string(200, 'x'))})) return;
      acked = make.last_seq(a_);
    }
  });
  while (acked < 300) std::this_thread::yield();
  { std::ofstream(data() / "upload.bin") << "file"; }
  const Seq before = acked;
  const auto checked = check(data(), report());
  EXPECT_TRUE(checked) << lines_;
  const auto made = backup(data(), copy(), report());
  running = false;
  writer.join();
  ASSERT_TRUE(made) << made.error().context;
  const auto restored = restore(back(), copy(), report());
  ASSERT_TRUE(restored) << restored.error().context;
  EXPECT_TRUE(check(back(), report())) << lines_;
  EXPECT_TRUE(std::filesystem::exists(back() / "upload.bin"));
  auto second = open(back());
  const Seq has = second->load(a_)->last_seq();
  EXPECT_GE(has, before);
  EventMaker make;
  std::vector<EventRef> skip;
  while (make.last_seq(a_) < has) (void)make.message(a_, "");
  ASSERT_TRUE(append_and_wait(*second, {make.message(a_, "goes on")}));
  EXPECT_EQ(second->load(a_)->last_seq(), has + 1);
}

TEST_F(BackupTest, RefusesATargetThatIsNotEmptyAndABackupThatIsDamaged) {
  EventMaker make;
  ASSERT_TRUE(append_and_wait(*manager_, {make.started(a_), make.message(a_, "x")}));
  EXPECT_EQ(backup(data(), data(), report()).error().code, ErrorCode::kConflict);
  EXPECT_EQ(restore(back(), directory_.path(), report()).error().code, ErrorCode::kCorrupt);
  ASSERT_TRUE(backup(data(), copy(), report()));
  EXPECT_EQ(restore(data(), copy(), report()).error().code, ErrorCode::kConflict);
  { std::ofstream(copy() / "warm.db", std::ios::app) << "more"; }
  EXPECT_EQ(restore(back(), copy(), report()).error().code, ErrorCode::kCorrupt);
  EXPECT_FALSE(std::filesystem::exists(back()));
}

TEST_F(BackupTest, CheckFindsWhatIsMissingAndWhatDoesNotFit) {
  EventMaker make;
  ASSERT_TRUE(append_and_wait(*manager_, {make.started(a_), make.message(a_, "1"), make.message(a_, "2")}));
  manager_->close();
  manager_.reset();
  ASSERT_TRUE(check(data(), report())) << lines_;
  {
    auto warm = sqlite::Database::open(data() / "warm.db");
    ASSERT_TRUE(warm && warm->execute("DELETE FROM events WHERE seq = 2"));
  }
  EXPECT_EQ(check(data(), report()).error().code, ErrorCode::kCorrupt);
  EXPECT_NE(lines_.find("seq 2 is missing"), std::string::npos) << lines_;
}

}  // namespace
}  // namespace wk
