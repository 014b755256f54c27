// How often somebody may do something: `rate` a second, `burst` at once. A value; the caller owns time.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.hpp"

namespace wk {

class TokenBucket {
 public:
  TokenBucket(double rate, double burst, SteadyTime now) : rate_(rate), burst_(burst), tokens_(burst), at_(now) {}

  bool take(SteadyTime now) {
    const double seconds = std::chrono::duration<double>(now - at_).count();
    tokens_ = std::min(burst_, tokens_ + seconds * rate_);
    at_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }
  // Until the next token.
  Milliseconds wait() const { return Milliseconds(static_cast<long>((1 - tokens_) / rate_ * 1000) + 1); }

 private:
  double rate_;
  double burst_;
  double tokens_;
  SteadyTime at_;
};

// The same in eight bytes, for those of whom there are a million. Rate and burst come with each call, so that a changed setting
// holds at once; the clock is cut to 32 bits of milliseconds (49 days; who was away longer than that may find less than full).
class SmallTokenBucket {
 public:
  struct Terms {
    double rate = 0;
    double burst = 0;
  };
  SmallTokenBucket(const Terms& terms, SteadyTime now) : tokens_(static_cast<float>(terms.burst)), at_ms_(cut(now)) {}

  bool take(const Terms& terms, SteadyTime now) {
    const std::uint32_t now_ms = cut(now);
    const double gained = static_cast<double>(now_ms - at_ms_) / 1000 * terms.rate;
    tokens_ = static_cast<float>(std::min(terms.burst, tokens_ + gained));
    at_ms_ = now_ms;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }
  // Until the next token.
  Milliseconds wait(const Terms& terms) const {
    return Milliseconds(static_cast<long>((1 - static_cast<double>(tokens_)) / terms.rate * 1000) + 1);
  }

 private:
  static std::uint32_t cut(SteadyTime time) {
    return static_cast<std::uint32_t>(std::chrono::duration_cast<Milliseconds>(time.time_since_epoch()).count());
  }

  float tokens_;
  std::uint32_t at_ms_;
};

}  // namespace wk
