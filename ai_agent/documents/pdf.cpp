// PDF through poppler's pdftotext, as a child process: a PDF is a program for a large interpreter
// written in C++, and what goes wrong in it then ends the child, within limits the kernel keeps,
// and not the server.
#include <algorithm>

#include "ai_agent/documents/detail/child_process.hpp"
#include "ai_agent/documents/detail/readers.hpp"
#include "ai_agent/documents/limits.hpp"
#include "base/encoding.hpp"

namespace wk::ai::detail {
namespace {

std::string_view trimmed(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos
             ? std::string_view()
             : line.substr(first, line.find_last_not_of(" \t\r") + 1 - first);
}

bool is_page_number(std::string_view line) {
  return line.size() <= 12 && line.find_first_of("0123456789") != std::string_view::npos &&
         line.find_first_not_of("0123456789 -/") == std::string_view::npos;
}

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

// Chinese has no blank between two lines: 0xE3 and above begin what lies in three or four bytes
// from CJK punctuation on.
bool is_wide(unsigned char first_byte) { return first_byte >= 0xE3; }

unsigned char last_character(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) --at;
  return static_cast<unsigned char>(text[at]);
}

void join(std::string& paragraph, std::string_view line) {
  if (paragraph.empty()) {
    if (line.front() == '#' || line.starts_with("```")) paragraph += '\\';
  } else if (paragraph.size() > 1 && paragraph.back() == '-' &&
             is_lower(paragraph[paragraph.size() - 2]) && is_lower(line.front())) {
    paragraph.pop_back();  // "deliv-" and "ery"
  } else if (!is_wide(last_character(paragraph)) ||
             !is_wide(static_cast<unsigned char>(line.front()))) {
    paragraph += ' ';
  }
  paragraph += line;
}

}  // namespace

std::string join_lines(std::string_view page) {
  std::string out;
  std::string paragraph;
  const auto flush = [&] {
    // A page's number stands alone.
    if (!paragraph.empty() && !is_page_number(paragraph)) out.append(paragraph) += "\n\n";
    paragraph.clear();
  };
  while (!page.empty()) {
    const std::string_view line = page.substr(0, page.find('\n'));
    page.remove_prefix(std::min(line.size() + 1, page.size()));
    if (const std::string_view words = trimmed(line); words.empty()) {
      flush();
    } else {
      join(paragraph, words);
    }
  }
  flush();
  return out;
}

Result<DocumentText> read_pdf(std::string_view bytes, Deadline deadline,
                              const std::string& pdftotext) {
  if (bytes.substr(0, 1024).find("%PDF-") == std::string_view::npos) return damaged("no PDF");
  const ChildLimits limits{deadline, document_limits::kChildCpuSecondsMax,
                           document_limits::kChildMemoryBytesMax, document_limits::kOutputBytesMax};
  Result<ChildOutcome> ran = run_child(
      {pdftotext, "-q", "-enc", "UTF-8", "-eol", "unix", "/proc/self/fd/0", "-"}, bytes, limits);
  if (!ran) {
    switch (ran.error().code) {
      case ErrorCode::kTimeout:
        return too_slow();
      case ErrorCode::kTooLarge:
        return too_large("more text than an entry may hold");
      case ErrorCode::kUnavailable:
        return fail(Error{ErrorCode::kUnavailable, "document: " + ran.error().context,
                          "document_reader_missing", 0});
      default:
        return fail(std::move(ran).error());
    }
  }
  if (ran->exit_code != 0) {
    if (bytes.find("/Encrypt") != std::string_view::npos) {
      return fail(Error{ErrorCode::kInvalidArgument, "document: the PDF asks for a password",
                        "document_encrypted", 0});
    }
    return damaged("pdftotext gave up with status " + std::to_string(ran->exit_code));
  }
  if (!utf8_valid(ran->output)) return damaged("pdftotext wrote no UTF-8");
  DocumentText document;
  for (std::string_view rest = ran->output; !rest.empty();) {
    const std::string_view page = rest.substr(0, rest.find('\f'));
    rest.remove_prefix(std::min(page.size() + 1, rest.size()));
    document.pages.push_back(document.markdown.size());
    document.markdown += join_lines(page);
  }
  return document;
}

}  // namespace wk::ai::detail
