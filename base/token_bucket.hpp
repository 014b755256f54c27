// How often somebody may do something: `rate` a second, `burst` at once. The caller owns time. Rate and burst come with each call,
// so that a changed setting holds at once; a rate of 0 is no limit.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace wk {

struct BucketTerms {
  double rate = 0;
  double burst = 0;

  bool limited() const { return rate > 0; }
  bool operator==(const BucketTerms&) const = default;
};

// One caller's, in eight bytes, for those of whom there are a million. A value. The clock is cut to 32 bits of milliseconds (who
// was away for more than 24 days may find less than full).
class SmallTokenBucket {
 public:
  using Terms = BucketTerms;
  SmallTokenBucket(const Terms& terms, SteadyTime now) : tokens_(static_cast<float>(terms.burst)), at_ms_(cut(now)) {}

  bool take(const Terms& terms, SteadyTime now) {
    if (!terms.limited()) return true;
    // The loops' clocks stand still for a turn each: one may be behind another.
    const std::int32_t passed_ms = std::max(static_cast<std::int32_t>(cut(now) - at_ms_), 0);
    tokens_ = static_cast<float>(std::min(terms.burst, tokens_ + passed_ms / 1000.0 * terms.rate));
    at_ms_ += static_cast<std::uint32_t>(passed_ms);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }
  // Until the next token. Requires: take() has just refused under these terms.
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

// One that all loops take from, without a lock: it is the moment at which the bucket will be full again (GCRA, ITU-T I.371 Annex
// A: equal to a bucket of tokens). Thread-safe.
//
// Whoever is refused is promised a time of their own: the first token that nobody was promised yet. A thousand who are turned away
// together so come back one after the other at the bucket's rate, and not all with the next token. A promise reserves nothing.
class SharedTokenBucket {
 public:
  using Terms = BucketTerms;
  // Nobody is told to come back later than this.
  static constexpr Milliseconds kWaitMax{30'000};

  // nullopt: go on. Else when to come again.
  std::optional<Milliseconds> take(const Terms& terms, SteadyTime now) {
    if (!terms.limited()) return std::nullopt;
    const std::int64_t now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
    const auto interval = static_cast<std::int64_t>(1e9 / terms.rate);
    const auto window = static_cast<std::int64_t>(std::max(1.0, terms.burst) * (1e9 / terms.rate));
    std::int64_t full = full_ns_.load(std::memory_order_relaxed);
    for (;;) {
      // Never emptier than empty: what was taken under other terms is no debt under these.
      const std::int64_t from = std::clamp(full, now_ns, now_ns + window);
      if (from + interval > now_ns + window) {
        if (full > from && !full_ns_.compare_exchange_weak(full, from, std::memory_order_relaxed)) continue;
        return promise(from + interval - window, interval, now_ns);
      }
      if (full_ns_.compare_exchange_weak(full, from + interval, std::memory_order_relaxed)) return std::nullopt;
    }
  }
  // For changed terms: what was promised under the old ones says nothing any more.
  void forget_promises() { promised_ns_.store(0, std::memory_order_relaxed); }

 private:
  Milliseconds promise(std::int64_t earliest, std::int64_t interval, std::int64_t now) {
    constexpr std::int64_t kMax = std::chrono::nanoseconds(kWaitMax).count();
    std::int64_t promised = promised_ns_.load(std::memory_order_relaxed);
    for (;;) {
      const std::int64_t next = std::max(promised, earliest);
      // At the most everybody further is spread over by the caller's jitter.
      if (next >= now + kMax) return kWaitMax;
      if (promised_ns_.compare_exchange_weak(promised, next + interval, std::memory_order_relaxed)) {
        return std::chrono::ceil<Milliseconds>(std::chrono::nanoseconds(std::max<std::int64_t>(next - now, 1)));
      }
    }
  }

  std::atomic<std::int64_t> full_ns_{0};
  std::atomic<std::int64_t> promised_ns_{0};
};

}  // namespace wk
