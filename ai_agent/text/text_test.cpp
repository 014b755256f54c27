#include "ai_agent/text/text.hpp"

#include <gtest/gtest.h>

#include "ai_agent/text/limits.hpp"
#include "base/encoding.hpp"

namespace wk::ai {
namespace {

using namespace std::string_literals;

TEST(Normalise, LowersLettersAndJoinsBlanks) {
  EXPECT_EQ(normalise("  Where IS\t\r\n my   Order? "), "where is my order?");
  EXPECT_EQ(normalise("ÀÉÎ Straße"), "àéî strasse");
  EXPECT_EQ(normalise(""), "");
  EXPECT_EQ(normalise(" \n\t "), "");
}

TEST(Normalise, FullWidthBecomesHalfWidth) {
  EXPECT_EQ(normalise("订单号：１２３ＡＢＣ"), "订单号:123abc");
  EXPECT_EQ(normalise("你好　　世界"), "你好 世界");
  EXPECT_EQ(normalise("™ ① ﬁ"), "tm 1 fi");
}

TEST(Normalise, ComposesWhatWasWrittenInPieces) {
  EXPECT_EQ(normalise("Cafe\xCC\x81"), "caf\xC3\xA9");
}

TEST(Normalise, LeavesOutInvisibleCharacters) {
  EXPECT_EQ(normalise("re\xE2\x80\x8B"
                      "fund"),
            "refund");  // zero width space
  EXPECT_EQ(normalise("\xEF\xBB\xBF"
                      "退款"),
            "退款");  // byte order mark
}

TEST(Traced, TwoWaysToWriteTheSameAreEqualAndEachByteKnowsWhereItCameFrom) {
  EXPECT_EQ(traced("ＬAmp  Größe").text, "lamp gro\xCC\x88sse");
  EXPECT_EQ(traced("Cafe\xCC\x81").text, traced("CAF\xC3\x89").text);
  EXPECT_EQ(traced("\xFF台\xE2\x80\x8B灯\n").text, "台灯 ");
  EXPECT_EQ(traced("").text, "");
  EXPECT_EQ(traced("").origin, std::vector<std::size_t>{0});
  const std::string text = "a\xFFß 灯";
  const TracedText got = traced(text);
  EXPECT_EQ(got.text, "ass 灯");
  EXPECT_EQ(got.origin, (std::vector<std::size_t>{0, 2, 2, 4, 5, 5, 5, 8}));
  for (int c = 0; c < 256; ++c) {
    const TracedText any = traced(std::string(3, static_cast<char>(c)));
    EXPECT_EQ(any.origin.size(), any.text.size() + 1);
  }
}

TEST(Normalise, DropsBytesThatAreNotUtf8) {
  EXPECT_EQ(normalise("a\xFF\xFE"
                      "b"),
            "ab");
  EXPECT_EQ(normalise("退\xE6\xAC款"), "退款");        // cut character
  EXPECT_EQ(normalise("\xC0\xAF\xED\xA0\x80z"), "z");  // overlong, surrogate
  EXPECT_EQ(normalise("a\0b"s), "a b");
}

TEST(Normalise, KeepsEmoji) { EXPECT_EQ(normalise("Great 👍🏽!"), "great 👍🏽!"); }

TEST(Normalise, LooksAtTheBeginningOfALongTextAndCutsNoCharacter) {
  std::string text;
  while (text.size() < 2 * text_limits::kTextBytesMax) text += "退";
  const std::string out = normalise(text);
  EXPECT_LE(out.size(), text_limits::kTextBytesMax);
  EXPECT_GT(out.size(), text_limits::kTextBytesMax - 4);
  EXPECT_TRUE(utf8_valid(out));
}

TEST(Normalise, GrowsWhereOneCharacterBecomesMany) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "\xEF\xB7\xBA";  // U+FDFA: 18 code points
  EXPECT_GT(normalise(text).size(), text.size());
}

TEST(Normalise, IsDoneOnce) {
  for (const char* text :
       {"  Ｈello ß ﬁ İ ǅ  世界　１２ ", "\xCC\x81 Ω \xE2\x84\xA6 ﷺ", "a\u00A0b\u2028c"}) {
    const std::string once = normalise(text);
    EXPECT_EQ(normalise(once), once) << text;
  }
}

TEST(Normalise, AScratchCanServeManyTexts) {
  NormaliseScratch scratch;
  std::string out;
  for (const char* text : {"订单１２３", "PLAIN", "", "ﷺ", "É"}) {
    normalise_into(text, scratch, out);
    EXPECT_EQ(out, normalise(text));
  }
}

std::vector<Run> expected(std::initializer_list<Run> list) { return list; }

TEST(Runs, WordsNumbersAndHanInOrder) {
  EXPECT_EQ(runs("my iphone15 订单 a123 号12345，退款!"), expected({{RunKind::kWord, "my"},
                                                                    {RunKind::kWord, "iphone15"},
                                                                    {RunKind::kHan, "订单"},
                                                                    {RunKind::kWord, "a123"},
                                                                    {RunKind::kHan, "号"},
                                                                    {RunKind::kNumber, "12345"},
                                                                    {RunKind::kHan, "退款"}}));
  EXPECT_EQ(runs("15pro"), expected({{RunKind::kWord, "15pro"}}));
}

TEST(Runs, PunctuationAndEmojiSeparate) {
  EXPECT_EQ(runs("a👍b，c_d"), expected({{RunKind::kWord, "a"},
                                        {RunKind::kWord, "b"},
                                        {RunKind::kWord, "c"},
                                        {RunKind::kWord, "d"}}));
  EXPECT_TRUE(runs("?!，。👍").empty());
  EXPECT_TRUE(runs("").empty());
}

TEST(Runs, OtherScriptsAreWords) {
  EXPECT_EQ(runs("привет 안녕 ありがとう"), expected({{RunKind::kWord, "привет"},
                                                      {RunKind::kWord, "안녕"},
                                                      {RunKind::kWord, "ありがとう"}}));
}

TEST(CodePointLength, StaysInsideTheText) {
  EXPECT_EQ(code_point_length("a退👍", 0), 1u);
  EXPECT_EQ(code_point_length("a退👍", 1), 3u);
  EXPECT_EQ(code_point_length("a退👍", 4), 4u);
  EXPECT_EQ(code_point_length("\xE9", 0), 1u);
  EXPECT_EQ(code_point_length("a", 1), 0u);
}

TEST(LanguageOf, TheLargerShareOfMeaning) {
  EXPECT_EQ(language_of("Where is my order?"), Language::kLatin);
  EXPECT_EQ(language_of("我的订单在哪里？"), Language::kChinese);
  EXPECT_EQ(language_of("我的iPhone坏了"), Language::kChinese);
  EXPECT_EQ(language_of("how can I reset my Alipay 密码 please"), Language::kLatin);
  EXPECT_EQ(language_of("Ｈello"), Language::kLatin);
  EXPECT_EQ(language_of("où est ma commande"), Language::kLatin);
}

TEST(LanguageOf, NumbersAndEmojiSayNothing) {
  EXPECT_EQ(language_of("12345 👍"), Language::kUnknown);
  EXPECT_EQ(language_of(""), Language::kUnknown);
  EXPECT_EQ(language_of("13800138000 退"), Language::kChinese);
}

TEST(LanguageOf, AnotherScriptIsUnknown) {
  EXPECT_EQ(language_of("日本語の勉強をしています"), Language::kUnknown);
  EXPECT_EQ(language_of("где мой заказ"), Language::kUnknown);
}

}  // namespace
}  // namespace wk::ai
