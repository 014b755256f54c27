#include "bench/client/process_times.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace wk::bench {
namespace {

std::string family(std::string name) {
  const std::size_t end = name.find_last_not_of("0123456789");
  if (end != std::string::npos && name[end] == '-') name.resize(end);
  return name;
}

}  // namespace

Result<ThreadTimes> thread_times(pid_t process) {
  ThreadTimes times;
  std::error_code error;
  std::filesystem::directory_iterator tasks("/proc/" + std::to_string(process) + "/task", error);
  if (error) return fail(ErrorCode::kIo, "process " + std::to_string(process) + ": " + error.message());
  for (const auto& task : tasks) {
    std::ifstream comm(task.path() / "comm");
    std::ifstream schedstat(task.path() / "schedstat");
    std::string name;
    std::uint64_t nanoseconds = 0;
    // A thread may end between the listing and the reading.
    if (std::getline(comm, name) && schedstat >> nanoseconds) times[family(std::move(name))] += nanoseconds;
  }
  if (times.empty()) return fail(ErrorCode::kIo, "process " + std::to_string(process) + " has no thread to account for");
  return times;
}

ThreadTimes difference(const ThreadTimes& later, const ThreadTimes& earlier) {
  ThreadTimes out;
  for (const auto& [name, nanoseconds] : later) {
    const auto before = earlier.find(name);
    const std::uint64_t base = before == earlier.end() ? 0 : before->second;
    out[name] = nanoseconds - std::min(base, nanoseconds);
  }
  return out;
}

CpuSplit split(const ThreadTimes& times) {
  CpuSplit out;
  const bool ours = times.contains("loop");
  for (const auto& [name, nanoseconds] : times) {
    if (!ours || name == "loop" || name == "committer") {
      out.ack_path_ns += nanoseconds;
    } else if (name.starts_with("reader") || name == "archiver") {
      out.readers_ns += nanoseconds;
    } else {
      out.others_ns += nanoseconds;
    }
  }
  return out;
}

std::uint64_t machine_cpu_ns() {
  std::ifstream in("/proc/stat");
  std::string name;
  std::uint64_t user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0;
  in >> name >> user >> nice >> system >> idle >> iowait >> irq >> softirq;
  return (user + nice + system + irq + softirq) * (1'000'000'000 / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)));
}

Result<Memory> memory(pid_t process) {
  std::ifstream in("/proc/" + std::to_string(process) + "/smaps_rollup");
  if (!in) return fail(ErrorCode::kIo, "no smaps_rollup of process " + std::to_string(process));
  Memory out;
  std::string line;
  std::getline(in, line);  // the range
  std::string key, unit;
  for (std::uint64_t kib = 0; in >> key >> kib >> unit;) {
    if (key == "Rss:") out.rss_bytes = kib * 1024;
    if (key == "Anonymous:") out.anonymous_bytes = kib * 1024;
  }
  return out;
}

}  // namespace wk::bench
