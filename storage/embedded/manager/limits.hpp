// Limits of the storage manager.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace wk::limits {

// Events that find_append() looks at in one step on its way from the newest to the oldest.
inline constexpr std::size_t kFindAppendStepEvents = 256;
// How far a client id's time may lie before the event that carries it seems to be older (clocks differ).
inline constexpr std::int64_t kFindAppendClockSlackMs = 10 * 60 * 1'000;
// How long a list waits for the warm tier to reach what was acked before the call. Beyond, it answers what warm has.
inline constexpr Milliseconds kListWaitMax{200};
// Bytes of journal the warm tier may be behind while appends are taken; beyond, keeps_up() says no, and chat goes on at the pace of the
// warm tier. It bounds what hot has to hold (about as many bytes again) and what a start after a crash has to read before it is ready.
// While the warm tier fails altogether chat goes on for longer.
inline constexpr std::uint64_t kWarmBehindBytesMax = std::uint64_t{256} << 20;
inline constexpr std::uint64_t kWarmFailingBehindBytesMax = std::uint64_t{2} << 30;
// A part of it; further behind the warm tier gives way to nobody, so that where the cores are full for long chat goes on at a pace that
// it can hold, and not at the tenth it gets while it gives way.
inline constexpr std::uint64_t kWarmUrgentPart = 4;
// How long close() lets the readers catch up; what is left is done at the next start.
inline constexpr Milliseconds kCloseDrainMax{1'000};
// Events the archiver moves in one step, and its pauses: between steps, and while there is nothing old.
inline constexpr std::size_t kArchiverStepEvents = 500;
inline constexpr Milliseconds kArchiverStepPause{20};
inline constexpr Milliseconds kArchiverIdlePause{60'000};
// Events given to a new search index in one transaction.
inline constexpr std::size_t kSearchBackfillStepEvents = 2'000;
// What start_room keeps for the next start, and the steps in which it takes what there is. Three WAL indexes of 32 KiB and their
// neighbours need about a tenth of it.
inline constexpr std::int64_t kStartRoomBytes = 1 << 20;
inline constexpr std::int64_t kStartRoomStepBytes = 64 << 10;

}  // namespace wk::limits
