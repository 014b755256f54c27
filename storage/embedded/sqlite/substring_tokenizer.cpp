#include "storage/embedded/sqlite/substring_tokenizer.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

namespace wk::sqlite {

namespace {

constexpr std::size_t kGram = 3;
constexpr std::size_t kWordsMax = 8;

struct Folded {
  std::string text;
  // Where each character begins, then where the last one ends.
  std::vector<std::size_t> starts;
  std::size_t characters() const { return starts.size() - 1; }
};

// Nothing of what is not UTF-8.
Folded fold(std::string_view text) {
  constexpr auto kOptions =
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
  utf8proc_uint8_t* raw = nullptr;
  const utf8proc_ssize_t bytes = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                              static_cast<utf8proc_ssize_t>(text.size()), &raw, kOptions);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(raw, &std::free);
  Folded folded;
  if (bytes > 0) folded.text.assign(reinterpret_cast<const char*>(raw), static_cast<std::size_t>(bytes));
  for (std::size_t at = 0; at < folded.text.size(); ++at) {
    if ((static_cast<unsigned char>(folded.text[at]) & 0xC0) != 0x80) folded.starts.push_back(at);
  }
  folded.starts.push_back(folded.text.size());
  return folded;
}

void tokenize(std::string_view text, TextPurpose purpose, const EmitToken& emit) {
  const Folded folded = fold(text);
  const std::size_t count = folded.characters();
  // The shorter ones at the end of a document let the beginning of a token stand for its last characters. A query has them only
  // where it is that short itself.
  const std::size_t last = purpose == TextPurpose::kQuery ? (count > kGram ? count - kGram + 1 : std::min<std::size_t>(count, 1)) : count;
  for (std::size_t i = 0; i < last; ++i) {
    const std::size_t end = folded.starts[std::min(i + kGram, count)];
    const std::string_view token = std::string_view(folded.text).substr(folded.starts[i], end - folded.starts[i]);
    if (!emit({token, i, i + 1, false})) return;
  }
}

constexpr Tokenizer kSubstring{"substring", tokenize};

bool is_space(char c) { return static_cast<unsigned char>(c) <= ' '; }

}  // namespace

Result<void> register_substring_tokenizer(Database& database) { return register_tokenizer(database, kSubstring); }

std::string substring_match(std::string_view text) {
  std::string expression;
  for (std::size_t words = 0; words < kWordsMax; ++words) {
    const auto begin = std::find_if_not(text.begin(), text.end(), is_space);
    const auto end = std::find_if(begin, text.end(), is_space);
    if (begin == end) break;
    const std::string word(begin, end);
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    if (!expression.empty()) expression += " AND ";
    expression += '"';
    for (const char c : word) {
      if (c == '"') expression += '"';  // within quotes FTS5 knows only the quote itself
      expression += c;
    }
    expression += '"';
    if (fold(word).characters() < kGram) expression += " *";
  }
  return expression;
}

}  // namespace wk::sqlite
