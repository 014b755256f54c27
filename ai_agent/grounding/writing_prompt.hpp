// What a model is told that writes for an agent, and its answer as the text it should be. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ai_agent/llm/chat.hpp"
#include "ai_agent/text/text.hpp"

namespace wk::ai {

enum class Rewriting : std::uint8_t { kCorrect, kFriendlier, kMoreFormal, kShorter };

// `text` masked. What stands in it is data, as in prompt.hpp.
std::vector<ChatMessage> rewrite_prompt(Rewriting how, std::string_view text);
// Requires: language_tag_valid(language).
std::vector<ChatMessage> translate_prompt(std::string_view language, std::string_view text);
// `lines`: summary_line() of each turn, masked. kChinese, else English.
std::vector<ChatMessage> digest_prompt(Language language, std::string_view lines);

// The form of BCP 47 (RFC 5646): two or three letters, and subtags of one to eight letters and digits; at most 35 bytes. Whether there is such a
// language is not asked.
bool language_tag_valid(std::string_view tag);

// The answer without the element's own marks around it, and with '<' and '>' where as_data() took them away from `original`.
std::string written_text(std::string_view answer, std::string_view original);

}  // namespace wk::ai
