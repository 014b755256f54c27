// Limits of the warm tier.
#pragma once

#include <cstddef>

namespace wk::limits {

// Connections that read at the same time; one more borrower waits.
inline constexpr std::size_t kWarmReadConnectionsMax = 4;
// Folds the writer keeps decoded between batches. At it the older half is forgotten (and read again when needed).
inline constexpr std::size_t kWarmFoldsCachedMax = 20'000;
// Conversations one list answers at the most.
inline constexpr std::size_t kListConversationsMax = 200;

// Questions that the AI agent had no answer to; the oldest go. Bytes kept of each, and messages looked at for one.
inline constexpr std::size_t kBotQuestionsKept = 20'000;
inline constexpr std::size_t kBotQuestionBytesMax = 1'000;
inline constexpr std::size_t kBotQuestionEventsRead = 40;

}  // namespace wk::limits
