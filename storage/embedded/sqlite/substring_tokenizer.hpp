// FTS5 tables in which any piece of a text is found, two Chinese characters or the last digits of a telephone number alike:
// tokenize='substring'. NFKC, case folded; three characters from each place on.
//
//   "Li Lei"  →  "li " "i l" " le" "lei" "ei" "i"
//
// For short texts (names, addresses): the index is some times as large as they are.
#pragma once

#include <string>
#include <string_view>

#include "storage/embedded/sqlite/fts5.hpp"

namespace wk::sqlite {

Result<void> register_substring_tokenizer(Database& database);

// For MATCH: every word of `text` (white space between) is found somewhere, whatever characters it has; words beyond the eighth are
// left out. Empty: there is no word.
std::string substring_match(std::string_view text);

}  // namespace wk::sqlite
