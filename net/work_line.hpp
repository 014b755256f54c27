// Work that takes too long to be done whenever it could be: it stands in line, and a loop does a part of the line each turn.
#pragma once

#include <cstddef>

#include "base/assert.hpp"

namespace wk {

class WorkLine;

// One who may stand in a line: once at a time, and no longer than it lives.
class LinePlace {
 public:
  LinePlace() = default;
  LinePlace(const LinePlace&) = delete;
  LinePlace& operator=(const LinePlace&) = delete;
  virtual ~LinePlace() { leave(); }

  bool in_line() const { return line_ != nullptr; }
  void leave();

 protected:
  // Its turn came, and it has left the line. May join again, behind all others; may destroy this.
  virtual void on_turn() = 0;

 private:
  friend class WorkLine;
  WorkLine* line_ = nullptr;
  LinePlace* before_ = nullptr;
  LinePlace* behind_ = nullptr;
};

// First come, first served. Loop-bound; owns nobody, and is as long as there are places at most.
class WorkLine {
 public:
  WorkLine() = default;
  WorkLine(const WorkLine&) = delete;
  WorkLine& operator=(const WorkLine&) = delete;
  ~WorkLine() {
    while (first_ != nullptr) first_->leave();
  }

  bool empty() const { return first_ == nullptr; }
  std::size_t size() const { return size_; }

  // To the end; where it stands already it stays.
  void join(LinePlace& place) {
    if (place.line_ == this) return;
    WK_ASSERT(place.line_ == nullptr);
    place.line_ = this;
    place.before_ = last_;
    (last_ == nullptr ? first_ : last_->behind_) = &place;
    last_ = &place;
    ++size_;
  }

  // Gives so many at the front their turn, until `enough()`; who joins meanwhile waits for the next call.
  template <typename Enough>
  void serve(std::size_t count_max, Enough&& enough) {
    for (std::size_t left = size_ < count_max ? size_ : count_max; left > 0 && first_ != nullptr; --left) {
      LinePlace& next = *first_;
      next.leave();
      next.on_turn();
      if (enough()) return;
    }
  }

 private:
  friend class LinePlace;
  LinePlace* first_ = nullptr;
  LinePlace* last_ = nullptr;
  std::size_t size_ = 0;
};

inline void LinePlace::leave() {
  if (line_ == nullptr) return;
  (before_ == nullptr ? line_->first_ : before_->behind_) = behind_;
  (behind_ == nullptr ? line_->last_ : behind_->before_) = before_;
  --line_->size_;
  line_ = nullptr;
  before_ = behind_ = nullptr;
}

}  // namespace wk
