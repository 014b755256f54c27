// Bounds of text handling, and what happens at them.
#pragma once

#include <cstddef>

namespace wk::ai::text_limits {

// Of one text; what is beyond is not looked at (the cut falls between two characters).
inline constexpr std::size_t kTextBytesMax = 64 * 1024;

}  // namespace wk::ai::text_limits
