// CRC32C (Castagnoli; RFC 3720 appendix B.4), what the journal's records are checked with.
#pragma once

#include <cstdint>
#include <string_view>

namespace wk {

// Of `bytes`, going on from `crc` (0 to begin). Uses the processor's instruction where there is one.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0);

}  // namespace wk
