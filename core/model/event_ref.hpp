// An event that has its number: the bytes as they go to disk and to sockets, and the little that everyone on the way needs
// to know without decoding them.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.hpp"
#include "base/shared_bytes.hpp"

namespace wk {

struct EventRef {
  ConversationId conversation{};
  Seq seq = 0;
  // Encoded weikeyi.v1.Event.
  SharedBytes bytes{};
  // false: never shown to a visitor (notes, holder comments). From core/model/visibility.hpp, kept in the journal record.
  bool visitor_may_see = true;
};

// Events of one conversation: everything after after_seq up to through_seq (protocol.md P42).
struct EventRange {
  ConversationId conversation{};
  Seq after_seq = 0;
  Seq through_seq = 0;
  std::vector<EventRef> events;
};

}  // namespace wk
