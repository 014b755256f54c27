// What somebody typed into a search box, understood: words in any order, "a phrase" in quotes, everything else is text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wk::search {

struct Term {
  // As typed, without its quotes.
  std::string text;
  // What the tokenizer makes of it; never empty.
  std::vector<std::string> tokens;
  // The last token is the beginning of a word.
  bool prefix = false;
};

// Terms that are all to be found; none: there is nothing to look for. Never fails: a lone quote, operators of FTS5 and the like
// are text. Beyond the limits the rest is cut off.
std::vector<Term> parse_query(std::string_view text);
// For MATCH. Requires: !terms.empty().
std::string match_expression(const std::vector<Term>& terms);

}  // namespace wk::search
