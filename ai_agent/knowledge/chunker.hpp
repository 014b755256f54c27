// Cuts a text into passages of bounded size, each under one heading, none in the middle of a
// sentence if that can be helped. Passages do not overlap; together they are the text without its
// headings and blank ends.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wk::ai {

struct Passage {
  // Bytes of the text, at code points' bounds; neither begins nor ends with white space.
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string heading;  // "Shipping > Abroad"; empty before the first

  friend bool operator==(const Passage&, const Passage&) = default;
};

// Headings are lines that begin with one to six "#" and a blank, outside of ``` fences. A section
// is cut into parts of about the same size, at the ends of paragraphs, sentences (Chinese and
// Latin), clauses, words, in this order of liking. Pure. Requires: passage_bytes_max >=
// knowledge_limits::kPassageBytesMin.
std::vector<Passage> chunk(std::string_view text, std::size_t passage_bytes_max);

}  // namespace wk::ai
