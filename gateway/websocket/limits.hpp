// Every bound of the WebSocket codec, and what happens at it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wk::websocket {

// A message, fragments together and after inflating. Above it: the connection is closed with 1009. An endpoint may set its own.
inline constexpr std::uint32_t kMessageBytesMaxDefault = 1024 * 1024;
// RFC 6455 5.5. Above it: closed with 1002.
inline constexpr std::size_t kControlPayloadBytesMax = 125;
// What a close frame can say beside its code; longer reasons are cut at a character.
inline constexpr std::size_t kCloseReasonBytesMax = kControlPayloadBytesMax - 2;
// First byte, length byte, 8 bytes of length, 4 of masking key.
inline constexpr std::size_t kFrameHeaderBytesMax = 14;

// Smaller messages are sent as they are: what a packet holds anyway is not worth the processor's time.
inline constexpr std::size_t kDeflateThresholdBytes = 512;
// zlib's level for what we send: about half the time of its default for some percent more bytes.
inline constexpr int kDeflateLevel = 3;
// What the shared inflater keeps of its output buffer between messages; a larger one is given back.
inline constexpr std::size_t kInflateBufferKeptBytes = 64 * 1024;

// Blocks marked final within one message: allowed by RFC 7692, sent by nobody but once, and dear to go on from. Above it: 1007.
inline constexpr int kDeflateFinalBlocksMax = 16;

// Frames of one message that may be as small as they like; from there on they must bring kFragmentBytesMin each on the average.
// Nobody cuts that fine who means it, and an endless message of empty frames would never reach any other limit. Else: 1008.
inline constexpr std::uint32_t kSmallFragmentsMax = 4096;
inline constexpr std::uint32_t kFragmentBytesMin = 16;

// Sec-WebSocket-Extensions and -Protocol: elements looked at. Above it: the request is refused with 400.
inline constexpr std::size_t kHandshakeListMax = 32;

}  // namespace wk::websocket
