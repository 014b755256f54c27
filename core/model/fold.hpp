// The fold of a conversation's log: every state that is shown or decided on follows from its events by this one function,
// on the home loop as in the warm reader (DESIGN section 1).
#pragma once

#include "weikeyi/v1/event.pb.h"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

// Requires: event.seq() == summary.last_seq() + 1.
void fold(::weikeyi::v1::ConversationSummary& summary, const ::weikeyi::v1::Event& event);

}  // namespace wk
