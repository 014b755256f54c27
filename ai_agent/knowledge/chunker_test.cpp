#include "ai_agent/knowledge/chunker.hpp"

#include <gmock/gmock.h>

#include <random>

#include "base/encoding.hpp"

namespace wk::ai {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;

std::vector<std::string> texts(std::string_view text, const std::vector<Passage>& passages) {
  std::vector<std::string> out;
  for (const Passage& passage : passages)
    out.emplace_back(text.substr(passage.begin, passage.end - passage.begin));
  return out;
}

std::string repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Chunker, KeepsTheHeadingsAsAPath) {
  const std::string text =
      "Before.\n# Shipping\nWe ship.\n## Abroad ##\nTen days.\n### EU\nFive.\n## Inland\nTwo.\n# "
      "Returns\n\nWithin 30 days.\n";
  const auto passages = chunk(text, 400);
  EXPECT_THAT(texts(text, passages),
              ElementsAre("Before.", "We ship.", "Ten days.", "Five.", "Two.", "Within 30 days."));
  EXPECT_THAT(passages,
              ElementsAre(Field(&Passage::heading, ""), Field(&Passage::heading, "Shipping"),
                          Field(&Passage::heading, "Shipping > Abroad"),
                          Field(&Passage::heading, "Shipping > Abroad > EU"),
                          Field(&Passage::heading, "Shipping > Inland"),
                          Field(&Passage::heading, "Returns")));
}

TEST(Chunker, TakesNoHashInAFenceOrAWordForAHeading) {
  const std::string text = "#hashtag\n```\n# comment\n```\n####### seven\n";
  const auto passages = chunk(text, 400);
  ASSERT_EQ(passages.size(), 1U);
  EXPECT_EQ(passages[0].heading, "");
}

TEST(Chunker, CutsBetweenChineseSentencesIntoEqualParts) {
  const std::string sentence = "我们的商品支持七天无理由退货，运费由买家承担。";
  const std::string text = repeat(sentence, 12);
  const auto passages = chunk(text, 400);
  ASSERT_GE(passages.size(), 2U);
  for (const std::string& passage : texts(text, passages)) {
    EXPECT_LE(passage.size(), 400U);
    EXPECT_GE(passage.size(), 130U);
    EXPECT_EQ(passage.size() % sentence.size(), 0U) << passage;
  }
}

TEST(Chunker, LikesTheEndOfAParagraphBest) {
  const std::string first = repeat("One sentence of it. ", 12);
  const std::string second = repeat("Another, which is longer. ", 12);
  const std::string text = first + "\n\n" + second;
  const auto parts = texts(text, chunk(text, 330));
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0] + " ", first);
  EXPECT_EQ(parts[1] + " ", second);
}

TEST(Chunker, KeepsTheClosingQuoteWithItsSentence) {
  const std::string text = repeat("他问：“什么时候发货？”我们答：“二十四小时之内。”", 10);
  for (const std::string& passage : texts(text, chunk(text, 300)))
    EXPECT_FALSE(passage.starts_with("”")) << passage;
}

TEST(Chunker, CutsAWordOfAnyLengthWithoutBreakingACharacter) {
  const std::string text = repeat("猫", 1000);
  std::string again;
  for (const std::string& passage : texts(text, chunk(text, 200))) {
    EXPECT_LE(passage.size(), 200U);
    EXPECT_TRUE(utf8_valid(passage));
    again += passage;
  }
  EXPECT_EQ(again, text);
}

TEST(Chunker, HasNothingToSayAboutNothing) {
  EXPECT_TRUE(chunk("", 400).empty());
  EXPECT_TRUE(chunk(" \n\n\t", 400).empty());
  EXPECT_TRUE(chunk("# Only\n## headings\n", 400).empty());
}

TEST(Chunker, LosesNothingButBlanksAndHeadings) {
  std::mt19937 random(7);
  const std::vector<std::string> pieces = {"word ", "。",       "猫", ". ",    "\n",
                                           "\n\n",  "# head\n", "，", "```\n", "\xF0\x9F\x98\x80",
                                           "\xFF",  "“",        "”"};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (int i = 0; i < 400; ++i) text += pieces[random() % pieces.size()];
    const std::size_t bytes_max = 200 + random() % 300;
    std::size_t before = 0;
    for (const Passage& passage : chunk(text, bytes_max)) {
      ASSERT_LE(before, passage.begin);
      ASSERT_LT(passage.begin, passage.end);
      ASSERT_LE(passage.end - passage.begin, bytes_max);
      // Between two passages there are blanks, or whole lines of headings.
      for (std::size_t at = before; at < passage.begin;) {
        const std::size_t end = std::min(text.find('\n', at), passage.begin);
        const std::string_view line = std::string_view(text).substr(at, end - at);
        ASSERT_TRUE(line.find_first_not_of(" \t\r") == std::string_view::npos ||
                    line.starts_with("#"))
            << line;
        at = end + 1;
      }
      before = passage.end;
    }
  }
}

}  // namespace
}  // namespace wk::ai
