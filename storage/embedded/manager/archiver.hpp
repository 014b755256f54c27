// Moves what is old from the warm tier to the archive, in small steps on a thread of its own.
//
// Purpose: warm stays as small as the last days (setting). Oldest events first, one conversation a step; live conversations give
// their old events, too, since reads unite the tiers anyway. A step writes the archive, then lets warm forget: a crash in
// between leaves events in both, which reads and the next step tolerate.
// Owner: the StorageManager. Threads: one of its own; step() may be called from outside instead (tests) if that was not started.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "storage/embedded/cold/cold_store.hpp"
#include "storage/embedded/warm/warm_store.hpp"

namespace wk {

class Archiver {
 public:
  Archiver(WarmStore& warm, ColdStore& cold, const Clock& clock, Milliseconds keep)
      : warm_(warm), cold_(cold), clock_(clock), keep_(keep) {}
  ~Archiver() { stop(); }
  Archiver(const Archiver&) = delete;
  Archiver& operator=(const Archiver&) = delete;

  void start();
  void stop();
  // Moves the oldest events of one conversation. Answers how many; 0: nothing is old enough.
  Result<std::size_t> step();
  std::uint64_t moved() const { return moved_.load(); }

 private:
  void run();

  WarmStore& warm_;
  ColdStore& cold_;
  const Clock& clock_;
  const Milliseconds keep_;
  std::atomic<std::uint64_t> moved_{0};

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // mutex_
  std::thread thread_;
};

}  // namespace wk
