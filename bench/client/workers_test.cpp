#include "bench/client/workers.hpp"

#include <gtest/gtest.h>

namespace wk::bench {
namespace {

struct Group {
  std::atomic<Phase> phase{Phase::kSetUp};
  Tally tally;
};

TEST(Workers, AreAsManyAsTheConnectionsNeed) {
  EXPECT_EQ(workers_needed(0, 100), 1u);
  EXPECT_EQ(workers_needed(100, 100), 1u);
  EXPECT_EQ(workers_needed(101, 100), 2u);
  EXPECT_EQ(workers_needed(1'000'000, 20'000), 50u);
}

TEST(Workers, ShareEverythingWithoutAGapAndNobodyHasMoreThanItMayHave) {
  const auto group = std::make_unique<Group>();
  for (const std::uint32_t total : {1u, 7u, 100u, 101u, 999u}) {
    const std::uint32_t count = workers_needed(total, 7);
    std::uint32_t next = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      // One more that has no part, as the one that sends the mixed load's files.
      const Worker worker(i, count + 1, group->phase, group->tally);
      const Worker::Share mine = worker.share(total, count);
      EXPECT_EQ(mine.begin, next);
      EXPECT_TRUE(mine.count >= 1 && mine.count <= 7) << mine.count << " of " << total;
      next += mine.count;
    }
    EXPECT_EQ(next, total);
  }
}

TEST(Workers, SayWhyThereAreNotMore) {
  const auto group = WorkerGroup::fork(65, [](Worker&) { return Result<void>{}; });
  ASSERT_FALSE(group);
  EXPECT_NE(group.error().context.find("65 processes, at most 64"), std::string::npos) << group.error().context;
}

}  // namespace
}  // namespace wk::bench
