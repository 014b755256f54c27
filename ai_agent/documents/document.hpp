// Files that people have their knowledge in, as text with Markdown's headings, which the chunker
// cuts into passages.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace wk::ai {

enum class DocumentFormat { kText, kMarkdown, kHtml, kDocx, kPdf };

// By the first bytes where they tell, else by the end of the file's name; nullopt: not one that can
// be read.
std::optional<DocumentFormat> document_format(std::string_view file_name, std::string_view bytes);

struct DocumentText {
  std::string title;     // what the document calls itself; may be empty
  std::string markdown;  // UTF-8, lines end with \n
  // Of a PDF: where each page begins in `markdown`, so that a passage can be cited with its page.
  std::vector<std::size_t> pages;
};

struct DocumentOptions {
  std::chrono::milliseconds time_max;
  std::string pdftotext = "/usr/bin/pdftotext";  // Debian: poppler-utils
};
DocumentOptions document_options();  // as limits.hpp has it

// Blocks, up to time_max; for a pool's thread. Thread-safe. Errors carry a reason_code:
// document_damaged, document_too_large, document_encrypted, document_without_text,
// document_takes_too_long, document_reader_missing.
Result<DocumentText> read_document(DocumentFormat format, std::string_view bytes,
                                   const DocumentOptions& options = document_options());

}  // namespace wk::ai
