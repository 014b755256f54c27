// What was said in a conversation, as a language model reads it.
#pragma once

#include <vector>

#include "ai_agent/grounding/context_window.hpp"
#include "base/ids.hpp"
#include "core/ports/conversation_store.hpp"

namespace wk::ai {

struct HistoryRange {
  // The visitor's messages behind it are the question, and no history.
  Seq answered_through = 0;
  // What is up to here is in a summary.
  Seq summarised_through = 0;
  Seq last = 0;
};
// Of the newest agent_limits::kHistoryEventsRead events up to `last`, the oldest first. Notes are no messages: they are for agents alone.
// Blocks; what cannot be read is left out, an answer without history is one.
std::vector<ChatTurn> read_history(ConversationStore& store, ConversationId id, HistoryRange range);

}  // namespace wk::ai
