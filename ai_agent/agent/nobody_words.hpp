// What a hand-over says where nobody is there: when people are back, that nothing is lost, and how they may reach the visitor. Pure.
#pragma once

#include <optional>
#include <string>

#include "ai_agent/text/text.hpp"
#include "core/hours/opening_words.hpp"

namespace wk::ai {

struct NobodyThere {
  // Outside the site's hours. Not set: within them, and nobody is online.
  std::optional<OpeningMoment> closed{};
  // Else an address or a number is asked for.
  bool reachable = false;
  // Of the visitor's browser: how times are written, where it goes with the language.
  std::string locale{};
};
std::string nobody_words(const NobodyThere& there, Language language);

}  // namespace wk::ai
