// What a process costs, by its own accounting: CPU of each thread in nanoseconds (/proc/PID/task/*/schedstat) and memory
// (/proc/PID/smaps_rollup). The kernel's work for a system call counts for the thread that makes it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>

#include "base/result.hpp"

namespace wk::bench {

// CPU by thread name; a trailing number ("loop-0") is cut off, so that a pool is one entry.
using ThreadTimes = std::map<std::string, std::uint64_t>;

Result<ThreadTimes> thread_times(pid_t process);
ThreadTimes difference(const ThreadTimes& later, const ThreadTimes& earlier);

struct CpuSplit {
  // Event loops and the journal's committer: what an ack has to wait for.
  std::uint64_t ack_path_ns = 0;
  // Followers of the journal: warm store, search index, archiver.
  std::uint64_t readers_ns = 0;
  std::uint64_t others_ns = 0;

  std::uint64_t all() const { return ack_path_ns + readers_ns + others_ns; }
};
// A process without our thread names (a floor) is ack path as a whole.
CpuSplit split(const ThreadTimes& times);

// CPU that everything on this machine has used since it booted (/proc/stat), in nanoseconds.
std::uint64_t machine_cpu_ns();

struct Memory {
  std::uint64_t anonymous_bytes = 0;
  std::uint64_t rss_bytes = 0;
};
Result<Memory> memory(pid_t process);

}  // namespace wk::bench
