// Limits of the broker; each is per shard (one shard a loop).
#pragma once

#include <chrono>
#include <cstddef>

namespace wk::limits {

// Bytes of events decided and not yet durable. At it appends are refused: `busy`.
inline constexpr std::size_t kAppendBytesMax = 32u << 20;
// How long an append may be expected to wait for its ack (append_gate.hpp). From the first on, some are refused; from the second on, all:
// `busy`. So what is accepted is acked soon also when far more comes than can be done.
inline constexpr std::chrono::milliseconds kAppendWaitSome{50};
inline constexpr std::chrono::milliseconds kAppendWaitMax{100};
// Who is refused as busy is told to come back after the first to the second of these, each after another time.
inline constexpr unsigned kBusyRetryMs = 200;
inline constexpr unsigned kBusyRetryMsMax = 600;
// Appends that wait for their conversation to be loaded or for a look-up of their client id. At it: `busy`.
inline constexpr std::size_t kWaitingAppendsMax = 20'000;
inline constexpr std::size_t kWaitingAppendsPerConversationMax = 256;
// Conversations whose state is kept in memory; beyond, the longest unused that have nothing in flight go.
inline constexpr std::size_t kConversationsLoadedMax = 50'000;
// (sender, client id) pairs remembered for the fast answer to "was this sent before?". Beyond, the oldest go and a look at
// the store takes their place.
inline constexpr std::size_t kDedupeEntriesMax = 400'000;
// Rows of a tick that only have a new last message and that no agent holds; the newest ones. A list shows the others when it is
// loaded again.
inline constexpr std::size_t kBoardMessageRowsMax = 20;
// Rows with only a new last message are made each so many ticks.
inline constexpr unsigned kBoardMessageTicks = 3;
// Visitors who came or went that a tick shows to agents; further ones show when a list is loaded again.
inline constexpr std::size_t kBoardPresencePerTickMax = 1'000;
// A client id's time may lie this far ahead of our clock; beyond, it is refused as `client_id_in_future`.
inline constexpr std::chrono::milliseconds kClientIdFutureMax = std::chrono::seconds(10);

}  // namespace wk::limits
