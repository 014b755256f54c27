// What the AI agent says by itself, in the visitor's language. Immutable.
#pragma once

#include <string_view>

#include "ai_agent/text/text.hpp"

namespace wk::ai {

enum class Phrase : std::uint8_t {
  kName,
  kHandedOver,         // people are there
  kHandedOverNobody,   // nobody is: it takes a message
  kHandedOverClosed,   // outside hours; with {day}, {time} and {zone} of when they begin again
  kHandedOverClosedNear,  // the same where {day} is today or tomorrow
  kHandedOverClosedLong,  // it is not foreseeable when
  kLeaveContact,
  kAngerHandedOver,
  kCannotRead,         // an image or a file
  kAskBack,
  kNothingFound,
  kGreeting,
  kThanks,
  kPerson,             // the choice that brings one
  kFlowEnded,          // a dialogue flow that has no last words of its own
  kFlowCancelled,
};

// Of kUnknown: English.
std::string_view phrase(Phrase which, Language language);

}  // namespace wk::ai
