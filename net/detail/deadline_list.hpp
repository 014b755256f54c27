// Time-outs of very many things without a timer each: things with the same time-out stand in the
// order of their begin, so that looking at the front is enough.
#pragma once

#include <cstddef>

#include "base/clock.hpp"

namespace wk::detail {

class DeadlineList;

// Base of what stands in at most one list. Loop-bound with its list.
class DeadlineEntry {
 public:
  DeadlineEntry() = default;
  DeadlineEntry(const DeadlineEntry&) = delete;
  DeadlineEntry& operator=(const DeadlineEntry&) = delete;
  SteadyTime since() const { return since_; }
  const DeadlineList* list() const { return list_; }

 protected:
  ~DeadlineEntry();

 private:
  friend class DeadlineList;
  DeadlineList* list_ = nullptr;
  DeadlineEntry* previous_ = nullptr;
  DeadlineEntry* next_ = nullptr;
  SteadyTime since_;
};

class DeadlineList {
 public:
  DeadlineList() = default;
  DeadlineList(const DeadlineList&) = delete;
  DeadlineList& operator=(const DeadlineList&) = delete;

  // Takes the entry out of its list and puts it at the end of this one.
  void push(DeadlineEntry& entry, SteadyTime now) {
    remove(entry);
    entry.list_ = this;
    entry.since_ = now;
    entry.previous_ = last_;
    (last_ != nullptr ? last_->next_ : first_) = &entry;
    last_ = &entry;
    ++size_;
  }
  static void remove(DeadlineEntry& entry) {
    DeadlineList* const list = entry.list_;
    if (list == nullptr) return;
    (entry.previous_ != nullptr ? entry.previous_->next_ : list->first_) = entry.next_;
    (entry.next_ != nullptr ? entry.next_->previous_ : list->last_) = entry.previous_;
    entry.list_ = nullptr;
    entry.previous_ = entry.next_ = nullptr;
    --list->size_;
  }
  DeadlineEntry* first() const { return first_; }
  static DeadlineEntry* next(const DeadlineEntry& entry) { return entry.next_; }
  std::size_t size() const { return size_; }

 private:
  DeadlineEntry* first_ = nullptr;
  DeadlineEntry* last_ = nullptr;
  std::size_t size_ = 0;
};

inline DeadlineEntry::~DeadlineEntry() { DeadlineList::remove(*this); }

}  // namespace wk::detail
