// One function for each format; read_document() chooses.
#pragma once

#include <chrono>
#include <string_view>

#include "ai_agent/documents/document.hpp"

namespace wk::ai {
struct PageLinks;
}

namespace wk::ai::detail {

using Deadline = std::chrono::steady_clock::time_point;

Result<DocumentText> read_text(std::string_view bytes);
Result<DocumentText> read_markdown(std::string_view bytes);
// charset: what HTTP said, it goes before what the page says; may be empty. links: where they go; may
// be null.
Result<DocumentText> read_html(std::string_view bytes, Deadline deadline,
                               std::string_view charset = {}, PageLinks* links = nullptr);
Result<DocumentText> read_docx(std::string_view bytes, Deadline deadline);
Result<DocumentText> read_pdf(std::string_view bytes, Deadline deadline,
                              const std::string& pdftotext);

// The text of a page as pdftotext gives it: lines of a paragraph joined, page numbers left out.
std::string join_lines(std::string_view page);

tl::unexpected<Error> damaged(std::string why);
tl::unexpected<Error> too_large(std::string why);
tl::unexpected<Error> too_slow();
tl::unexpected<Error> without_text();

}  // namespace wk::ai::detail
