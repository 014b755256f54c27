// What the AI agent's knowledge does for the people beside it: replies they might give, and what is missing in it.
//
// Thread-safe; blocks: on a ThreadPool. Nothing is stored.
#pragma once

#include "core/ports/bot_record.hpp"

namespace wk {

class AgentHelp {
 public:
  virtual ~AgentHelp() = default;
  // For what the visitor of the conversation asked last and nobody has answered yet. kNotFound: no such conversation.
  virtual Result<::weikeyi::v1::SuggestionList> suggestions(ConversationId conversation) = 0;
  // Questions of the period that nobody could answer, those alike together, but for those that the knowledge answers by now.
  virtual Result<::weikeyi::v1::KnowledgeGapList> gaps(const BotRecord::Period& period) = 0;
};

}  // namespace wk
