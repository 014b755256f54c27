#include "ai_agent/grounding/context_window.hpp"

#include <algorithm>

#include "ai_agent/grounding/limits.hpp"
#include "ai_agent/llm/token_estimate.hpp"
#include "base/assert.hpp"
#include "base/encoding.hpp"

namespace wk::ai {
namespace {

// The longest beginning of at most so many tokens.
std::string cut_to(const std::string& text, double tokens, double factor) {
  if (estimated_tokens(text) * factor <= tokens) return text;
  std::size_t fits = 0;
  std::size_t too_long = text.size();
  while (fits + 1 < too_long) {
    const std::size_t middle = (fits + too_long) / 2;
    const std::string_view head = utf8_prefix(text, middle);
    (estimated_tokens(head) * factor <= tokens ? fits : too_long) = middle;
  }
  return std::string(utf8_prefix(text, fits));
}

}  // namespace

FittedContext fit_context(const ContextParts& parts, const ContextRoom& room) {
  WK_ASSERT(!parts.turns.empty() && parts.turns.back().visitor);
  const auto tokens_of = [&](const std::string& text) { return text.empty() ? 0.0 : estimated_tokens(text) * room.factor; };
  const double all = room.tokens;
  FittedContext fitted;
  fitted.system = parts.system;
  const double reserve = std::max(static_cast<double>(room.answer_tokens), grounding_limits::kAnswerShareMin * all);
  double left = std::max(0.0, all - reserve - tokens_of(parts.system));
  const auto take = [&](const std::string& text) {
    left -= tokens_of(text);
    fitted.tokens += tokens_of(text);
  };
  fitted.tokens = tokens_of(parts.system);

  // What is asked goes before everything, but leaves evidence half of the room: without it there is nothing to answer from.
  ChatTurn question = parts.turns.back();
  question.text = cut_to(question.text, left / 2, room.factor);
  take(question.text);

  double evidence_left = std::min(left, grounding_limits::kEvidenceShare * all);
  for (const std::string& passage : parts.evidence) {
    const std::string kept = fitted.evidence.empty() ? cut_to(passage, evidence_left, room.factor) : passage;
    if (kept.empty() || tokens_of(kept) > evidence_left) break;
    evidence_left -= tokens_of(kept);
    take(kept);
    fitted.evidence.push_back(kept);
  }

  fitted.summary = cut_to(parts.summary, std::min(left, grounding_limits::kSummaryShare * all), room.factor);
  take(fitted.summary);

  const double history_room = left;
  std::vector<ChatTurn> newest_first{std::move(question)};
  for (std::size_t i = parts.turns.size() - 1; i-- > 0;) {
    if (tokens_of(parts.turns[i].text) > left) {
      fitted.turns_left_out = i + 1;
      break;
    }
    take(parts.turns[i].text);
    newest_first.push_back(parts.turns[i]);
  }
  fitted.turns.assign(newest_first.rbegin(), newest_first.rend());
  const double history = history_room - left;
  fitted.summary_due = fitted.turns_left_out > 0 || (newest_first.size() > 1 && history > grounding_limits::kSummariseFrom * history_room);
  return fitted;
}

std::string extract_summary(const std::vector<ChatTurn>& turns, double tokens_max) {
  std::vector<std::string> newest_first;
  double tokens = 0;
  for (auto turn = turns.rbegin(); turn != turns.rend(); ++turn) {
    std::string line = turn->visitor ? "Visitor: " : "Assistant: ";
    line += utf8_prefix(turn->text, grounding_limits::kExtractBytesMax);
    std::replace(line.begin(), line.end(), '\n', ' ');
    tokens += estimated_tokens(line);
    if (tokens > tokens_max) break;
    newest_first.push_back(std::move(line));
  }
  std::string all;
  for (auto line = newest_first.rbegin(); line != newest_first.rend(); ++line) all += (all.empty() ? "" : "\n") + *line;
  return all;
}

}  // namespace wk::ai
