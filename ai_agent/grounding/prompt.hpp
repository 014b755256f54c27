// What a model is told: the policy first, everything else as data. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ai_agent/grounding/context_window.hpp"
#include "ai_agent/llm/chat.hpp"
#include "ai_agent/text/text.hpp"

namespace wk::ai {

// What the model says when the passages do not answer.
inline constexpr std::string_view kUnsureWord = "UNSURE";

// `tools`: there are some to ask for.
std::string answer_policy(Language language, bool tools);
// A text from outside, which can neither open nor close an element of ours: '<' and '>' become '‹' and '›'.
std::string as_data(std::string_view text);
// For a summary of a conversation.
std::string summary_policy();
// A turn of the conversation for it, a line.
std::string summary_line(const ChatTurn& turn);
// Requires: the last turn is the visitor's.
std::vector<ChatMessage> answer_prompt(const FittedContext& context);

}  // namespace wk::ai
