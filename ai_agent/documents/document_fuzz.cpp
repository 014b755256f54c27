// HTML, DOCX, Markdown and text files: whatever the bytes, an answer within the limits, in UTF-8;
// and a text read twice is the same.
#include "ai_agent/documents/document.hpp"
#include "ai_agent/documents/limits.hpp"
#include "base/assert.hpp"
#include "base/encoding.hpp"
#include "tests/fuzz/fuzz_input.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wk::ai;
  wk::fuzz::Input input(data, size);
  static constexpr DocumentFormat kFormats[] = {DocumentFormat::kHtml, DocumentFormat::kDocx,
                                                DocumentFormat::kMarkdown, DocumentFormat::kText};
  const DocumentFormat format = kFormats[input.byte() % std::size(kFormats)];
  const std::string_view bytes = input.rest();
  const auto document = read_document(format, bytes);
  if (!document) {
    WK_ASSERT(document.error().client_code().starts_with("document_"));
    return 0;
  }
  WK_ASSERT(document->markdown.size() <= document_limits::kOutputBytesMax);
  WK_ASSERT(wk::utf8_valid(document->markdown));
  const auto again = read_document(format, bytes);
  WK_ASSERT(again && again->markdown == document->markdown && again->title == document->title);
  return 0;
}
