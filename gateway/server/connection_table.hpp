// The connections of a loop, by a key that is never used twice. Eight bytes for each; a key finds nothing once its connection
// has gone, also when its place was taken again.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/assert.hpp"

namespace wk {

// Loop-bound. T has `std::uint64_t key() const`.
template <typename T>
class ConnectionTable {
 public:
  // Keys of several tables must not meet: they name the origin of a signal across loops.
  explicit ConnectionTable(std::size_t loop) : loop_(loop) { WK_ASSERT(loop < (1u << kLoopBits)); }

  // `make(key)` answers the connection that will carry the key.
  template <typename Make>
  T& add(Make&& make) {
    if (free_.empty()) {
      WK_ASSERT(places_.size() <= kPlaceMask);
      free_.push_back(static_cast<std::uint32_t>(places_.size()));
      places_.emplace_back();
    }
    const std::uint32_t place = free_.back();
    const std::uint64_t key = loop_ << (kPlaceBits + kTurnBits) | (++turn_ & kTurnMask) << kPlaceBits | place;
    places_[place] = make(key);
    free_.pop_back();
    ++size_;
    return *places_[place];
  }
  T* find(std::uint64_t key) const {
    const std::uint64_t place = key & kPlaceMask;
    if (place >= places_.size() || !places_[place] || places_[place]->key() != key) return nullptr;
    return places_[place].get();
  }
  // Null where find() would find nothing.
  std::unique_ptr<T> take(std::uint64_t key) {
    if (find(key) == nullptr) return nullptr;
    const auto place = static_cast<std::uint32_t>(key & kPlaceMask);
    free_.push_back(place);
    --size_;
    return std::move(places_[place]);
  }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // `use` must not add or take.
  template <typename Use>
  void for_each(Use&& use) const {
    for (const std::unique_ptr<T>& one : places_) {
      if (one) use(*one);
    }
  }

  // A way past every place, to be gone in slices. Begun anew while it is under way it goes on from where it is and once around: however
  // often that happens, everybody is come past.
  class Round {
   public:
    bool under_way() const { return under_way_; }
    void begin() {
      end_ = next_;
      under_way_ = true;
    }

   private:
    friend class ConnectionTable;
    std::size_t next_ = 0, end_ = 0;
    bool under_way_ = false;
  };
  // As for_each, so many places at most; answers how many there were.
  template <typename Use>
  std::size_t go_on(Round& round, std::size_t places_max, Use&& use) const {
    if (places_.empty()) round.under_way_ = false;
    std::size_t done = 0;
    while (round.under_way_ && done < places_max) {
      if (const std::unique_ptr<T>& one = places_[round.next_]) use(*one);
      ++done;
      if (++round.next_ == places_.size()) round.next_ = 0;
      round.under_way_ = round.next_ != round.end_;
    }
    return done;
  }

 private:
  static constexpr unsigned kPlaceBits = 28, kTurnBits = 28, kLoopBits = 8;
  static constexpr std::uint64_t kPlaceMask = (std::uint64_t{1} << kPlaceBits) - 1;
  static constexpr std::uint64_t kTurnMask = (std::uint64_t{1} << kTurnBits) - 1;

  const std::uint64_t loop_;
  std::uint64_t turn_ = 0;
  std::size_t size_ = 0;
  std::vector<std::unique_ptr<T>> places_;
  std::vector<std::uint32_t> free_;
};

}  // namespace wk
