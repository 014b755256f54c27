// Builds the Markdown-like text from what a parser finds: words, headings, items, rows.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wk::ai::detail {

// One user. Bounded: beyond document_limits::kOutputBytesMax it takes no more and says so.
class MarkdownWriter {
 public:
  // Text within a line; white space runs become one blank, or stay (preformatted).
  void text(std::string_view words);
  void preformatted(std::string_view words);
  void line_break();

  // Ends what is being written and begins a block: a paragraph, a heading of level 1 to 6, an item
  // so many lists deep.
  void paragraph();
  void heading(int level);
  void item(int depth);
  // A row of a table: cells between bars. Blocks within a cell are one line.
  void begin_row();
  void begin_cell();
  void end_row();

  bool full() const { return full_; }
  // What was written; the writer is empty afterwards.
  std::string take();

 private:
  void flush();

  std::string out_;
  std::string prefix_;  // of the block: "## ", "  - "
  std::string line_;
  int row_depth_ = 0;
  bool tight_ =
      false;  // the block before was an item or a row, and so is this: no empty line between them
  bool was_tight_ = false;
  bool full_ = false;
};

}  // namespace wk::ai::detail
