#include "ai_agent/documents/parts.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace wk::ai {
namespace {

std::string filler(std::size_t bytes) {
  std::string text;
  while (text.size() + 11 <= bytes) text += "ten bytes.\n";
  return text;
}

TEST(DocumentParts, AreOneWhereItFits) {
  EXPECT_EQ(document_parts("# A\n\ntext\n", 1024), std::vector<std::string>{"# A\n\ntext\n"});
  EXPECT_EQ(document_parts(std::string(1024, 'x'), 1024).size(), 1U);
  EXPECT_EQ(document_parts(std::string(1025, 'x'), 1024).size(), 2U);
  EXPECT_TRUE(document_parts(" \n\n", 1024).empty());
}

TEST(DocumentParts, AreCutBeforeTheHighestHeading) {
  const std::string first = "# One\n\n" + filler(700) + "## One and a half\n\n" + filler(100);
  const auto parts = document_parts(first + "# Two\n\n" + filler(900), 1024);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0], first);
  EXPECT_TRUE(parts[1].starts_with("# Two\n"));
}

TEST(DocumentParts, KeepTheHeadingsTheyStandUnder) {
  const auto parts = document_parts("# Book\n\n## Returns\n\n" + filler(3'000), 1024);
  ASSERT_GE(parts.size(), 3U);
  for (const std::string& part : parts) {
    EXPECT_TRUE(part.starts_with("# Book\n\n## Returns\n\n")) << part.substr(0, 40);
    EXPECT_LE(part.size(), 1024U);
  }
  // A heading that stands where it is cut says the last of them itself.
  const auto at_heading = document_parts("# Book\n\n## Returns\n\n" + filler(800) + "## Refunds\n\n" + filler(700), 1024);
  ASSERT_EQ(at_heading.size(), 2U);
  EXPECT_TRUE(at_heading[1].starts_with("# Book\n\n## Refunds\n")) << at_heading[1].substr(0, 40);
}

TEST(DocumentParts, TakeNothingInCodeForAHeading) {
  const auto parts = document_parts("# Book\n\n" + filler(500) + "```\n# a comment\n" + filler(900) + "```\n", 1024);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_TRUE(parts[1].starts_with("# Book\n\nten bytes.")) << parts[1].substr(0, 40);
}

TEST(DocumentParts, LoseNothingAndBreakNoCharacter) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += "退货政策";
  const auto parts = document_parts(text, 1024);
  std::string together;
  for (const std::string& part : parts) {
    EXPECT_TRUE(utf8_valid(part));
    EXPECT_LE(part.size(), 1024U);
    together += part;
  }
  EXPECT_EQ(together, text);
}

}  // namespace
}  // namespace wk::ai
