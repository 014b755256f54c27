// A long document as parts that are small enough for one entry of the knowledge each.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wk::ai {

// Cut before a heading where there is one in a part's second half, the higher the better; else between paragraphs, else lines. A part that begins
// inside a section begins with that section's headings again, so that its passages keep them. No part is longer than bytes_max, none is blank.
// Requires: bytes_max ≥ 1024; UTF-8.
std::vector<std::string> document_parts(std::string_view markdown, std::size_t bytes_max);

}  // namespace wk::ai
