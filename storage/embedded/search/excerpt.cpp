#include "storage/embedded/search/excerpt.hpp"

#include <algorithm>

#include "storage/embedded/search/limits.hpp"
#include "storage/embedded/search/tokenizer.hpp"

namespace wk::search {

namespace {

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct DocumentToken {
  std::string text;
  Range range;
};
// Per position the tokens that stand there.
using Document = std::vector<std::vector<DocumentToken>>;

Document read_document(std::string_view text) {
  Document document;
  tokenize(text, Purpose::kDocument, [&](const Token& token) {
    if (!token.colocated || document.empty()) document.emplace_back();
    document.back().push_back({std::string(token.text), {token.begin, token.end}});
    return true;
  });
  return document;
}

const DocumentToken* token_at(const Document& document, std::size_t position, const std::string& wanted, bool prefix) {
  if (position >= document.size()) return nullptr;
  for (const DocumentToken& token : document[position]) {
    if (prefix ? token.text.starts_with(wanted) : token.text == wanted) return &token;
  }
  return nullptr;
}

void find_term(const Document& document, const Term& term, std::vector<Range>& ranges) {
  for (std::size_t start = 0; start < document.size(); ++start) {
    Range range{};
    bool matches = true;
    for (std::size_t i = 0; i < term.tokens.size() && matches; ++i) {
      const bool last = i + 1 == term.tokens.size();
      const DocumentToken* token = token_at(document, start + i, term.tokens[i], term.prefix && last);
      matches = token != nullptr;
      if (!matches) break;
      if (i == 0) range.begin = token->range.begin;
      range.end = token->range.end;
    }
    if (matches) ranges.push_back(range);
  }
}

std::vector<Range> united(std::vector<Range> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
  std::vector<Range> out;
  for (const Range& range : ranges) {
    if (!out.empty() && range.begin <= out.back().end) {
      out.back().end = std::max(out.back().end, range.end);
    } else {
      out.push_back(range);
    }
  }
  return out;
}

bool begins_character(std::string_view text, std::size_t at) {
  return at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
}
std::size_t back(std::string_view text, std::size_t at, std::size_t characters) {
  while (at > 0 && characters > 0) {
    --at;
    if (begins_character(text, at)) --characters;
  }
  return at;
}
std::size_t forth(std::string_view text, std::size_t at, std::size_t characters) {
  while (at < text.size() && characters > 0) {
    ++at;
    if (begins_character(text, at)) --characters;
  }
  return at;
}
std::uint32_t utf16_units(std::string_view text) {
  std::uint32_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;
    units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

}  // namespace

Excerpt make_excerpt(std::string_view text, const std::vector<Term>& terms) {
  std::vector<Range> ranges;
  const Document document = read_document(text);
  for (const Term& term : terms) find_term(document, term, ranges);
  ranges = united(std::move(ranges));

  const std::size_t anchor = ranges.empty() ? 0 : ranges.front().begin;
  std::size_t begin = back(text, anchor, limits::kExcerptCharactersBefore);
  const std::size_t end = forth(text, begin, limits::kExcerptCharactersMax);
  // A hit near the end of a long text: fill up in front.
  if (end == text.size()) begin = std::min(begin, back(text, end, limits::kExcerptCharactersMax));

  Excerpt excerpt;
  if (begin > 0) excerpt.text = "…";
  const std::uint32_t shift = utf16_units(excerpt.text);
  excerpt.text += text.substr(begin, end - begin);
  if (end < text.size()) excerpt.text += "…";
  for (const Range& range : ranges) {
    if (range.begin < begin || range.begin >= end || excerpt.highlights.size() >= limits::kHighlightsMax * 2) continue;
    const std::size_t cut = std::min(range.end, end);
    excerpt.highlights.push_back(shift + utf16_units(text.substr(begin, range.begin - begin)));
    excerpt.highlights.push_back(shift + utf16_units(text.substr(begin, cut - begin)));
  }
  return excerpt;
}

}  // namespace wk::search
