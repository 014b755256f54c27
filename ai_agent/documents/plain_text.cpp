// Text files and Markdown: the encoding is most of the work.
#include <algorithm>

#include "ai_agent/documents/detail/readers.hpp"
#include "ai_agent/documents/detail/text_encoding.hpp"
#include "ai_agent/documents/limits.hpp"

namespace wk::ai::detail {
namespace {

std::string_view next_line(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return line;
}

// "===" or "---" below a line makes a heading of it.
int underline_level(std::string_view line) {
  const std::size_t last = line.find_last_not_of(" \t");
  if (last == std::string_view::npos || last < 1) return 0;
  line = line.substr(0, last + 1);
  if (line.find_first_not_of('=') == std::string_view::npos) return 1;
  return line.find_first_not_of('-') == std::string_view::npos ? 2 : 0;
}

bool is_plain(std::string_view line) {
  return line.find_first_not_of(" \t") != std::string_view::npos &&
         std::string_view("#>|-*+`").find(line[line.find_first_not_of(" \t")]) ==
             std::string_view::npos;
}

// A block of "---" at the very beginning holds values for programs; its title is for people.
void take_front_matter(std::string_view& text, std::string& title) {
  if (!text.starts_with("---\n")) return;
  const std::size_t end = text.find("\n---\n", 3);
  if (end == std::string_view::npos) return;
  std::string_view block = text.substr(4, end - 3);
  while (!block.empty()) {
    std::string_view line = next_line(block);
    if (!line.starts_with("title:")) continue;
    line.remove_prefix(6);
    const std::size_t first = line.find_first_not_of(" \"'");
    if (first == std::string_view::npos) continue;
    title = line.substr(first, line.find_last_not_of(" \"'") + 1 - first);
  }
  text.remove_prefix(end + 5);
}

Result<DocumentText> bounded(DocumentText document) {
  if (document.markdown.size() > document_limits::kOutputBytesMax)
    return too_large("more text than an entry may hold");
  return document;
}

}  // namespace

Result<DocumentText> read_text(std::string_view bytes) {
  WK_TRY(const std::string text, to_utf8(bytes));
  DocumentText document;
  document.markdown.reserve(text.size());
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = next_line(rest);
    // A text file has no headings: what looks like one is text.
    if (line.starts_with('#') || line.starts_with("```")) document.markdown += '\\';
    document.markdown.append(line) += '\n';
  }
  return bounded(std::move(document));
}

Result<DocumentText> read_markdown(std::string_view bytes) {
  WK_TRY(const std::string text, to_utf8(bytes));
  DocumentText document;
  std::string_view rest = text;
  take_front_matter(rest, document.title);
  bool fenced = false;
  while (!rest.empty()) {
    const std::string_view line = next_line(rest);
    if (line.starts_with("```") || line.starts_with("~~~")) fenced = !fenced;
    const int level =
        fenced || !is_plain(line) ? 0 : underline_level(rest.substr(0, rest.find('\n')));
    if (level != 0) {
      next_line(rest);
      document.markdown += level == 1 ? "# " : "## ";
    }
    if (!fenced && document.title.empty() && (level == 1 || line.starts_with("# "))) {
      document.title = line.substr(level == 1 ? 0 : 2);
    }
    document.markdown.append(line) += '\n';
  }
  return bounded(std::move(document));
}

}  // namespace wk::ai::detail
