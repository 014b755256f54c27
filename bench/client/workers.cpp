#include "bench/client/workers.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <thread>

#include "bench/client/process_times.hpp"

namespace wk::bench {
namespace {

constexpr std::uint32_t kWorkersMax = 64;
// Descriptors of a worker that are no connections.
constexpr std::uint64_t kDescriptorsSpare = 100;

void nap() { std::this_thread::sleep_for(std::chrono::milliseconds(5)); }

}  // namespace

void MixedTally::add(const MixedTally& other) {
  answers += other.answers;
  typing += other.typing;
  reconnects += other.reconnects;
  uploads += other.uploads;
  reconnect.add(other.reconnect);
  upload.add(other.upload);
}

void Tally::fail(const std::string& reason) {
  std::snprintf(failure, sizeof failure, "%s", reason.c_str());
  state.store(State::kFailed, std::memory_order_release);
}

Error Tally::closed(const std::string& when) const {
  return {ErrorCode::kUnavailable, "the server closed a connection with code " + std::to_string(close_code) + ": " + when, nullptr, 0};
}

struct WorkerGroup::Shared {
  std::atomic<Phase> phase{Phase::kSetUp};
  Tally tallies[kWorkersMax];
};

Result<WorkerGroup> WorkerGroup::fork(std::uint32_t count, const std::function<Result<void>(Worker&)>& body) {
  if (count == 0 || count > kWorkersMax) {
    return wk::fail(ErrorCode::kInvalidArgument, "the load would take " + std::to_string(count) + " processes, at most " + std::to_string(kWorkersMax) +
                                                     " are started: fewer connections, or more descriptors (ulimit -n) for each");
  }
  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return wk::fail(ErrorCode::kIo, std::strerror(errno));
  WorkerGroup group(new (memory) Shared, count);
  for (std::uint32_t i = 0; i < count; ++i) {
    std::fflush(nullptr);
    const pid_t pid = ::fork();
    if (pid < 0) return wk::fail(ErrorCode::kIo, std::strerror(errno));
    if (pid > 0) {
      group.processes_.push_back(pid);
      continue;
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    Tally& tally = group.shared_->tallies[i];
    Worker worker(i, count, group.shared_->phase, tally);
    if (const Result<void> done = body(worker); !done) {
      tally.fail(done.error().context);
    } else {
      tally.state.store(Tally::State::kEnded, std::memory_order_release);
    }
    // No destructors: they are the parent's (it may own the server's process).
    ::_exit(0);
  }
  return group;
}

WorkerGroup::WorkerGroup(WorkerGroup&& other) noexcept
    : shared_(std::exchange(other.shared_, nullptr)), count_(other.count_), processes_(std::exchange(other.processes_, {})) {}

WorkerGroup::~WorkerGroup() {
  for (const pid_t process : processes_) {
    ::kill(process, SIGKILL);
    ::waitpid(process, nullptr, 0);
  }
  if (shared_ != nullptr) ::munmap(shared_, sizeof(Shared));
}

void WorkerGroup::set(Phase phase) { shared_->phase.store(phase, std::memory_order_release); }

Result<void> WorkerGroup::healthy() const {
  for (std::uint32_t i = 0; i < count_; ++i) {
    const Tally& tally = shared_->tallies[i];
    if (tally.state.load(std::memory_order_acquire) == Tally::State::kFailed) {
      return wk::fail(ErrorCode::kUnavailable, std::string("the load failed: ") + tally.failure);
    }
    // A worker that crashed says nothing; its process does.
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(processes_[i]), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0 && info.si_code != CLD_EXITED) {
      return wk::fail(ErrorCode::kInternal, "a worker was killed by signal " + std::to_string(info.si_status));
    }
  }
  return {};
}

Result<void> WorkerGroup::wait_ready() {
  for (;;) {
    WK_TRY_VOID(healthy());
    const bool all = std::all_of(shared_->tallies, shared_->tallies + count_, [](const Tally& tally) {
      return tally.state.load(std::memory_order_acquire) != Tally::State::kSettingUp;
    });
    if (all) return {};
    nap();
  }
}

Result<void> WorkerGroup::join(std::uint32_t seconds_max) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds_max);
  for (;;) {
    WK_TRY_VOID(healthy());
    const bool all = std::all_of(shared_->tallies, shared_->tallies + count_, [](const Tally& tally) {
      return tally.state.load(std::memory_order_acquire) == Tally::State::kEnded;
    });
    if (all) return {};
    if (std::chrono::steady_clock::now() > deadline) return wk::fail(ErrorCode::kTimeout, "the load did not come to its end");
    nap();
  }
}

std::uint64_t WorkerGroup::completed() const {
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < count_; ++i) sum += shared_->tallies[i].completed.load(std::memory_order_relaxed);
  return sum;
}

std::uint64_t WorkerGroup::delivered() const {
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < count_; ++i) sum += shared_->tallies[i].delivered.load(std::memory_order_relaxed);
  return sum;
}

std::uint64_t WorkerGroup::connections() const {
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < count_; ++i) sum += shared_->tallies[i].connections.load(std::memory_order_relaxed);
  return sum;
}

std::uint64_t WorkerGroup::last_slow_ns() const {
  std::uint64_t last = 0;
  for (std::uint32_t i = 0; i < count_; ++i) last = std::max(last, shared_->tallies[i].last_slow_ns.load(std::memory_order_relaxed));
  return last;
}

std::uint64_t WorkerGroup::client_cpu_ns() const {
  std::uint64_t sum = 0;
  for (const pid_t process : processes_) {
    if (const auto times = thread_times(process)) {
      for (const auto& [name, nanoseconds] : *times) sum += nanoseconds;
    }
  }
  return sum;
}

std::vector<const Tally*> WorkerGroup::tallies() const {
  std::vector<const Tally*> out;
  for (std::uint32_t i = 0; i < count_; ++i) out.push_back(&shared_->tallies[i]);
  return out;
}

std::uint64_t connections_each(std::uint64_t wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  rlimit wish = limit;
  // Root may raise the hard limit too, where the kernel lets it.
  wish.rlim_max = std::max<rlim_t>(limit.rlim_max, wanted + kDescriptorsSpare);
  wish.rlim_cur = wish.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &wish) != 0) {
    wish = limit;
    wish.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &wish);
  }
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur > 2 * kDescriptorsSpare ? limit.rlim_cur - kDescriptorsSpare : kDescriptorsSpare;
}

}  // namespace wk::bench
