// What every reader of human text in ai_agent begins with: one normal form, words and runs of Han
// characters, the language.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wk::ai {

// NFKC with case folded (full width becomes half width, "ß" becomes "ss"), invisible characters
// left out, every run of white space or control characters one blank, trimmed. Bytes that are not
// UTF-8 are dropped. Of a text longer than text_limits::kTextBytesMax the beginning. Normalising
// twice changes nothing.
std::string normalise(std::string_view text);

// The same without an allocation once `scratch` and `out` have grown. One user at a time.
struct NormaliseScratch {
  std::vector<std::int32_t> code_points;
  std::string valid;
};
void normalise_into(std::string_view text, NormaliseScratch& scratch, std::string& out);

// A text in which two ways to write the same are equal, code point by code point, and where each of its bytes came from: NFKD with case folded
// ("Ｌ" and "L" are "l", "ß" is "ss"), invisible characters and bytes that are not UTF-8 left out, white space and control characters in a row
// one blank.
struct TracedText {
  std::string text;
  std::vector<std::size_t> origin;  // one more than bytes: the end
};
TracedText traced(std::string_view text);

// kWord: letters, marks and digits of any script but Han, with at least one that is no digit;
// kNumber: digits only; kHan: Han characters in a row.
enum class RunKind : std::uint8_t { kWord, kNumber, kHan };

struct Run {
  RunKind kind;
  std::string_view text;  // borrows from what was given

  friend bool operator==(const Run&, const Run&) = default;
};

// Words, numbers and runs of Han characters in order; blanks, punctuation and symbols are left out.
// Requires: `normalised` comes from normalise().
std::vector<Run> runs(std::string_view normalised);
void runs_into(std::string_view normalised, std::vector<Run>& out);

// Bytes of the code point that begins at `at`; 1 for a byte that begins none, never beyond the end.
std::size_t code_point_length(std::string_view utf8, std::size_t at);

bool is_han(char32_t code_point);

enum class Language : std::uint8_t { kUnknown, kChinese, kLatin };

// The language that carries more of the meaning, where a Latin word weighs as much as two Han
// characters, which is what a Chinese word has on average. Numbers carry none. Another script that
// outweighs both (kana, Hangul, Cyrillic) is kUnknown.
Language language_of(std::string_view text);

}  // namespace wk::ai
