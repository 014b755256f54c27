#include "base/executor.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <string>

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

TEST(ThreadPool, WithoutThreadsRunsWhatItIsToldTo) {
  std::string order;
  {
    ThreadPool pool({.name = "none", .threads = 0, .queue_tasks_max = 3});
    for (const char name : {'a', 'b', 'c'}) ASSERT_EQ(pool.submit([&order, name] { order += name; }), Enqueued::kAccepted);
    EXPECT_EQ(pool.submit([] {}), Enqueued::kRefused);
    pool.run_queued(1);
    pool.run_queued(0);
  }
  EXPECT_EQ(order, "ba");
}

TEST(UniqueFunction, OwnsWhatCannotBeCopied) {
  UniqueFunction<int(int)> add = [held = std::make_unique<int>(40)](int n) { return *held + n; };
  UniqueFunction<int(int)> moved = std::move(add);
  EXPECT_FALSE(add);
  EXPECT_EQ(moved(2), 42);
}

}  // namespace
}  // namespace wk
