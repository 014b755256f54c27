#include "ai_agent/intent/features.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "ai_agent/intent/limits.hpp"
#include "ai_agent/intent/vocabulary.hpp"

namespace wk::ai {
namespace {

std::vector<Piece> pieces(std::string_view text, std::string_view context = "") {
  FeatureScratch scratch;
  std::vector<Piece> out;
  extract_pieces(text, context, scratch, out);
  return out;
}

std::size_t count(const std::vector<Piece>& list, Block block) {
  return static_cast<std::size_t>(
      std::count_if(list.begin(), list.end(), [&](const Piece& p) { return p.block == block; }));
}

std::set<std::uint64_t> keys(const std::vector<Piece>& list) {
  std::set<std::uint64_t> out;
  for (const Piece& p : list) out.insert(p.key);
  return out;
}

TEST(Pieces, WordsPairsAndCharactersWithinWords) {
  const auto list = pieces("my order");
  EXPECT_EQ(count(list, Block::kWord), 3u);             // my, order, the pair
  EXPECT_EQ(count(list, Block::kCharacter), 6u + 18u);  // 2-5-grams of " my " and " order "
  EXPECT_EQ(count(list, Block::kHan), 0u);
}

TEST(Pieces, HanRunsGiveCharactersPairsAndTriples) {
  const auto list = pieces("我要退款");
  EXPECT_EQ(count(list, Block::kHan), 4u + 3u + 2u);
  EXPECT_EQ(count(list, Block::kWord), 0u);
  EXPECT_EQ(std::count_if(list.begin(), list.end(), [](const Piece& p) { return p.word; }), 4);
}

TEST(Pieces, CaseWidthAndPunctuationDoNotMatter) {
  EXPECT_EQ(pieces("Ｗhere IS, my order?!"), pieces("where is my order"));
}

TEST(Pieces, NumbersOfOneLengthAreOnePiece) {
  EXPECT_EQ(pieces("order 12345"), pieces("order 67890"));
  EXPECT_NE(keys(pieces("order 12345")), keys(pieces("order 123")));
}

TEST(Pieces, TheContextIsABlockOfItsOwn) {
  const auto list = pieces("ok", "my order");
  EXPECT_EQ(count(list, Block::kContext), 27u);
  std::set<std::uint64_t> own = keys(pieces("my order"));
  for (const Piece& p : list) {
    if (p.block == Block::kContext) {
      EXPECT_FALSE(own.contains(p.key));
    }
  }
}

TEST(Pieces, AreBounded) {
  std::string text;
  while (text.size() < 100'000) text += "abcdefghijklmnopqrstuvwxyz ";
  EXPECT_LE(pieces(text).size(), intent_limits::kFeaturesPerMessageMax);
  EXPECT_EQ(count(pieces(std::string(100, 'x')), Block::kCharacter), 0u);
}

TEST(VocabularyVector, EachBlockIsAUnitVectorTimesItsWeight) {
  VocabularyBuilder builder;
  builder.add(pieces("my order 退款"));
  builder.add(pieces("your order 退货"));
  const Vocabulary vocabulary = builder.build({.size_max = 1000, .weights = {1, 2, 3, 1}});
  std::vector<Vocabulary::Hit> hits;
  std::vector<Feature> row;
  const auto counts = vocabulary.vector_of(pieces("my order order 退款 zzz"), hits, row);
  EXPECT_EQ(counts.words, 6u);
  EXPECT_EQ(counts.unknown_words, 1u);
  std::map<Block, float> squares;
  for (std::size_t i = 0; i < row.size(); ++i) {
    squares[hits[i].block] += row[i].value * row[i].value;
    if (i > 0) {
      EXPECT_LT(row[i - 1].index, row[i].index);
    }
  }
  EXPECT_NEAR(squares[Block::kWord], 1, 1e-4);
  EXPECT_NEAR(squares[Block::kCharacter], 4, 1e-4);
  EXPECT_NEAR(squares[Block::kHan], 9, 1e-4);
}

TEST(VocabularyVector, KeepsTheMostFrequentAndAlwaysWords) {
  VocabularyBuilder builder;
  builder.add(pieces("alpha beta"));
  builder.add(pieces("alpha gamma"));
  EXPECT_EQ(builder.build({.texts_min = 1, .size_max = 2}).size(), 2u);
  const Vocabulary rare = builder.build({.texts_min = 2, .size_max = 1000});
  std::vector<Vocabulary::Hit> hits;
  std::vector<Feature> row;
  EXPECT_EQ(rare.vector_of(pieces("gamma"), hits, row).unknown_words, 0u);
}

TEST(VocabularyVector, AnEmptyVocabularyKnowsNothing) {
  std::vector<Vocabulary::Hit> hits;
  std::vector<Feature> row{{1, 1}};
  EXPECT_EQ(Vocabulary().vector_of(pieces("a b"), hits, row).words, 0u);
  EXPECT_TRUE(row.empty());
}

}  // namespace
}  // namespace wk::ai
