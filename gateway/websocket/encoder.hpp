// Messages and control frames, to bytes (RFC 6455 section 5). Pure functions, and SharedFrame, which is Immutable.
// A server's frames are not masked, so one encoded frame serves any number of connections.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/shared_bytes.hpp"
#include "gateway/websocket/codec.hpp"
#include "gateway/websocket/decoder.hpp"
#include "gateway/websocket/frame.hpp"
#include "gateway/websocket/handshake.hpp"
#include "gateway/websocket/masking.hpp"

namespace wk::websocket {

struct FrameSpec {
  Opcode opcode = Opcode::kBinary;
  bool fin = true;
  // The payload is compressed (RSV1); only on the first frame of a message.
  bool deflated = false;
  // For clients only.
  std::optional<MaskKey> mask = std::nullopt;
};

// A frame's bytes before its payload, for those who write header and payload with one writev.
class EncodedHeader {
 public:
  EncodedHeader(const FrameSpec& spec, std::uint64_t payload_bytes);
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, kFrameHeaderBytesMax> bytes_;
  std::size_t size_ = 0;
};

// Appends a whole frame; masks the payload where spec asks for it.
void append_frame(std::string& out, const FrameSpec& spec, std::string_view payload);
std::string encode_frame(const FrameSpec& spec, std::string_view payload);

// Requires: data is no longer than kControlPayloadBytesMax, which holds for every ping the decoder handed out.
void append_ping(std::string& out, std::string_view data = {});
void append_pong(std::string& out, std::string_view data = {});

// What a close frame carries. kNoStatus: nothing. A reason that is too long is cut at a character.
std::string close_payload(CloseCode code, std::string_view reason = {});
void append_close(std::string& out, CloseCode code, std::string_view reason = {});
// What RFC 6455 5.5.1 and 7.1.7 want to be sent after kClose (the peer's code back) or kFailed (why).
// Requires: decoded.kind is one of the two.
void append_close_reply(std::string& out, const Decoded& decoded);

// One message, encoded once, for every connection that is to get it: as it is, and compressed where that made it smaller.
// Immutable; copying shares the bytes.
class SharedFrame {
 public:
  SharedFrame() = default;
  // Only as it is: for when no receiver has agreed on compression.
  static SharedFrame plain(Opcode opcode, std::string_view message);
  // Both, if the message reaches kDeflateThresholdBytes and shrinks.
  static SharedFrame make(LoopCodec& codec, Opcode opcode, std::string_view message);

  // The frame for a connection, by what was agreed with it.
  const SharedBytes& for_peer(const std::optional<DeflateAgreement>& deflate) const {
    return deflated_ && deflate && deflate->fits(message_bytes_) ? deflated_ : plain_;
  }
  explicit operator bool() const { return static_cast<bool>(plain_); }
  bool has_deflated() const { return static_cast<bool>(deflated_); }

 private:
  SharedBytes plain_;
  SharedBytes deflated_;
  std::size_t message_bytes_ = 0;
};

// Appends one message for one connection, compressed if that was agreed, is worth it and helps.
void append_message(std::string& out, LoopCodec& codec, const std::optional<DeflateAgreement>& deflate, Opcode opcode,
                    std::string_view message, std::optional<MaskKey> mask = {});

}  // namespace wk::websocket
