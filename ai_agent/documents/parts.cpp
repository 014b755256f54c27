#include "ai_agent/documents/parts.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"

namespace wk::ai {
namespace {

constexpr unsigned kLevels = 6;
// Of a heading that is repeated; what is longer is no heading that anybody reads.
constexpr std::size_t kHeadingRepeatedBytesMax = 100;

// The headings that hold at some place, by level; without their line ends.
using Headings = std::array<std::string_view, kLevels>;

std::string_view line_at(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return text.substr(at, end == std::string_view::npos ? end : end - at);
}

// 1 to 6; 0: none.
unsigned heading_level(std::string_view line) {
  const std::size_t marks = std::min(line.find_first_not_of('#'), line.size());
  return marks >= 1 && marks <= kLevels && marks < line.size() && line[marks] == ' ' ? static_cast<unsigned>(marks) : 0;
}

bool fence(std::string_view line) { return line.starts_with("```") || line.starts_with("~~~"); }

bool blank(std::string_view text) { return text.find_first_not_of(" \t\n") == std::string_view::npos; }

void enter(Headings& headings, unsigned level, std::string_view line) {
  headings[level - 1] = line;
  std::fill(headings.begin() + level, headings.end(), std::string_view());
}

// What a part that begins under `headings` begins with; `below`: at a heading of this level, which says the rest itself (7: none).
std::string repeated(const Headings& headings, unsigned below) {
  std::string lines;
  for (unsigned level = 1; level < below && level <= kLevels; ++level) {
    const std::string_view heading = utf8_prefix(headings[level - 1], kHeadingRepeatedBytesMax);
    if (!heading.empty()) lines.append(heading).append("\n\n");
  }
  return lines;
}

struct Cut {
  std::size_t at = 0;
  // Of the heading that stands there; 7: none.
  unsigned level = kLevels + 1;
};

}  // namespace

std::vector<std::string> document_parts(std::string_view markdown, std::size_t bytes_max) {
  std::vector<std::string> parts;
  Headings headings{};
  bool fenced = false;
  std::string begin;
  while (!blank(markdown)) {
    if (begin.size() + markdown.size() <= bytes_max) {
      parts.push_back(begin.append(markdown));
      break;
    }
    const std::size_t room = bytes_max - begin.size();
    Cut best;
    std::size_t between_lines = 0;
    std::size_t between_paragraphs = 0;
    bool in_fence = fenced;
    for (std::size_t at = 0; at <= room && at < markdown.size();) {
      const std::string_view line = line_at(markdown, at);
      const unsigned level = in_fence ? 0 : heading_level(line);
      if (fence(line)) in_fence = !in_fence;
      if (at >= room / 2) {
        between_lines = at;
        if (level > 0 && level <= best.level) best = {at, level};
        if (line.empty()) between_paragraphs = at;
      }
      at += line.size() + 1;
    }
    if (best.at == 0) best.at = between_paragraphs > 0 ? between_paragraphs : between_lines;
    // One line fills it.
    if (best.at == 0) best.at = utf8_prefix(markdown, room).size();
    for (std::size_t at = 0; at < best.at;) {
      const std::string_view line = line_at(markdown, at);
      if (const unsigned level = fenced ? 0 : heading_level(line); level > 0) enter(headings, level, line);
      if (fence(line)) fenced = !fenced;
      at += line.size() + 1;
    }
    if (const std::string_view part = markdown.substr(0, best.at); !blank(part)) parts.push_back(begin.append(part));
    begin = repeated(headings, best.level);
    markdown.remove_prefix(best.at);
    markdown.remove_prefix(std::min(markdown.find_first_not_of('\n'), markdown.size()));
  }
  return parts;
}

}  // namespace wk::ai
