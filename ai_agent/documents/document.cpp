#include "ai_agent/documents/document.hpp"

#include <algorithm>
#include <array>

#include "ai_agent/documents/detail/readers.hpp"
#include "ai_agent/documents/limits.hpp"

namespace wk::ai {
namespace detail {

tl::unexpected<Error> damaged(std::string why) {
  return fail(
      Error{ErrorCode::kInvalidArgument, "document: " + std::move(why), "document_damaged", 0});
}
tl::unexpected<Error> too_large(std::string why) {
  return fail(Error{ErrorCode::kTooLarge, "document: " + std::move(why), "document_too_large", 0});
}
tl::unexpected<Error> too_slow() {
  return fail(
      Error{ErrorCode::kTimeout, "document: takes too long to read", "document_takes_too_long", 0});
}
tl::unexpected<Error> without_text() {
  return fail(
      Error{ErrorCode::kInvalidArgument, "document: holds no text", "document_without_text", 0});
}

}  // namespace detail

std::optional<DocumentFormat> document_format(std::string_view file_name, std::string_view bytes) {
  // A PDF may have a little of something else before it.
  if (bytes.substr(0, 1024).find("%PDF-") != std::string_view::npos) return DocumentFormat::kPdf;
  std::string ending(file_name.substr(std::min(file_name.rfind('.'), file_name.size())));
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (bytes.starts_with("PK\x03\x04")) {
    return ending == ".docx" ? std::optional(DocumentFormat::kDocx) : std::nullopt;
  }
  static constexpr std::array<std::pair<std::string_view, DocumentFormat>, 7> kEndings = {
      {{".txt", DocumentFormat::kText},
       {".text", DocumentFormat::kText},
       {".md", DocumentFormat::kMarkdown},
       {".markdown", DocumentFormat::kMarkdown},
       {".html", DocumentFormat::kHtml},
       {".htm", DocumentFormat::kHtml},
       {".xhtml", DocumentFormat::kHtml}}};
  for (const auto& [known, format] : kEndings) {
    if (ending == known) return format;
  }
  return std::nullopt;
}

DocumentOptions document_options() { return {.time_max = document_limits::kTimeMax}; }

Result<DocumentText> read_document(DocumentFormat format, std::string_view bytes,
                                   const DocumentOptions& options) {
  if (bytes.size() > document_limits::kInputBytesMax)
    return detail::too_large("the file is too large");
  const auto deadline = std::chrono::steady_clock::now() + options.time_max;
  Result<DocumentText> document = [&] {
    switch (format) {
      case DocumentFormat::kText:
        return detail::read_text(bytes);
      case DocumentFormat::kMarkdown:
        return detail::read_markdown(bytes);
      case DocumentFormat::kHtml:
        return detail::read_html(bytes, deadline);
      case DocumentFormat::kDocx:
        return detail::read_docx(bytes, deadline);
      case DocumentFormat::kPdf:
        return detail::read_pdf(bytes, deadline, options.pdftotext);
    }
    return Result<DocumentText>(detail::damaged("of no known format"));
  }();
  if (document && document->markdown.find_first_not_of(" \n\t") == std::string::npos) {
    return detail::without_text();
  }
  return document;
}

}  // namespace wk::ai
