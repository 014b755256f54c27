#include "storage/embedded/search/query.hpp"

#include <algorithm>

#include "storage/embedded/search/limits.hpp"
#include "storage/embedded/search/tokenizer.hpp"

namespace wk::search {

namespace {

// Where the white space (also the ideographic one) at `at` ends.
std::size_t skip_space(std::string_view text, std::size_t at) {
  for (;;) {
    if (at < text.size() && static_cast<unsigned char>(text[at]) <= ' ') {
      ++at;
    } else if (text.substr(at, 3) == "\u3000") {
      at += 3;
    } else {
      return at;
    }
  }
}

std::size_t end_of_word(std::string_view text, std::size_t at) {
  while (at < text.size() && skip_space(text, at) == at && text[at] != '"') ++at;
  return at;
}

void add_term(std::vector<Term>& terms, std::string_view text, bool quoted, bool last) {
  Term term;
  term.text = std::string(text);
  std::size_t end_of_last = 0;
  bool last_is_word = false;
  tokenize(text, Purpose::kQuery, [&](const Token& token) {
    term.tokens.emplace_back(token.text);
    end_of_last = token.end;
    const auto first = static_cast<unsigned char>(token.text.front());
    // Words of alphabets go on being typed; pairs of Han characters are complete (and are all below U+1100 otherwise).
    last_is_word = first < 0xE1;
    return true;
  });
  if (term.tokens.empty()) return;
  term.prefix = !quoted && last && last_is_word && end_of_last == text.size();
  terms.push_back(std::move(term));
}

}  // namespace

std::vector<Term> parse_query(std::string_view text) {
  text = text.substr(0, limits::kSearchQueryBytesMax);
  std::vector<Term> terms;
  for (std::size_t at = skip_space(text, 0); at < text.size() && terms.size() < limits::kSearchTermsMax; at = skip_space(text, at)) {
    const std::size_t closing = text[at] == '"' ? text.find('"', at + 1) : std::string_view::npos;
    if (closing != std::string_view::npos) {
      add_term(terms, text.substr(at + 1, closing - at - 1), true, false);
      at = closing + 1;
      continue;
    }
    if (text[at] == '"') {  // never closed: not a phrase
      ++at;
      continue;
    }
    const std::size_t end = end_of_word(text, at);
    add_term(terms, text.substr(at, end - at), false, end == text.size());
    at = end;
  }
  return terms;
}

std::string match_expression(const std::vector<Term>& terms) {
  std::string expression;
  for (const Term& term : terms) {
    if (!expression.empty()) expression += " AND ";
    expression += '"';
    for (const char c : term.text) {
      // Within quotes FTS5 knows only the quote itself; its expressions end at a NUL.
      if (c == '"') expression += '"';
      expression += c == '\0' ? ' ' : c;
    }
    expression += '"';
    if (term.prefix) expression += " *";
  }
  return expression;
}

}  // namespace wk::search
