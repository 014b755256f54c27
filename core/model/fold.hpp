// The fold of a conversation's log: every state that is shown or decided on follows from its events by this one function,
// on the home loop as in the warm reader (DESIGN section 1).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/ids.hpp"
#include "weikeyi/v1/event.pb.h"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

// Requires: event.seq() == summary.last_seq() + 1.
void fold(::weikeyi::v1::ConversationSummary& summary, const ::weikeyi::v1::Event& event);

// What a message brings, for those who have it apart (text_append.hpp).
struct Said {
  Seq seq = 0;
  std::int64_t time_ms = 0;
  ::weikeyi::v1::ActorKind kind = ::weikeyi::v1::ACTOR_KIND_UNSPECIFIED;
  std::string_view name;
  // Of a message of attachments alone: the first one's name.
  std::string_view text;
};
// fold()'s part for a message, last_seq and updated_ms aside.
void fold_message(::weikeyi::v1::ConversationSummary& summary, const Said& said);

}  // namespace wk
