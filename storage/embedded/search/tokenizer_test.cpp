#include "storage/embedded/search/tokenizer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/embedded/search/excerpt.hpp"

namespace wk::search {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> tokens(std::string_view text, Purpose purpose) {
  std::vector<std::string> out;
  tokenize(text, purpose, [&](const Token& token) {
    out.push_back((token.colocated ? "=" : "") + std::string(token.text));
    return true;
  });
  return out;
}

TEST(Tokenizer, FoldsWordsAndWidths) {
  EXPECT_THAT(tokens("Hello, WORLD! ＡＢＣ１２３ ﬁne Straße", Purpose::kDocument), ElementsAre("hello", "world", "abc123", "fine", "strasse"));
  // Composed and decomposed are the same.
  EXPECT_EQ(tokens("Caf\u00e9", Purpose::kDocument), tokens("Cafe\u0301", Purpose::kDocument));
}

TEST(Tokenizer, CutsHanKanaAndHangulIntoPairs) {
  EXPECT_THAT(tokens("iPhone手机壳", Purpose::kDocument), ElementsAre("iphone", "手机", "=手", "机壳", "=机", "壳"));
  EXPECT_THAT(tokens("iPhone手机壳", Purpose::kQuery), ElementsAre("iphone", "手机", "机壳"));
  EXPECT_THAT(tokens("手机case", Purpose::kQuery), ElementsAre("手机", "机", "case"));
  EXPECT_THAT(tokens("好", Purpose::kQuery), ElementsAre("好"));
  EXPECT_THAT(tokens("ｶﾞ", Purpose::kDocument), ElementsAre("ガ"));
  EXPECT_THAT(tokens("한국", Purpose::kQuery), ElementsAre("한국"));
}

TEST(Tokenizer, KeepsEmojiAndDropsTheirVariants) {
  EXPECT_THAT(tokens("ok👍🏽!", Purpose::kDocument), ElementsAre("ok", "👍"));
  EXPECT_THAT(tokens("❤️", Purpose::kDocument), ElementsAre("❤"));
}

TEST(Tokenizer, SurvivesWhatIsNotText) {
  EXPECT_THAT(tokens("a\xff\xfe" "b\xe4\xb8", Purpose::kDocument), ElementsAre("a", "b"));
  EXPECT_THAT(tokens(std::string_view("a\0b", 3), Purpose::kDocument), ElementsAre("a", "b"));
  EXPECT_THAT(tokens("", Purpose::kDocument), IsEmpty());
}

TEST(Query, KnowsPhrasesAndTakesEverythingElseAsText) {
  const auto terms = parse_query("hello \"big world\" AND NOT(x");
  ASSERT_EQ(terms.size(), 4u);
  EXPECT_THAT(terms[1].tokens, ElementsAre("big", "world"));
  EXPECT_EQ(terms[2].text, "AND");
  EXPECT_TRUE(terms[3].prefix);
  EXPECT_FALSE(terms[0].prefix);
  EXPECT_THAT(parse_query("  !!! \" ' -- "), IsEmpty());
  EXPECT_EQ(match_expression(parse_query("\"a")), "\"a\" *");
  EXPECT_EQ(parse_query("退货　退款").size(), 2u);
  EXPECT_FALSE(parse_query("退货")[0].prefix);
}

TEST(Excerpt, MarksHitsInUtf16Units) {
  const Excerpt excerpt = make_excerpt("😀 我的手机壳坏了, phone case", parse_query("手机壳 cas"));
  EXPECT_EQ(excerpt.text, "😀 我的手机壳坏了, phone case");
  EXPECT_THAT(excerpt.highlights, ElementsAre(5u, 8u, 18u, 22u));
}

TEST(Excerpt, CutsAtCharactersAroundTheFirstHit) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "好";
  text += " needle ";
  for (int i = 0; i < 300; ++i) text += "的";
  const Excerpt excerpt = make_excerpt(text, parse_query("needle"));
  EXPECT_TRUE(excerpt.text.starts_with("…好"));
  EXPECT_TRUE(excerpt.text.ends_with("的…"));
  EXPECT_THAT(excerpt.highlights, ElementsAre(41u, 47u));
}

}  // namespace
}  // namespace wk::search
