#include "base/clock.hpp"

namespace wk {

SteadyTime SystemClock::steady() const { return std::chrono::steady_clock::now(); }

std::int64_t SystemClock::now_ms() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

SystemClock& SystemClock::instance() {
  static SystemClock clock;
  return clock;
}

}  // namespace wk
