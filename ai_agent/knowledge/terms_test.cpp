#include "ai_agent/knowledge/terms.hpp"

#include <gmock/gmock.h>

#include "ai_agent/knowledge/limits.hpp"
#include "ai_agent/knowledge/question_words.hpp"

namespace wk::ai {
namespace {

using ::testing::IsSubsetOf;
using ::testing::UnorderedElementsAreArray;

std::vector<std::uint64_t> document(std::string_view text) {
  TermReader reader;
  std::vector<std::uint64_t> terms;
  reader.document(text, terms);
  return terms;
}

std::vector<std::uint64_t> strong(std::string_view text) {
  TermReader reader;
  std::vector<QueryTerm> terms;
  reader.query(text, terms);
  std::vector<std::uint64_t> out;
  for (const QueryTerm& term : terms) {
    if (!term.weak) out.push_back(term.hash);
  }
  return out;
}

TEST(EnglishStem, BringsFormsOfAWordTogether) {
  for (const auto* word : {"charge", "charges", "charged", "charging"})
    EXPECT_EQ(english_stem(word), "charg") << word;
  EXPECT_EQ(english_stem("deliveries"), english_stem("delivery"));
  for (const auto* word : {"stop", "stops", "stopped", "stopping"})
    EXPECT_EQ(english_stem(word), "stop") << word;
  for (const auto* word : {"deliver", "delivers", "delivered"})
    EXPECT_EQ(english_stem(word), "deliver") << word;
}

TEST(EnglishStem, LeavesOtherWordsAlone) {
  for (const auto* word :
       {"bus", "this", "class", "ring", "red", "sing", "größe", "b2b", "1234s"}) {
    EXPECT_EQ(english_stem(word), word);
  }
}

TEST(Terms, AreWordsNumbersCharactersAndPairs) {
  EXPECT_EQ(document("退货").size(), 3U);
  EXPECT_EQ(document("退货，退款").size(), 6U);  // no pair across a comma
  EXPECT_EQ(document("iPhone 15 退货").size(), 5U);
}

TEST(Terms, OfAQuestionAreThoseOfTheAnswer) {
  EXPECT_THAT(strong("ＲＥＦＵＮＤＳ"), UnorderedElementsAreArray(document("refund")));
  EXPECT_THAT(strong("退货"), IsSubsetOf(document("支持退货的商品")));
}

TEST(Terms, KnowWordsOfAsking) {
  EXPECT_THAT(strong("how do I get a refund"), UnorderedElementsAreArray(document("get refund")));
  // "怎么退货": neither 怎, 么, 怎么 nor 么退.
  EXPECT_THAT(strong("怎么退货"), UnorderedElementsAreArray(document("退货")));
  EXPECT_EQ(question_word_length("为什么", 0), std::string_view("为什么").size());
  EXPECT_EQ(question_word_length("退货", 0), 0U);
}

TEST(NameIn, IsATitleWithoutWhatStandsBesideIt) {
  EXPECT_EQ(name_in("Lincoln (Nebraska)"), "Lincoln ");
  EXPECT_EQ(name_in("大曲车站（秋田县）"), "大曲车站");
  EXPECT_EQ(name_in("Shipping | Our shop - Help"), "Shipping ");
  EXPECT_EQ(name_in("E-mail and more"), "E-mail and more");
  // Nothing else is left.
  EXPECT_EQ(name_in("(untitled)"), "(untitled)");
  EXPECT_EQ(name_in(""), "");
}

TEST(Terms, OfAQuestionAreBounded) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i) + " ";
  TermReader reader;
  std::vector<QueryTerm> terms;
  reader.query(text, terms);
  EXPECT_EQ(terms.size(), knowledge_limits::kQueryTermsRead);
}

}  // namespace
}  // namespace wk::ai
