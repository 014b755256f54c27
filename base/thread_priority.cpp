#include "base/thread_priority.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>

namespace wk {
namespace {
// Beside nice 0 the kernel weighs it with 110 to 1024.
constexpr int kBehind = 10;
constexpr int kNicest = 19;
}  // namespace

void run_behind_others() {
  // On Linux 0 means the calling thread, not its process (sched(7), "The nice value").
  errno = 0;
  const int now = getpriority(PRIO_PROCESS, 0);
  // Where it may not be asked or set, the thread runs as the others do.
  if (now == -1 && errno != 0) return;
  (void)setpriority(PRIO_PROCESS, 0, std::min(now + kBehind, kNicest));
}

}  // namespace wk
