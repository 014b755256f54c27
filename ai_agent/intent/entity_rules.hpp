// The shapes that find_entities() looks for. Each looks at one place of the text and says what
// begins there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ai_agent/intent/entities.hpp"

namespace wk::ai {

struct RuleHit {
  std::size_t end;
  std::string value;
};

// `text` in lower case and half width, byte for byte as long as the original where it is ASCII;
// `at` begins no second half of a word.
std::optional<RuleHit> match_email(std::string_view text, std::size_t at);
std::optional<RuleHit> match_money(std::string_view text, std::size_t at);
std::optional<RuleHit> match_date(std::string_view text, std::size_t at);
std::optional<RuleHit> match_phone(std::string_view text, std::size_t at);
std::optional<RuleHit> match_order_number(std::string_view text, std::size_t at);

}  // namespace wk::ai
