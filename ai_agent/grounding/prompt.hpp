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

std::string answer_policy(Language language);
// A text from outside, which can neither open nor close an element of ours: '<' and '>' become '‹' and '›'.
std::string as_data(std::string_view text);
// Requires: the last turn is the visitor's.
std::vector<ChatMessage> answer_prompt(const FittedContext& context);

}  // namespace wk::ai
