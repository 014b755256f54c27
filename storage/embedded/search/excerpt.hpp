// The piece of a text that a hit is shown with, and where in it the hits are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/embedded/search/query.hpp"

namespace wk::search {

struct Excerpt {
  // Cut at characters; "…" where something was cut off.
  std::string text;
  // Pairs of begin and end in UTF-16 units of `text`, rising, not overlapping.
  std::vector<std::uint32_t> highlights;
};

// Requires: text is UTF-8. Where no term is found (it cannot be, after a hit) the beginning of the text.
Excerpt make_excerpt(std::string_view text, const std::vector<Term>& terms);

}  // namespace wk::search
