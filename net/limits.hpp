// Every bound of the network layer, and what happens at it. These are the defaults of the options
// of the same name.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace wk::net_limits {

// --- event loop
// Bytes one read takes at most; one buffer for all connections of a loop.
inline constexpr std::size_t kReceiveBufferBytes = 64 * 1024;
// Readiness events taken from the kernel at once; the rest come with the next turn.
inline constexpr std::size_t kEventsPerTurnMax = 256;
// After so many of them what was written leaves, while the kernel's part of those sockets is still in the cache.
inline constexpr int kEventsPerFlush = 16;
// Reads of one stream in a row before the others get their turn.
inline constexpr int kReadsPerTurnMax = 4;

// --- stream
// Send queue of a stream: at the high water on_drained() will follow, at the maximum write()
// refuses.
inline constexpr std::size_t kSendQueueLowWaterBytes = 64 * 1024;
inline constexpr std::size_t kSendQueueHighWaterBytes = 256 * 1024;
inline constexpr std::size_t kSendQueueBytesMax = 4 * 1024 * 1024;
// What a handler may leave unread of its input; one byte more closes the stream (kInputTooLarge).
inline constexpr std::size_t kInputKeptBytesMax = 64 * 1024;
// close(): time to flush what is queued and see the peer's own end; then the socket is cut.
inline constexpr Milliseconds kCloseDeadline{5'000};
// What a peer may still send into a closing stream, which reads it so that the kernel does not throw away our last words; then the
// socket is cut: whoever pours on does not listen.
inline constexpr std::size_t kDiscardedBytesMax = 8 * 1024 * 1024;
// Pieces handed to the kernel in one writev.
inline constexpr std::size_t kSendPiecesMax = 64;

// --- listener
inline constexpr int kListenBacklog = 4096;
// Connections accepted in one turn by one loop; the rest wait in the kernel's queue.
inline constexpr int kAcceptsPerTurnMax = 64;

// Addresses whose rates are known at a time, twice; beyond, those who asked longest ago are forgotten.
inline constexpr std::size_t kAddressesMax = 50'000;

// --- TLS
// A handshake not done by then is cut.
inline constexpr Milliseconds kTlsHandshakeTimeout{10'000};
// Steps of handshakes a loop takes in one turn, and how long they may hold it up (the last one goes over it): a signature takes some
// 0.25 ms. The others wait in line for the next turn, in the order they came.
inline constexpr std::size_t kTlsHandshakeStepsPerTurnMax = 16;
inline constexpr Milliseconds kTlsHandshakeTurnMax{4};

// --- HTTP
// Request line and header lines together: 431 beyond (414 when the request line alone is longer
// than kTargetBytesMax).
inline constexpr std::size_t kHeadBytesMax = 16 * 1024;
inline constexpr std::size_t kTargetBytesMax = 8 * 1024;
// Header lines: 431 beyond.
inline constexpr std::size_t kHeaderCountMax = 64;
// Query parameters of a target: 400 beyond.
inline constexpr std::size_t kQueryParametersMax = 64;
// One line of the chunked coding (size and extensions), or its trailers: 400 beyond.
inline constexpr std::size_t kChunkLineBytesMax = 4 * 1024;
// A chunk may announce this much: 413 beyond, without waiting for it. What a route takes in all is its own limit.
inline constexpr std::uint64_t kChunkBytesMax = 1ull << 30;
// From the first byte of a head to its last: 408 beyond (slow loris).
inline constexpr Milliseconds kHeadTimeout{10'000};
// Between two requests, and before the first: closed without a word beyond.
inline constexpr Milliseconds kIdleTimeout{60'000};
// Without kBodyProgressBytes more of a request's body: 408 beyond. Not counted while the handler paused it.
inline constexpr Milliseconds kBodyTimeout{30'000};
// What counts as progress of a body, so that a byte now and then does not hold a connection for ever.
inline constexpr std::size_t kBodyProgressBytes = 4 * 1024;
// Without any progress of an answer the client should be reading: cut beyond.
inline constexpr Milliseconds kSendTimeout{60'000};
// Requests on one connection; the last answer says Connection: close. Lets load balancers even out.
inline constexpr std::uint32_t kRequestsPerConnectionMax = 10'000;
// A file answer is read and queued in pieces of this size, one at a time.
inline constexpr std::size_t kFileChunkBytes = 256 * 1024;
// An answer held in memory; more is a fault of ours and answered with 500. Files and streams have
// no such bound.
inline constexpr std::size_t kResponseBodyBytesMax = 64 * 1024 * 1024;

// What a body writer may have on its way, posted and queued; write() refuses beyond.
inline constexpr std::size_t kBodyWriterBytesMax = 16 * 1024 * 1024;

}  // namespace wk::net_limits
