#include "ai_agent/sentence/unigram_tokenizer.hpp"

#include <gtest/gtest.h>

namespace wk::ai {
namespace {

// Six control symbols, then pieces from number 6 on.
UnigramTokenizer small() {
  std::vector<UnigramTokenizer::Piece> pieces;
  for (const char* control : {"?", "<s>", "</s>", "x1", "x2", "x3"}) pieces.push_back({control, 0});
  for (const auto& piece : std::initializer_list<UnigramTokenizer::Piece>{
           {"▁", -5}, {"a", -4}, {"b", -4}, {"ab", -3}, {"▁ab", -2}, {"▁a", -3}, {"é", -6}}) {
    pieces.push_back(piece);
  }
  return UnigramTokenizer(pieces);
}

std::vector<std::uint32_t> encode(std::string_view text, std::size_t tokens_max = 100) {
  UnigramTokenizer::Scratch scratch;
  std::vector<std::uint32_t> out;
  small().encode(text, tokens_max, scratch, out);
  return out;
}

using Tokens = std::vector<std::uint32_t>;

TEST(UnigramTokenizer, TakesTheCutWithTheHighestSum) {
  EXPECT_EQ(encode("ab"), (Tokens{10}));  // "▁ab"
  EXPECT_EQ(encode("ab ab"), (Tokens{10, 10}));
  EXPECT_EQ(encode("aab"), (Tokens{11, 9}));  // "▁a" "ab", not "▁a" "a" "b"
  EXPECT_EQ(encode("é"), (Tokens{6, 12}));
}

TEST(UnigramTokenizer, UnknownCharactersInARowAreOne) {
  EXPECT_EQ(encode("azzb"), (Tokens{11, 0, 8}));
  EXPECT_EQ(encode("a👍退b"), (Tokens{11, 0, 8}));
}

TEST(UnigramTokenizer, ControlSymbolsAreNeverCutOut) { EXPECT_EQ(encode("x1").back(), 0u); }

TEST(UnigramTokenizer, NothingAndTooMuch) {
  EXPECT_EQ(encode(""), Tokens{});
  EXPECT_EQ(encode("ab ab ab ab", 3), (Tokens{10, 10, 10}));
}

TEST(UnigramTokenizer, AnEmptyVocabularyKnowsNoCharacter) {
  UnigramTokenizer::Scratch scratch;
  Tokens out;
  UnigramTokenizer().encode("abc", 10, scratch, out);
  EXPECT_EQ(out, (Tokens{0}));
}

}  // namespace
}  // namespace wk::ai
