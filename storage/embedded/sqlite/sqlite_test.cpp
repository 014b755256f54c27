#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <thread>

#include "base/ids.hpp"
#include "base/random.hpp"
#include "storage/embedded/sqlite/database.hpp"
#include "storage/embedded/sqlite/database_pool.hpp"
#include "storage/embedded/sqlite/migrations.hpp"

namespace wk::sqlite {
namespace {

class SqliteTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() / ("wk_sqlite_" + std::to_string(random_u64()));
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::filesystem::path file() const { return directory_ / "a.db"; }

 private:
  std::filesystem::path directory_;
};

constexpr std::array<const char*, 2> kSteps = {
    "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, data BLOB);",
    "ALTER TABLE t ADD COLUMN age INTEGER NOT NULL DEFAULT 7;",
};

TEST_F(SqliteTest, BindsAndReadsWhatWasBound) {
  auto database = Database::open(file());
  ASSERT_TRUE(database) << database.error().context;
  ASSERT_TRUE(migrate(*database, kSteps));
  const std::uint64_t high = 0xFFFF'FFFF'FFFF'FFFEULL;
  const std::string data("a\0b", 3);
  {
    auto insert = database->cached("INSERT INTO t(id,name,data) VALUES(?1,?2,?3)");
    ASSERT_TRUE(insert);
    ASSERT_TRUE((*insert)->bind_all(AgentId(high), "", Blob{data}).run());
  }
  auto select = database->prepare("SELECT id,name,data,age,NULL FROM t");
  ASSERT_TRUE(select);
  ASSERT_TRUE(select->step().value());
  EXPECT_EQ(select->id<AgentId>(0), AgentId(high));
  EXPECT_FALSE(select->null(1));
  EXPECT_EQ(select->text(2), data);
  EXPECT_EQ(select->int64(3), 7);
  EXPECT_TRUE(select->null(4));
  EXPECT_FALSE(select->step().value());
}

TEST_F(SqliteTest, RollsBackWhatWasNotCommitted) {
  auto database = Database::open(file());
  ASSERT_TRUE(database && migrate(*database, kSteps));
  {
    auto transaction = Transaction::begin(*database);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(database->execute("INSERT INTO t(name) VALUES('x')"));
  }
  EXPECT_EQ(database->scalar("SELECT count(*) FROM t").value(), 0);
}

TEST_F(SqliteTest, TellsAConstraintFromALock) {
  auto database = Database::open(file());
  ASSERT_TRUE(database && migrate(*database, kSteps));
  ASSERT_TRUE(database->execute("INSERT INTO t(name) VALUES('x')"));
  EXPECT_EQ(database->execute("INSERT INTO t(name) VALUES('x')").error().code, ErrorCode::kConflict);

  auto other = Database::open(file(), {.busy_timeout = Milliseconds(1)});
  ASSERT_TRUE(other);
  auto held = Transaction::begin(*database);
  ASSERT_TRUE(held);
  EXPECT_EQ(other->execute("INSERT INTO t(name) VALUES('y')").error().code, ErrorCode::kBusy);
}

TEST_F(SqliteTest, TakesMissingStepsAndRefusesAFileFromTheFuture) {
  {
    auto database = Database::open(file());
    ASSERT_TRUE(database);
    ASSERT_TRUE(migrate(*database, std::span(kSteps).first(1)));
    ASSERT_TRUE(database->execute("INSERT INTO t(name) VALUES('kept')"));
  }
  auto database = Database::open(file());
  ASSERT_TRUE(migrate(*database, kSteps));
  EXPECT_EQ(database->scalar("SELECT age FROM t WHERE name='kept'").value(), 7);
  EXPECT_TRUE(check_version(*database, kSteps));
  const auto refused = migrate(*database, std::span(kSteps).first(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_NE(refused.error().context.find("newer"), std::string::npos);
}

TEST_F(SqliteTest, APoolLendsToSeveralThreadsAndWaitsWhenAllAreLent) {
  {
    auto database = Database::open(file());
    ASSERT_TRUE(database && migrate(*database, kSteps));
    ASSERT_TRUE(database->execute("INSERT INTO t(name) VALUES('x')"));
  }
  DatabasePool pool([this] { return Database::open(file(), {.mode = OpenMode::kReadOnly}); }, 2);
  std::atomic<int> seen = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        auto lease = pool.borrow();
        if (lease && (*lease)->scalar("SELECT count(*) FROM t").value_or(0) == 1) ++seen;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(seen.load(), 120);
}

TEST_F(SqliteTest, SaysThatAFileIsNotADatabase) {
  {
    std::FILE* out = std::fopen(file().c_str(), "w");
    for (int i = 0; i < 2000; ++i) std::fputs("nonsense", out);
    std::fclose(out);
  }
  const auto opened = Database::open(file());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace wk::sqlite
