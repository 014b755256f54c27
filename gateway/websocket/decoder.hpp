// Frames of one connection, from bytes to whole messages (RFC 6455 section 5, RFC 7692 section 6).
//
//   std::span<char> input = what was received, in the loop's shared buffer;
//   for (;;) {
//     const Decoded decoded = decoder.next(codec, input);          // takes what it read off the front of input
//     if (decoded.kind == Decoded::Kind::kNothing) break;          // all input is used up
//     …
//   }
//
// Works in place: unmasks in the caller's buffer, and a frame that lies in it whole is handed out from there. What is not
// whole is copied aside, so that the buffer is free after the loop above, and only for as long as it is not.
//
// Owner: the connection. Loop-bound. Limits: an idle decoder is 16 bytes and owns nothing; during a message that arrives in
// pieces it holds about 250 bytes and what has arrived (not what was announced) of at most message_bytes_max.
// After kClose or kFailed it reads no more, as RFC 6455 1.4 and 7.1.7 want it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "gateway/websocket/codec.hpp"
#include "gateway/websocket/frame.hpp"
#include "gateway/websocket/limits.hpp"

namespace wk::websocket {

struct DecoderRules {
  Role role = Role::kServer;
  // permessage-deflate was agreed.
  bool deflate = false;
  std::uint32_t message_bytes_max = kMessageBytesMaxDefault;
};

struct Decoded {
  enum class Kind : std::uint8_t { kNothing, kText, kBinary, kPing, kPong, kClose, kFailed };

  Kind kind = Kind::kNothing;
  // kClose: what the peer gave, kNoStatus if nothing. kFailed: what to close with.
  CloseCode code = CloseCode::kNoStatus;
  // The message, the control frame's data, the close frame's reason, or (kFailed) what was wrong, in English.
  // Until the next call of next() on this loop, and no longer than the input it was given.
  std::string_view payload;
};

class Decoder {
 public:
  explicit Decoder(DecoderRules rules);
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  Decoded next(LoopCodec& codec, std::span<char>& input);

  // For what follows the message under way; what was held already stays.
  void set_message_bytes_max(std::uint32_t bytes) { message_bytes_max_ = bytes; }

  // Nothing is held: no frame and no message is under way.
  bool idle() const { return partial_ == nullptr; }
  // Heap in use for what is under way, for accounting.
  std::size_t held_bytes() const;
  // Between the frames of a message, or within one (control frames excepted).
  bool in_message() const;

 private:
  struct Partial;
  struct FrameHeader;
  struct Parsed;

  static Parsed parse_header(std::span<const char> bytes, const DecoderRules& rules, bool in_message);
  Partial& hold();
  void settle();
  Decoded fail(CloseCode code, const char* reason);
  Decoded complete_control(LoopCodec& codec, const FrameHeader& frame, std::string_view payload);
  Decoded complete_close(LoopCodec& codec, std::string_view payload);
  Decoded deliver(LoopCodec& codec, Opcode opcode, bool deflated, bool checked, std::string_view payload);
  Decoded deliver_assembled(LoopCodec& codec);
  const char* accumulate(const FrameHeader& frame, std::string_view piece);

  std::unique_ptr<Partial> partial_;
  std::uint32_t message_bytes_max_;
  Role role_;
  bool deflate_;
  bool done_ = false;
};

static_assert(sizeof(Decoder) <= 16);

}  // namespace wk::websocket
