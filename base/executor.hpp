// Where work runs. An EventLoop is an Executor; so is the pool for calls that block.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/unique_function.hpp"

namespace wk {

enum class [[nodiscard]] Enqueued { kAccepted, kRefused };

// Thread-safe. Tasks posted from one thread run in the order they were posted.
class Executor {
 public:
  virtual ~Executor() = default;
  // kRefused only after the executor began to stop: the task is then destroyed, not run.
  virtual Enqueued post(Task task) = 0;
  // The caller is on the executor's own thread.
  virtual bool here() const { return false; }
  // From the executor's own thread: after what runs now and before it waits again, without waking anybody.
  virtual void defer(Task task) { (void)post(std::move(task)); }
  // From the executor's own thread, `now` by its clock: how long something that becomes ready now will wait for its turn, judged by what
  // waited last. Nothing where nobody waits, or where it cannot be told. Who takes on work asks it before saying yes.
  virtual Milliseconds delay(SteadyTime /*now*/) const { return Milliseconds(0); }
};

// Threads for calls that block (databases, disk, hashing). Bounded: a full pool refuses and the caller says so.
// Thread-safe. The destructor runs what was accepted, then joins (without threads it drops it).
class ThreadPool {
 public:
  struct Options {
    std::string name;
    // 0: nobody runs anything but run_queued() (simulation).
    std::size_t threads = 2;
    std::size_t queue_tasks_max = 1024;
  };
  explicit ThreadPool(Options options);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  Enqueued submit(Task task);
  std::size_t queued() const;
  // Runs the queued task with this number (0: the oldest) on the caller's thread: what a pool does where the simulator decides
  // which of its threads is the fastest. Requires: no threads, which < queued().
  void run_queued(std::size_t which);
  // Refuses what comes, runs what was accepted, joins. Idempotent.
  void stop();

 private:
  void run();

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> tasks_;   // mutex_
  bool stopping_ = false;    // mutex_
  std::vector<std::thread> threads_;
};

}  // namespace wk
