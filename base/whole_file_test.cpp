#include "base/whole_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace wk {
namespace {

class WholeFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "whole_file_XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::filesystem::path file() const { return directory_ / "model"; }
  std::filesystem::path directory_;
};

TEST_F(WholeFileTest, IsReadAsItWasWrittenAndReplacedAsAWhole) {
  ASSERT_TRUE(write_whole_file(file(), {"head", std::string_view("\0body", 5)}));
  EXPECT_EQ(read_whole_file(file(), 100).value(), std::string("head\0body", 9));
  ASSERT_TRUE(write_whole_file(file(), {}));
  EXPECT_EQ(read_whole_file(file(), 100).value(), "");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 1) << "nothing is left beside it";
}

TEST_F(WholeFileTest, IsForItsOwnerAlone) {
  ASSERT_TRUE(write_whole_file(file(), {"secret"}));
  struct stat status {};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(WholeFileTest, SaysWhatIsWrong) {
  EXPECT_EQ(read_whole_file(file(), 100).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(write_whole_file(file(), {"12345"}));
  EXPECT_EQ(read_whole_file(file(), 5).value(), "12345");
  EXPECT_EQ(read_whole_file(file(), 4).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(write_whole_file(directory_ / "no" / "such" / "folder", {"x"}).error().code, ErrorCode::kIo);
}

// /dev/full takes nothing, as a full disk does.
TEST_F(WholeFileTest, AWriteThatFailsLeavesTheOldFile) {
  ASSERT_TRUE(write_whole_file(file(), {"old"}));
  std::filesystem::create_symlink("/dev/full", file().string() + ".new");
  EXPECT_EQ(write_whole_file(file(), {"new"}).error().code, ErrorCode::kStorageFull);
  EXPECT_EQ(read_whole_file(file(), 100).value(), "old");
}

}  // namespace
}  // namespace wk
