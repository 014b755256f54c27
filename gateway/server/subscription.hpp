// One connection's place in one conversation: a cursor, not a queue. Pure bookkeeping; the connection does what it says.
//
// Everything up to `cursor` was handed to the socket. A live range that joins on is sent at once; otherwise (slow socket,
// gap) nothing is queued, and the events are read from storage when there is room.
#pragma once

#include <algorithm>

#include "base/ids.hpp"
#include "core/model/event_ref.hpp"

namespace wk {

class Subscription {
 public:
  explicit Subscription(ConversationId conversation) : conversation_(conversation) {}

  ConversationId conversation() const { return conversation_; }
  Seq cursor() const { return cursor_; }

  // The answer to the subscription is about to be sent: events after `cursor` follow, `last` is the newest known.
  void begin(Seq cursor, Seq last) {
    cursor_ = cursor;
    live_ = std::max(live_, last);
    begun_ = true;
  }
  bool begun() const { return begun_; }

  // A live range came by. true: it joins on and is to be sent now.
  bool takes(const EventRange& range, bool congested) {
    live_ = std::max(live_, range.through_seq);
    if (!begun_ || reading_ || congested || range.after_seq != cursor_) return false;
    cursor_ = range.through_seq;
    return true;
  }

  // Whether events have to be read from storage, and nobody does yet.
  bool wants_read() const { return begun_ && !reading_ && cursor_ < live_; }
  void read_begins() { reading_ = true; }
  void read_failed() { reading_ = false; }
  // What was read reaches through `through` (cursor() if nothing came).
  void read_ends(Seq through) {
    reading_ = false;
    cursor_ = std::max(cursor_, through);
    live_ = std::max(live_, cursor_);
  }

 private:
  ConversationId conversation_;
  Seq cursor_ = 0;
  Seq live_ = 0;
  bool begun_ = false;
  bool reading_ = false;
};

}  // namespace wk
