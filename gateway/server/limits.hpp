// Limits of the gateway, and what happens at each.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace wk::gateway_limits {

// A frame from a client; larger: closed with 1009. A message's text may take 20,000 bytes, JSON escapes it.
inline constexpr std::uint32_t kClientMessageBytesMax = 256 * 1024;
// The first one, which anybody may send; larger: closed with 1009.
inline constexpr std::uint32_t kHelloBytesMax = 64 * 1024;
// From the first byte of a message to its last; later: closed with 1008, so that half messages are not piled up.
inline constexpr unsigned kMessageSecondsMax = 30;
// Frames of one connection within a second; more: closed with 1008, since even to refuse them costs the others' time.
// Control frames (pings, pongs) of anybody; messages of an agent; messages of a visitor as a multiple of the rate it has, but not
// fewer than the last of these, nor than twice what it may send at once.
inline constexpr std::uint8_t kControlFramesPerSecondMax = 50;
inline constexpr std::uint32_t kAgentFramesPerSecondMax = 5'000;
inline constexpr double kVisitorFloodFactor = 10;
inline constexpr double kVisitorFloodMin = 200;
// What may still come behind our close frame before the socket is cut. Less than the stream's own: nothing large is under way here.
inline constexpr std::size_t kDiscardedBytesMax = 1024 * 1024;
// When who was sent away for flooding may come back.
inline constexpr std::uint32_t kFloodRetryMs = 5'000;
// No Hello by then: closed.
inline constexpr std::chrono::seconds kHelloDeadline{10};
// What clients are told to ping after when they have sent nothing.
inline constexpr std::chrono::milliseconds kHeartbeat{21'000};
// Nothing heard for this long: the peer is dead. Two heartbeats fit in; with the second the wheel takes to look, the
// connection is closed within 45 s.
inline constexpr std::chrono::seconds kSilenceMax{43};
// Conversations one connection may have subscribed to; more: refused with `too_large`.
inline constexpr std::size_t kSubscriptionsMax = 500;
// Appends of one connection that are not answered yet; more: refused with `busy`.
inline constexpr std::uint32_t kAppendsInFlightMax = 256;
// Visitors of a loop whose rates are known (core/session/admission.hpp has the rates), twice; beyond, those who wrote longest ago
// are forgotten, and have a full bucket.
inline constexpr std::size_t kVisitorRatesMax = 200'000;
// From an address that has used up its connections or its Hellos, credentials of agents are looked at this often; beyond: `busy`
// without a look. A look is a read of the database.
inline constexpr double kAgentProofsPerSecond = 20;
inline constexpr double kAgentProofsBurst = 50;
// Events read from storage at a time for a subscriber that is behind.
inline constexpr std::size_t kCatchUpEvents = 200;
// The first time, when nothing is known of their size.
inline constexpr std::size_t kCatchUpFirstEvents = 32;
// Bytes of them sent at a time; the rest is read again when the peer has taken these. Many who ask for long histories and then do
// not read hold this much each.
inline constexpr std::size_t kCatchUpReadBytes = 32 * 1024;
// The same from memory, and what all connections of a loop together are sent so in one turn (the last of them goes over it); beyond,
// they wait for the next turn.
inline constexpr std::size_t kCatchUpRecentBytes = 16 * 1024;
inline constexpr std::size_t kCatchUpTurnBytes = 16 * 1024;
// Subscribers of a conversation that are told at once; more are told in slices, all conversations of a loop, its agents' lists and its
// visitors' presence together so many deliveries a turn (some 3 ms of it with their sends); the others with the next turns.
inline constexpr std::size_t kFanOutAtOnceMax = 64;
inline constexpr std::size_t kFanOutDeliveriesPerTurn = 512;
// Bytes of events that are kept for the next round through many subscribers while one is under way. Beyond, they are told to read from
// storage: it is what a connection's queue takes before it has to do so anyway.
inline constexpr std::size_t kFanOutGatheredBytesMax = 256 * 1024;
// Signals (typing, viewing) kept so; beyond, the oldest go: typing is repeated while it goes on.
inline constexpr std::size_t kFanOutSignalsMax = 32;
// The same for what all agents of a loop are told: rows of lists, presence. Beyond, the round under way ends within the turn, since who
// knows nothing of a row does not ask for it.
inline constexpr std::size_t kNewsGatheredBytesMax = 256 * 1024;
// A visitor that names no cursor gets this many of the newest events.
inline constexpr std::uint32_t kVisitorNewestMax = 100;
// When to try again after a failure that may pass (disk full, I/O).
inline constexpr unsigned kFailureRetryMs = 1'000;
// Agents' connections are asked about again (session ended or expired, by whatever process) this often.
inline constexpr int kRevalidateSeconds = 4;
// Agents' lists are shown what changed this often.
inline constexpr std::chrono::milliseconds kBoardTick{100};
// Rows of a tick that only have a new last message and go to every agent, the newest ones; an agent's own and what changed
// otherwise go without a limit here (core/broker/limits.hpp has those of a shard).
inline constexpr std::size_t kBoardMessageRowsMax = 20;
// A frame from here on is shared by its subscribers' queues; a shorter one is copied into each.
inline constexpr std::size_t kShareBytesMin = 1024;
// Buffers that are used again and again give back what a large message made them grow by.
inline constexpr std::size_t kScratchBytesKept = 64 * 1024;
// How soon after a planned stop clients come back: spread over this.
inline constexpr std::uint32_t kGoodbyeSpreadMs = 1'500;

}  // namespace wk::gateway_limits
