// When each connection has to be looked at next, to the second: a hashed timing wheel (Varghese and Lauck, 1987, scheme 6)
// of keys. A key stands in it once; eight bytes, and no work between two looks however much the connection says.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace wk {

// Loop-bound.
class TimerWheel {
 public:
  explicit TimerWheel(SteadyTime now) : at_(second_of(now)) {}

  // At the earliest at `due`, at the latest a second behind it plus the time between two calls of advance(). Beyond
  // kSlots seconds: earlier, and the owner adds it again.
  void add(std::uint64_t key, SteadyTime due) {
    // Rounded up: a look before its time would be in vain.
    std::int64_t second = second_of(due) + 1;
    second = std::max(second, at_ + 1);
    second = std::min(second, at_ + static_cast<std::int64_t>(kSlots) - 1);
    slots_[static_cast<std::size_t>(second) % kSlots].push_back(key);
  }
  // `look(key)` for all that are due; it may add them again.
  template <typename Look>
  void advance(SteadyTime now, Look&& look) {
    for (const std::int64_t until = second_of(now); at_ < until;) {
      ++at_;
      std::vector<std::uint64_t> due = std::move(slots_[static_cast<std::size_t>(at_) % kSlots]);
      slots_[static_cast<std::size_t>(at_) % kSlots].clear();
      for (const std::uint64_t key : due) look(key);
    }
  }

 private:
  static constexpr std::size_t kSlots = 64;
  static std::int64_t second_of(SteadyTime time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  }

  std::array<std::vector<std::uint64_t>, kSlots> slots_;
  std::int64_t at_;
};

}  // namespace wk
