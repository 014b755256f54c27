#include "base/executor.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>

namespace wk {
namespace {

TEST(ThreadPool, RefusesWhenTheQueueIsFullAndRunsAllItAccepted) {
  std::atomic<int> ran{0};
  int accepted = 0;
  {
    std::latch release(1);
    std::latch started(1);
    ThreadPool pool({.name = "test", .threads = 1, .queue_tasks_max = 3});
    ASSERT_EQ(pool.submit([&] { started.count_down(); release.wait(); }), Enqueued::kAccepted);
    started.wait();
    for (int i = 0; i < 5; ++i) {
      if (pool.submit([&] { ++ran; }) == Enqueued::kAccepted) ++accepted;
    }
    release.count_down();
  }
  EXPECT_EQ(accepted, 3);
  EXPECT_EQ(ran, 3);
}

TEST(UniqueFunction, OwnsWhatCannotBeCopied) {
  UniqueFunction<int(int)> add = [held = std::make_unique<int>(40)](int n) { return *held + n; };
  UniqueFunction<int(int)> moved = std::move(add);
  EXPECT_FALSE(add);
  EXPECT_EQ(moved(2), 42);
}

}  // namespace
}  // namespace wk
