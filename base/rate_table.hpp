// Token buckets by key, for those who did something lately: who is not in it has a full bucket.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/token_bucket.hpp"

namespace wk {

// Purpose: a rate for each of many without memory for those who are idle. Not synchronized: Loop-bound, or inside a Guarded.
// Limits: keys_max, twice; beyond, those who took longest ago are forgotten (their bucket is full again). Two generations instead
// of a sweep: what nobody asked for during a whole one goes with it.
template <typename Key>
class RateTable {
 public:
  // A bucket that takes longer to fill than this may be full early.
  static constexpr std::chrono::seconds kGeneration{60};

  explicit RateTable(std::size_t keys_max) : keys_max_(keys_max) {}

  // nullopt: go on. Else until the next token.
  std::optional<Milliseconds> take(const Key& key, const BucketTerms& terms, SteadyTime now) {
    if (!terms.limited()) return std::nullopt;
    if (now >= turns_ || recent_.size() >= keys_max_) {
      older_ = now >= turns_ + kGeneration ? Map() : std::move(recent_);
      recent_ = Map();
      turns_ = now + kGeneration;
    }
    auto it = recent_.find(key);
    if (it == recent_.end()) {
      const auto known = older_.find(key);
      it = recent_.emplace(key, known == older_.end() ? SmallTokenBucket(terms, now) : known->second).first;
    }
    if (it->second.take(terms, now)) return std::nullopt;
    return it->second.wait(terms);
  }
  std::size_t size() const { return recent_.size() + older_.size(); }

 private:
  using Map = boost::unordered_flat_map<Key, SmallTokenBucket, std::hash<Key>>;

  const std::size_t keys_max_;
  SteadyTime turns_{};
  Map recent_, older_;
};

}  // namespace wk
