// What the journal holds back or refuses. docs/journal-format.md relies on kJournalGroupBytesMax + kJournalBatchBytesMax
// being far below 4 GiB.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wk::limits {

// Encoded bytes accepted and not yet committed. At it submit() answers kRefused: the sender is told `busy`.
inline constexpr std::size_t kJournalQueueBytesMax = std::size_t{64} << 20;
// One batch, encoded. A larger one is answered with kTooLarge (a batch is written at once and is never split).
inline constexpr std::size_t kJournalBatchBytesMax = std::size_t{32} << 20;
// One event. A larger one makes its batch kTooLarge.
inline constexpr std::size_t kJournalEventBytesMax = std::size_t{8} << 20;
// What one sync covers; more batches wait for the next one, so that the first of them are acked in time.
inline constexpr std::size_t kJournalGroupBytesMax = std::size_t{8} << 20;
// One read() answers at most this (but always one record).
inline constexpr std::size_t kJournalReadBytesMax = std::size_t{8} << 20;
// Segment sizes outside of these are an error at open: recovery reads one segment into memory.
inline constexpr std::uint64_t kJournalSegmentBytesMin = 4096;
inline constexpr std::uint64_t kJournalSegmentBytesMax = std::uint64_t{1} << 30;
// Where the disk has no room for a whole segment the journal asks for half of it, and so on down to this.
inline constexpr std::uint64_t kJournalSmallSegmentBytes = std::uint64_t{1} << 20;
// What a batch counts beside its records (queue bookkeeping), so that empty ones are bounded as well.
inline constexpr std::size_t kJournalBatchOverheadBytes = 128;

}  // namespace wk::limits
