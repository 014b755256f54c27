#include "ai_agent/documents/document.hpp"

#include <gmock/gmock.h>

#include "ai_agent/documents/detail/text_encoding.hpp"
#include "ai_agent/documents/limits.hpp"

namespace wk::ai {
namespace {

std::string reason(const auto& result) {
  return result ? "no error" : std::string(result.error().client_code());
}

std::string markdown(DocumentFormat format, std::string_view bytes) {
  const auto document = read_document(format, bytes);
  return document ? document->markdown : reason(document);
}

TEST(DocumentFormat, IsToldByTheFirstBytesOrTheName) {
  EXPECT_EQ(document_format("a.bin", "%PDF-1.7\n"), DocumentFormat::kPdf);
  EXPECT_EQ(document_format("a.txt", "\n%PDF-1.7\n"), DocumentFormat::kPdf);
  EXPECT_EQ(document_format("手册.DOCX", "PK\x03\x04"), DocumentFormat::kDocx);
  EXPECT_EQ(document_format("a.zip", "PK\x03\x04"), std::nullopt);
  EXPECT_EQ(document_format("a.txt", "PK\x03\x04"), std::nullopt);
  EXPECT_EQ(document_format("README.md", "# x"), DocumentFormat::kMarkdown);
  EXPECT_EQ(document_format("index.HTM", "<p>"), DocumentFormat::kHtml);
  EXPECT_EQ(document_format("notes.txt", "x"), DocumentFormat::kText);
  EXPECT_EQ(document_format("notes", "x"), std::nullopt);
}

TEST(TextFile, IsReadInItsEncoding) {
  EXPECT_EQ(markdown(DocumentFormat::kText, "退货政策"), "退货政策\n");
  EXPECT_EQ(markdown(DocumentFormat::kText, "\xEF\xBB\xBF退货"), "退货\n");
  EXPECT_EQ(markdown(DocumentFormat::kText, std::string_view("\xFF\xFE\x00\x90\x27\x8D", 6)),
            "退货\n");
  EXPECT_EQ(markdown(DocumentFormat::kText, std::string_view("\xFE\xFF\x90\x00\x8D\x27", 6)),
            "退货\n");
  EXPECT_EQ(markdown(DocumentFormat::kText, "\xCD\xCB\xBB\xF5"), "退货\n");  // GB18030
  EXPECT_EQ(markdown(DocumentFormat::kText, "caf\xE9 au lait"), "café au lait\n");
  EXPECT_EQ(*detail::to_utf8("\xB0\x68\xB3\x66", "Big5"), "退貨");
}

TEST(TextFile, HasOneKindOfLineEndAndNoHeadings) {
  EXPECT_EQ(markdown(DocumentFormat::kText, "a\r\nb\rc"), "a\nb\nc\n");
  EXPECT_EQ(markdown(DocumentFormat::kText, "# 1 in our shop"), "\\# 1 in our shop\n");
}

TEST(TextFile, IsRefusedWhereItIsNone) {
  EXPECT_EQ(markdown(DocumentFormat::kText, std::string_view("a\0b", 3)), "document_damaged");
  EXPECT_EQ(markdown(DocumentFormat::kText, std::string_view("\xFF\xFE\x00", 3)),
            "document_damaged");
  EXPECT_EQ(markdown(DocumentFormat::kText, " \n\n"), "document_without_text");
  EXPECT_EQ(markdown(DocumentFormat::kText, ""), "document_without_text");
  EXPECT_EQ(markdown(DocumentFormat::kText, std::string(document_limits::kOutputBytesMax + 1, 'x')),
            "document_too_large");
  EXPECT_EQ(markdown(DocumentFormat::kText, std::string(document_limits::kInputBytesMax + 1, 'x')),
            "document_too_large");
}

TEST(MarkdownFile, KeepsItsHeadingsOfBothKinds) {
  EXPECT_EQ(markdown(DocumentFormat::kMarkdown,
                     "Shipping\n========\nFast.\n\nAbroad\n---\nTen days.\n\n---\n"),
            "# Shipping\nFast.\n\n## Abroad\nTen days.\n\n---\n");
  EXPECT_EQ(markdown(DocumentFormat::kMarkdown, "```\nx\n---\n```\n"), "```\nx\n---\n```\n");
}

TEST(MarkdownFile, TellsItsTitle) {
  const auto title = [](std::string_view text) {
    return read_document(DocumentFormat::kMarkdown, text)->title;
  };
  EXPECT_EQ(title("---\ntitle: \"Returns\"\nweight: 3\n---\n# Other\n"), "Returns");
  EXPECT_EQ(title("text\n# First\n# Second\n"), "First");
  EXPECT_EQ(title("First\n=====\n"), "First");
  EXPECT_EQ(title("text\n"), "");
  EXPECT_EQ(markdown(DocumentFormat::kMarkdown, "---\ntitle: x\n---\nbody\n"), "body\n");
}

}  // namespace
}  // namespace wk::ai
