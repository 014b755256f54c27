// Bounds of sentence encoding, and what happens at them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wk::ai::sentence_limits {

// Of a sentence; the model has seen no longer ones. What is beyond is not looked at.
inline constexpr std::size_t kTokensMax = 128;
// Of text looked at, so that cutting it into tokens is bounded too.
inline constexpr std::size_t kTextBytesMax = 2 * 1024;
// A model's file; a larger one is refused.
inline constexpr std::size_t kModelFileBytesMax = 64 * 1024 * 1024;

// Vectors kept from before, 544 bytes of a file each (36 MB) and 60 in memory; what was not asked for makes room.
inline constexpr std::uint32_t kCacheSlots = 65'536;

}  // namespace wk::ai::sentence_limits
