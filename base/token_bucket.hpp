// How often somebody may do something: `rate` a second, `burst` at once. A value; the caller owns time.
#pragma once

#include <algorithm>

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

}  // namespace wk
