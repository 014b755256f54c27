// What a conversation was about, out of its own log. Pure, but for reading it.
#pragma once

#include <string>
#include <vector>

#include "ai_agent/grounding/context_window.hpp"
#include "ai_agent/text/text.hpp"
#include "core/ports/conversation_store.hpp"

namespace wk::ai {

// What was said and decided since the conversation was resolved the last time, of the newest agent_limits::kDigestEventsRead events. Without notes:
// who takes over reads them anyhow, and they are nothing to send anywhere.
struct Matter {
  SiteId site{};
  // Messages and decisions of the AI agent, the oldest first.
  std::vector<v1::Event> events{};
  // seq of the last of them; 0: there are none.
  Seq through = 0;
};
// Blocks. kNotFound: no such conversation.
Result<Matter> read_matter(ConversationStore& store, ConversationId id);

// As a language model reads it.
std::vector<ChatTurn> turns_of(const Matter& matter);

// Without one: what was asked first, what the AI agent tried and from which source, what was named, and what was said last. A line each, ours in
// `language` (kChinese, else English), theirs as they wrote it; at most agent_limits::kDigestBytesMax.
std::string excerpt_of(const Matter& matter, Language language);

}  // namespace wk::ai
