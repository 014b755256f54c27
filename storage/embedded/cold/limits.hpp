// Limits of the archive.
#pragma once

#include <cstddef>

namespace wk::limits {

// Decompressed events of one conversation and month. A row that claims more is taken for damaged.
inline constexpr std::size_t kColdSegmentBytesMax = std::size_t{512} << 20;
// Connections to one month's file; one more reader waits.
inline constexpr std::size_t kColdConnectionsPerMonthMax = 2;
// zstd: 9 takes about three times as long as 3 for a tenth less; the archiver has time.
inline constexpr int kColdCompressionLevel = 9;

}  // namespace wk::limits
