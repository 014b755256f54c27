#include "ai_agent/knowledge/chunker.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "ai_agent/knowledge/limits.hpp"
#include "ai_agent/text/text.hpp"
#include "base/assert.hpp"

namespace wk::ai {
namespace {

// How good a place to cut is; higher is better.
enum class Cut { kNone, kCharacter, kWord, kClause, kSentence, kParagraph };

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool is_one_of(std::string_view character, std::initializer_list<std::string_view> those) {
  return std::find(those.begin(), those.end(), character) != those.end();
}

bool closes(std::string_view character) {
  return is_one_of(character, {"”", "’", "」", "』", "）", "》", ")", "\"", "'", "]"});
}

// Where a passage may end: right behind the character that begins at `at` and ends at `end`.
// `sentence` says that a sentence ended before and only closing quotes have come since.
Cut cut_behind(std::string_view text, std::size_t at, std::size_t end, bool& sentence) {
  const std::string_view character = text.substr(at, end - at);
  const bool blank_follows = end == text.size() || is_blank(text[end]);
  if (character == "\n") {
    sentence = false;
    const std::size_t next = text.find_first_not_of(" \t\r", end);
    return next == std::string_view::npos || text[next] == '\n' ? Cut::kParagraph : Cut::kSentence;
  }
  const std::string_view next_one =
      text.substr(end, end < text.size() ? code_point_length(text, end) : 0);
  if (is_one_of(character, {"。", "！", "？", "…"})) {
    sentence = true;
    return closes(next_one) ? Cut::kCharacter : Cut::kSentence;
  }
  if (is_one_of(character, {".", "!", "?"})) {
    sentence = true;
    return blank_follows ? Cut::kSentence : Cut::kCharacter;
  }
  if (sentence && closes(character)) return closes(next_one) ? Cut::kCharacter : Cut::kSentence;
  if (is_blank(character.front())) {
    // The blank behind a sentence's end is as good a place as the end itself.
    return std::exchange(sentence, false) ? Cut::kSentence : Cut::kWord;
  }
  sentence = false;
  if (is_one_of(character, {"；", "，", "、", "："})) return Cut::kClause;
  if (is_one_of(character, {";", ",", ":"}) && blank_follows) return Cut::kClause;
  return Cut::kCharacter;
}

struct Range {
  std::size_t begin;
  std::size_t end;
};

Range trimmed(std::string_view text, Range range) {
  while (range.begin < range.end && is_blank(text[range.begin])) ++range.begin;
  while (range.end > range.begin && is_blank(text[range.end - 1])) --range.end;
  return range;
}

// The best place to end a passage that begins at range.begin: liked kinds of cut first, then near
// to `target`.
std::size_t best_cut(std::string_view text, Range range, std::size_t target,
                     std::size_t bytes_max) {
  const std::size_t last = std::min(range.end, range.begin + bytes_max);
  // What comes before would leave a scrap.
  const std::size_t first = range.begin + target / 2;
  std::array<std::size_t, 6> best{};
  std::array<std::size_t, 6> distance;
  distance.fill(std::string_view::npos);
  bool sentence = false;
  for (std::size_t at = range.begin; at < last;) {
    const std::size_t end = at + code_point_length(text, at);
    if (end > last) break;
    const auto kind = static_cast<std::size_t>(cut_behind(text, at, end, sentence));
    if (end >= first) {
      const std::size_t wanted = range.begin + target;
      const std::size_t away = end > wanted ? end - wanted : wanted - end;
      if (away <= distance[kind]) {
        distance[kind] = away;
        best[kind] = end;
      }
    }
    at = end;
  }
  for (std::size_t kind = best.size(); kind-- > 0;) {
    if (best[kind] != 0) return best[kind];
  }
  return last;  // one code point is longer than allowed, which the limits rule out
}

void cut_section(std::string_view text, Range section, const std::string& heading,
                 std::size_t bytes_max, std::vector<Passage>& out) {
  Range rest = trimmed(text, section);
  while (rest.begin < rest.end) {
    const std::size_t size = rest.end - rest.begin;
    std::size_t end = rest.end;
    if (size > bytes_max) {
      const std::size_t parts = (size + bytes_max - 1) / bytes_max;
      end = best_cut(text, rest, size / parts, bytes_max);
    }
    const Range passage = trimmed(text, {rest.begin, end});
    if (passage.begin < passage.end) out.push_back({passage.begin, passage.end, heading});
    rest = trimmed(text, {end, rest.end});
  }
}

// 1 to 6, or 0 where the line is no heading.
std::size_t heading_level(std::string_view line) {
  const std::size_t level = std::min(line.find_first_not_of('#'), line.size());
  if (level == 0 || level > 6) return 0;
  return level == line.size() || line[level] == ' ' || line[level] == '\t' ? level : 0;
}

std::string_view heading_text(std::string_view line, std::size_t level) {
  const Range inner = trimmed(line, {level, line.size()});
  std::string_view words = line.substr(inner.begin, inner.end - inner.begin);
  const std::size_t last = words.find_last_not_of('#');  // "## Abroad ##"
  if (last == std::string_view::npos) return {};
  if (last + 1 < words.size() && is_blank(words[last])) words = words.substr(0, last);
  return words.substr(0, words.find_last_not_of(" \t") + 1);
}

std::string path_of(const std::array<std::string, 7>& levels) {
  std::string path;
  for (const std::string& level : levels) {
    if (level.empty()) continue;
    if (!path.empty()) path += " > ";
    path += level;
  }
  if (path.size() <= knowledge_limits::kHeadingBytesMax) return path;
  std::size_t from = path.size() - knowledge_limits::kHeadingBytesMax;
  while (from < path.size() && (static_cast<unsigned char>(path[from]) & 0xC0U) == 0x80U) ++from;
  return path.substr(from);
}

}  // namespace

std::vector<Passage> chunk(std::string_view text, std::size_t passage_bytes_max) {
  WK_ASSERT(passage_bytes_max >= knowledge_limits::kPassageBytesMin);
  std::vector<Passage> out;
  std::array<std::string, 7> levels;
  std::string path;
  std::size_t section = 0;
  bool fenced = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t line_end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, line_end - at);
    if (line.starts_with("```")) fenced = !fenced;
    if (const std::size_t level = fenced ? 0 : heading_level(line); level != 0) {
      cut_section(text, {section, at}, path, passage_bytes_max, out);
      levels[level] = heading_text(line, level);
      for (std::size_t deeper = level + 1; deeper < levels.size(); ++deeper) levels[deeper].clear();
      path = path_of(levels);
      section = line_end;
    }
    at = line_end + 1;
  }
  cut_section(text, {section, text.size()}, path, passage_bytes_max, out);
  return out;
}

}  // namespace wk::ai
