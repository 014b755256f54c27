// The part of an EventLoop that other threads touch. Outlives the loop as long as somebody holds a
// LoopHandle.
#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "base/executor.hpp"
#include "base/unique_function.hpp"
#include "net/unique_fd.hpp"

namespace wk::detail {

// Thread-safe.
class LoopMailbox {
 public:
  explicit LoopMailbox(UniqueFd wake) : wake_(std::move(wake)) {}

  Enqueued post(Task task, bool& woke);
  void stop();
  bool stopped() const;
  // Moves what was posted to the empty `out`.
  void take(std::vector<Task>& out);
  void clear_wake();
  int wake_fd() const { return wake_.get(); }

  // The thread that runs turns; null between runs.
  void bind();
  void unbind() { runner_.store(nullptr, std::memory_order_release); }
  bool bound_here() const;
  bool unbound() const { return runner_.load(std::memory_order_acquire) == nullptr; }

 private:
  void wake() const;

  const UniqueFd wake_;
  std::atomic<const void*> runner_{nullptr};
  mutable std::mutex mutex_;
  std::vector<Task> tasks_;  // mutex_
  bool stopped_ = false;     // mutex_
};

}  // namespace wk::detail
