#include "base/thread_priority.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <thread>

namespace wk {
namespace {

TEST(ThreadPriority, OneThreadGivesWayAndTheOthersStayAsTheyAre) {
  const int before = getpriority(PRIO_PROCESS, 0);
  int inside = 0, again = 0, of_child = 0;
  std::thread([&] {
    run_behind_others();
    inside = getpriority(PRIO_PROCESS, 0);
    run_behind_others();
    again = getpriority(PRIO_PROCESS, 0);
    // Threads inherit: who starts others has to know.
    std::thread([&] { of_child = getpriority(PRIO_PROCESS, 0); }).join();
  }).join();
  EXPECT_EQ(inside, std::min(before + 10, 19));
  EXPECT_EQ(again, std::min(inside + 10, 19));
  EXPECT_EQ(of_child, again);
  EXPECT_EQ(getpriority(PRIO_PROCESS, 0), before);
}

}  // namespace
}  // namespace wk
