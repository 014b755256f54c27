#include "ai_agent/agent/nobody_words.hpp"

#include <fmt/args.h>
#include <fmt/format.h>

#include "ai_agent/agent/phrases.hpp"

namespace wk::ai {
namespace {

std::string closed_words(const OpeningMoment& closed, const std::string& locale, Language language) {
  const bool chinese = language == Language::kChinese;
  // The words around them are of two languages only.
  const std::string reader = chinese ? "zh-CN" : locale.starts_with("en-") ? locale : "en-GB";
  const OpeningWords words = closed.opens_ms == 0 ? OpeningWords{} : opening_words(closed, reader);
  if (words.day.empty()) return std::string(phrase(Phrase::kHandedOverClosedLong, language));
  const std::string_view around = phrase(words.near ? Phrase::kHandedOverClosedNear : Phrase::kHandedOverClosed, language);
  return fmt::format(fmt::runtime(around), fmt::arg("day", words.day), fmt::arg("time", words.time), fmt::arg("zone", words.zone));
}

}  // namespace

std::string nobody_words(const NobodyThere& there, Language language) {
  std::string text = there.closed ? closed_words(*there.closed, there.locale, language) : std::string(phrase(Phrase::kHandedOverNobody, language));
  if (there.reachable) return text;
  if (language != Language::kChinese) text += ' ';
  return text += phrase(Phrase::kLeaveContact, language);
}

}  // namespace wk::ai
