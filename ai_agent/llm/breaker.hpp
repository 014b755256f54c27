// Whether a provider is asked at all: after several failures in a row it is left alone for a while, then tried by one call, whose outcome decides.
#pragma once

#include <mutex>

#include "ai_agent/llm/limits.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace wk::ai {

// Thread-safe.
class Breaker {
 public:
  // Who gets true tells one of succeeded(), failed(), later() or neither().
  bool allow(SteadyTime now) {
    const std::lock_guard lock(mutex_);
    if (now < closed_until_) return false;
    if (!probing_needed_) return true;
    if (probing_) return false;
    return probing_ = true;
  }
  void succeeded() {
    const std::lock_guard lock(mutex_);
    failures_ = 0;
    open_for_ = llm_limits::kOpenAtFirst;
    probing_needed_ = probing_ = false;
  }
  void failed(SteadyTime now) {
    const std::lock_guard lock(mutex_);
    ++failures_;
    const bool probe = std::exchange(probing_, false);
    if (!probe && failures_ < llm_limits::kFailuresToOpen) return;
    if (now < closed_until_) return;  // calls that were on their way when it opened
    probing_needed_ = true;
    closed_until_ = now + open_for_;
    open_for_ = std::min(2 * open_for_, llm_limits::kOpenAtMost);
  }
  // It said itself when to come back: no failure, but until then nothing is asked.
  void later(SteadyTime now, Milliseconds wait) {
    const std::lock_guard lock(mutex_);
    probing_ = false;
    closed_until_ = std::max(closed_until_, now + wait);
  }
  // The call says nothing about the provider: stopped, or wrong itself.
  void neither() {
    const std::lock_guard lock(mutex_);
    probing_ = false;
  }
  bool open(SteadyTime now) const {
    const std::lock_guard lock(mutex_);
    return now < closed_until_;
  }

 private:
  mutable std::mutex mutex_;
  // All: mutex_
  unsigned failures_ = 0;
  Milliseconds open_for_ = llm_limits::kOpenAtFirst;
  SteadyTime closed_until_{};
  bool probing_needed_ = false;
  bool probing_ = false;
};

}  // namespace wk::ai
