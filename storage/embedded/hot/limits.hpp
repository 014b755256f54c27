// What stays in memory of recent events.
#pragma once

#include <cstddef>

namespace wk::limits {

// All that is held, with its bookkeeping. Beyond it the oldest events that the warm tier has are forgotten.
inline constexpr std::size_t kHotBytesDefault = std::size_t{64} << 20;
// Events the warm tier does not have yet. Beyond it the bytes of the oldest are left to the journal and read back from there.
inline constexpr std::size_t kHotUnwarmedBytesDefault = std::size_t{256} << 20;
// What an event costs beside its bytes, roughly: entry, order, shared string.
inline constexpr std::size_t kHotEventOverheadBytes = 160;
// One piece of the replay at start.
inline constexpr std::size_t kHotReplayBytes = std::size_t{4} << 20;
// One piece when several events of a conversation come back from the journal.
inline constexpr std::size_t kHotReadBackBytes = std::size_t{64} << 10;

}  // namespace wk::limits
