#include "storage/embedded/manager/start_room.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "storage/embedded/manager/limits.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk {
namespace {

// Bytes of disk that the file holds; -1: there is none.
std::int64_t held(const std::filesystem::path& data) {
  struct stat status {};
  if (stat((data / start_room::kFile).c_str(), &status) != 0) return -1;
  return std::int64_t{status.st_blocks} * 512;
}

TEST(StartRoom, IsOnTheDiskFromKeepToGive) {
  const testing::TemporaryDirectory directory;
  start_room::keep(directory.path());
  EXPECT_GE(held(directory.path()), limits::kStartRoomBytes);
  start_room::keep(directory.path());
  EXPECT_LT(held(directory.path()), 2 * limits::kStartRoomBytes);
  start_room::give(directory.path());
  EXPECT_EQ(held(directory.path()), -1);
}

TEST(StartRoom, NothingToGiveAndNowhereToKeepAreNoErrors) {
  const testing::TemporaryDirectory directory;
  start_room::give(directory.path());
  start_room::keep(directory.path() / "missing");
  EXPECT_EQ(held(directory.path()), -1);
}

}  // namespace
}  // namespace wk
