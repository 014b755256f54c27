#include "storage/embedded/directory/sqlite_directory.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/contract/directory_contract.hpp"

namespace wk {
namespace {

struct SqliteFixture {
  static Result<std::unique_ptr<Directory>> open(const std::filesystem::path& directory, const Clock& clock) {
    WK_TRY(auto opened, SqliteDirectory::open(directory / "directory.db", clock));
    return std::unique_ptr<Directory>(std::move(opened));
  }
};

TEST(SqliteDirectory, RefusesAFileThatIsNoDatabase) {
  const testing::TemporaryDirectory temporary;
  const auto file = temporary.path() / "directory.db";
  std::ofstream(file) << std::string(8'192, 'x');
  const auto opened = SqliteDirectory::open(file);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
}

TEST(SqliteDirectory, RefusesAFileOfANewerProgram) {
  const testing::TemporaryDirectory temporary;
  const auto file = temporary.path() / "directory.db";
  ASSERT_TRUE(SqliteDirectory::open(file));
  {
    auto database = sqlite::Database::open(file);
    ASSERT_TRUE(database && database->execute("PRAGMA user_version=9999"));
  }
  const auto opened = SqliteDirectory::open(file);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kConflict);
}

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, DirectoryContract, SqliteFixture);

}  // namespace wk
