// What of a conversation's log a visitor may see. One place, used when an event gets its number (the answer is kept with it).
#pragma once

#include "weikeyi/v1/event.pb.h"

namespace wk {

// Notes, labels, priority and the like are the company's own business.
bool visitor_may_see(const ::weikeyi::v1::Event& event);

}  // namespace wk
