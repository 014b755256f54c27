#include "ai_agent/documents/detail/markdown_writer.hpp"

#include <algorithm>
#include <utility>

#include "ai_agent/documents/limits.hpp"

namespace wk::ai::detail {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

void MarkdownWriter::text(std::string_view words) {
  if (full_) return;
  for (const char c : words) {
    if (!is_blank(c)) {
      line_ += c;
    } else if (!line_.empty() && !is_blank(line_.back())) {
      line_ += ' ';
    }
  }
  if (line_.size() > document_limits::kOutputBytesMax) full_ = true;
}

void MarkdownWriter::preformatted(std::string_view words) {
  if (row_depth_ > 0) return text(words);
  if (full_) return;
  line_ += words;
  if (line_.size() > document_limits::kOutputBytesMax) full_ = true;
}

void MarkdownWriter::line_break() {
  if (row_depth_ > 0 || prefix_.starts_with('#')) {
    text(" ");
  } else if (!full_ && !line_.empty()) {
    while (line_.back() == ' ' && line_.size() > 1) line_.pop_back();
    line_ += '\n';
  }
}

void MarkdownWriter::flush() {
  while (!line_.empty() && is_blank(line_.back())) line_.pop_back();
  const std::size_t first = line_.find_first_not_of("\n");
  if (first == std::string::npos) {
    line_.clear();
    return;
  }
  if (out_.size() + prefix_.size() + line_.size() + 3 > document_limits::kOutputBytesMax) {
    full_ = true;
    line_.clear();
    return;
  }
  if (!out_.empty()) out_ += tight_ && was_tight_ ? "\n" : "\n\n";
  out_ += prefix_;
  // What only looks like a heading or a fence to the chunker is text.
  const auto looks_special = [this](std::size_t at) {
    return line_[at] == '#' || line_.compare(at, 3, "```") == 0;
  };
  if (prefix_.empty() && looks_special(first)) out_ += '\\';
  for (std::size_t at = first; at < line_.size(); ++at) {
    out_ += line_[at];
    if (line_[at] == '\n' && at + 1 < line_.size() && looks_special(at + 1)) out_ += '\\';
  }
  line_.clear();
  was_tight_ = tight_;
}

void MarkdownWriter::paragraph() {
  if (row_depth_ > 0) return text(" ");
  flush();
  prefix_.clear();
  tight_ = false;
}

void MarkdownWriter::heading(int level) {
  if (row_depth_ > 0) return text(" ");
  flush();
  prefix_ = std::string(static_cast<std::size_t>(std::clamp(level, 1, 6)), '#') + ' ';
  tight_ = false;
}

void MarkdownWriter::item(int depth) {
  if (row_depth_ > 0) return text(" ");
  flush();
  prefix_ = std::string(static_cast<std::size_t>(std::clamp(depth, 1, 8) - 1) * 2, ' ') + "- ";
  tight_ = true;
}

void MarkdownWriter::begin_row() {
  if (row_depth_++ > 0) return;  // a table in a table is part of its cell
  flush();
  prefix_ = "|";
  tight_ = true;
}

void MarkdownWriter::begin_cell() {
  if (row_depth_ != 1 || full_) return;
  while (!line_.empty() && line_.back() == ' ') line_.pop_back();
  line_ += line_.empty() ? "" : " | ";
}

void MarkdownWriter::end_row() {
  if (row_depth_ == 0 || --row_depth_ > 0) return;
  if (line_.find_first_not_of(" |") == std::string::npos) line_.clear();
  while (!line_.empty() && line_.back() == ' ') line_.pop_back();
  if (!line_.empty()) line_ = " " + line_ + " |";
  flush();
  prefix_.clear();
}

std::string MarkdownWriter::take() {
  row_depth_ = 0;
  flush();
  if (!out_.empty()) out_ += '\n';
  prefix_.clear();
  tight_ = was_tight_ = false;
  return std::exchange(out_, {});
}

}  // namespace wk::ai::detail
