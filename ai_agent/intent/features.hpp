// What a message looks like to the linear model: counted pieces of its words and of its runs of Han
// characters.
//
// Words give 1-2-grams of words and 2-5-grams of characters inside each word with its ends marked,
// so that a misspelt or inflected word still shares most of its pieces; Han runs give 1-3-grams of
// characters, which needs no dictionary and does not depend on how words are cut. What was said
// before (the context) gives the same pieces in a block of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ai_agent/text/text.hpp"

namespace wk::ai {

enum class Block : std::uint8_t { kWord, kCharacter, kHan, kContext };
inline constexpr std::size_t kBlocks = 4;

struct Piece {
  std::uint64_t key;  // of block and text; pieces of two blocks never meet
  Block block;
  bool word;  // one whole word or Han character: what "share of unknown words" counts

  friend bool operator==(const Piece&, const Piece&) = default;
};

// One user at a time; grows to the longest message and stays.
struct FeatureScratch {
  NormaliseScratch normalise;
  std::string text;
  std::vector<Run> runs;
  std::vector<std::uint64_t> words;
  std::vector<char32_t> code_points;
};

// Appends the pieces of `text` and of `context`, in order, repeated as often as they occur.
void extract_pieces(std::string_view text, std::string_view context, FeatureScratch& scratch,
                    std::vector<Piece>& out);

}  // namespace wk::ai
