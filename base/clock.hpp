// Time is passed in, so that tests own it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace wk {

using Milliseconds = std::chrono::milliseconds;
// Monotonic; for time-outs.
using SteadyTime = std::chrono::steady_clock::time_point;

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime steady() const = 0;
  // Wall clock, milliseconds since 1970 UTC; may jump.
  virtual std::int64_t now_ms() const = 0;
};

class SystemClock final : public Clock {
 public:
  SteadyTime steady() const override;
  std::int64_t now_ms() const override;
  static SystemClock& instance();
};

class ManualClock final : public Clock {
 public:
  SteadyTime steady() const override { return SteadyTime(std::chrono::milliseconds(steady_ms_.load())); }
  std::int64_t now_ms() const override { return wall_ms_.load(); }
  void advance(Milliseconds by) {
    steady_ms_ += by.count();
    wall_ms_ += by.count();
  }
  void set_wall_ms(std::int64_t ms) { wall_ms_ = ms; }

 private:
  std::atomic<std::int64_t> steady_ms_{1'000'000};
  std::atomic<std::int64_t> wall_ms_{1'767'225'600'000};  // 2026-01-01
};

}  // namespace wk
