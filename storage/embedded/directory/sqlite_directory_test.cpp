#include "storage/embedded/directory/sqlite_directory.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "storage/embedded/directory/detail/schema.hpp"
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

TEST(SqliteDirectory, FindsContactsOfAFileFromBeforeTheirIndex) {
  const testing::TemporaryDirectory temporary;
  const auto file = temporary.path() / "directory.db";
  {
    auto database = sqlite::Database::open(file);
    ASSERT_TRUE(database && database->execute(directory_detail::kSteps[0]) && database->execute("PRAGMA user_version=1"));
    v1::Contact contact;
    contact.set_id(5);
    contact.set_name("王小明");
    const std::string record = contact.SerializeAsString();
    auto insert = database->prepare("INSERT INTO contacts VALUES(5, 1, NULL, '王小明', '', '', 7, 7, ?1)");
    ASSERT_TRUE(insert && insert->bind_all(sqlite::Blob{record}).run());
  }
  const auto opened = SqliteDirectory::open(file);
  ASSERT_TRUE(opened) << opened.error().context;
  const auto list = (*opened)->contacts("小明", {});
  ASSERT_TRUE(list);
  ASSERT_EQ(list->contacts_size(), 1);
  EXPECT_EQ(list->contacts(0).id(), 5U);
}

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, DirectoryContract, SqliteFixture);

}  // namespace wk
