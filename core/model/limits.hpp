// Limits of what people put into conversations. At each the append is refused with `too_large` or `invalid_argument`.
#pragma once

#include <cstddef>

namespace wk::limits {

inline constexpr std::size_t kMessageTextBytesMax = 20'000;
inline constexpr std::size_t kTypingTextBytesMax = 1'000;
inline constexpr std::size_t kAttachmentsMax = 15;
// Of the AI agent's messages and decisions.
inline constexpr std::size_t kChoicesMax = 9;
inline constexpr std::size_t kChoiceBytesMax = 500;
inline constexpr std::size_t kCitationsMax = 5;
inline constexpr std::size_t kBotSourcesMax = 10;
// Of a dialogue flow. A value that is longer is cut.
inline constexpr std::size_t kFlowStepsMax = 60;
inline constexpr std::size_t kFlowSlotsMax = 16;
inline constexpr std::size_t kFlowOptionsMax = 8;
inline constexpr std::size_t kFlowOptionBytesMax = 200;
inline constexpr std::size_t kFlowTextBytesMax = 2'000;
inline constexpr std::size_t kFlowNameBytesMax = 40;
inline constexpr std::size_t kFlowValueBytesMax = 300;
inline constexpr std::size_t kClientIdBytesMax = 64;
inline constexpr std::size_t kLabelBytesMax = 64;
inline constexpr std::size_t kLabelsMax = 50;
inline constexpr std::size_t kMentionsMax = 50;
inline constexpr std::size_t kReasonBytesMax = 100;
inline constexpr std::size_t kCommentBytesMax = 2'000;
inline constexpr std::size_t kNameBytesMax = 200;
// Of one change, and of a contact: a contact that has as many takes no further ones (the change itself is stored).
inline constexpr std::size_t kAttributesMax = 50;
inline constexpr std::size_t kAttributeNameBytesMax = 64;
inline constexpr std::size_t kAttributeValueBytesMax = 500;
inline constexpr std::size_t kUrlBytesMax = 2'000;
inline constexpr std::size_t kLastMessageTextBytesMax = 200;
// Events one read of the store answers at the most.
inline constexpr std::size_t kReadEventsMax = 1'000;

}  // namespace wk::limits
