// Text into what the search index compares: NFKC, case folded; Latin, digits and other alphabets as words; Han, Kana, Hangul
// (written without spaces, or inflected) as overlapping pairs and single characters; emoji as single characters.
//
//   "iPhone 手机壳"  →  0 iphone | 1 手机, 手 | 2 机壳, 机 | 3 壳
//
// A query gives pairs alone wherever it has two characters: consecutive pairs are an exact substring, and single characters
// (which every text is full of) are looked up only where nothing else is known.
#pragma once

#include <string_view>

#include "storage/embedded/sqlite/fts5.hpp"

namespace wk::search {

using Purpose = sqlite::TextPurpose;
using sqlite::Token;

// Calls `emit` for each token in order until it answers false. Bytes that are not UTF-8 separate words. Thread-safe.
void tokenize(std::string_view text, Purpose purpose, const sqlite::EmitToken& emit);

}  // namespace wk::search
