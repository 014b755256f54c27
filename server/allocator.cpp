#include "server/allocator.hpp"

#ifdef WK_JEMALLOC
#include <jemalloc/jemalloc.h>

// jemalloc(3), "TUNING". Few arenas: two loops and a handful of pool threads share memory better than four arenas a core would. What is
// unused goes back to the system within seconds, by a thread of jemalloc's own.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "narenas:4,background_thread:true,dirty_decay_ms:2000,muzzy_decay_ms:0";
}
#endif

namespace wk {

std::optional<std::size_t> allocated_bytes() {
#ifdef WK_JEMALLOC
  std::uint64_t epoch = 1;
  std::size_t size = sizeof epoch;
  // Statistics stand still until the epoch is advanced.
  if (mallctl("epoch", &epoch, &size, &epoch, size) != 0) return std::nullopt;
  std::size_t allocated = 0;
  size = sizeof allocated;
  if (mallctl("stats.allocated", &allocated, &size, nullptr, 0) != 0) return std::nullopt;
  return allocated;
#else
  return std::nullopt;
#endif
}

}  // namespace wk
