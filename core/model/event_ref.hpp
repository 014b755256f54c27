// An event that has its number: the bytes as they go to disk and to sockets, and the little that everyone on the way needs
// to know without decoding them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/shared_bytes.hpp"

namespace wk {

struct EventRef {
  ConversationId conversation{};
  Seq seq = 0;
  // Encoded weikeyi.v1.Event.
  SharedBytes bytes{};
  // false: never shown to a visitor (notes, labels and the like). From core/model/visibility.hpp, kept in the journal record.
  bool visitor_may_see = true;
};

// Events on their way into the store together. Immutable; a copy shares the list, and no event's count is touched.
class EventBatch {
 public:
  EventBatch() = default;
  EventBatch(std::vector<EventRef> events) : events_(std::make_shared<const std::vector<EventRef>>(std::move(events))) {}
  EventBatch(std::initializer_list<EventRef> events) : EventBatch(std::vector<EventRef>(events)) {}

  std::size_t size() const { return events_ ? events_->size() : 0; }
  bool empty() const { return size() == 0; }
  const EventRef* begin() const { return events_ ? events_->data() : nullptr; }
  const EventRef* end() const { return begin() + size(); }
  const EventRef& operator[](std::size_t i) const { return (*events_)[i]; }
  const EventRef& back() const { return events_->back(); }

 private:
  std::shared_ptr<const std::vector<EventRef>> events_;
};

// Events of one conversation: everything after after_seq up to through_seq (protocol.md P42). Borrows them.
struct EventRange {
  ConversationId conversation{};
  Seq after_seq = 0;
  Seq through_seq = 0;
  std::span<const EventRef> events;
};

}  // namespace wk
