#include "gateway/websocket/encoder.hpp"

#include <cstring>
#include <utility>

#include "base/assert.hpp"
#include "base/encoding.hpp"

namespace wk::websocket {
namespace {

void append_control(std::string& out, Opcode opcode, std::string_view data) {
  WK_ASSERT(data.size() <= kControlPayloadBytesMax);
  append_frame(out, {.opcode = opcode, .fin = true}, data);
}

// The compressed payload, if it is worth it.
std::optional<std::string> compress(LoopCodec& codec, std::string_view message) {
  if (message.size() < kDeflateThresholdBytes) return std::nullopt;
  std::string compressed;
  if (!codec.deflater.compress(message, compressed)) return std::nullopt;
  return compressed;
}

}  // namespace

EncodedHeader::EncodedHeader(const FrameSpec& spec, std::uint64_t payload_bytes) {
  const unsigned first = static_cast<unsigned>(spec.opcode) | (spec.fin ? 0x80u : 0u) | (spec.deflated ? 0x40u : 0u);
  const unsigned mask_bit = spec.mask ? 0x80 : 0;
  bytes_[size_++] = static_cast<char>(first);
  const auto put_length = [this](std::uint64_t length, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) bytes_[size_++] = static_cast<char>(length >> (8 * i) & 0xFF);
  };
  if (payload_bytes < 126) {
    bytes_[size_++] = static_cast<char>(mask_bit | payload_bytes);
  } else if (payload_bytes <= 0xFFFF) {
    bytes_[size_++] = static_cast<char>(mask_bit | 126);
    put_length(payload_bytes, 2);
  } else {
    bytes_[size_++] = static_cast<char>(mask_bit | 127);
    put_length(payload_bytes, 8);
  }
  if (spec.mask) {
    std::memcpy(bytes_.data() + size_, &*spec.mask, sizeof *spec.mask);
    size_ += sizeof *spec.mask;
  }
}

void append_frame(std::string& out, const FrameSpec& spec, std::string_view payload) {
  const EncodedHeader header(spec, payload.size());
  out.append(header.view());
  const std::size_t payload_at = out.size();
  out.append(payload);
  if (spec.mask) apply_mask(std::span(out).subspan(payload_at), *spec.mask);
}

std::string encode_frame(const FrameSpec& spec, std::string_view payload) {
  std::string out;
  out.reserve(kFrameHeaderBytesMax + payload.size());
  append_frame(out, spec, payload);
  return out;
}

void append_ping(std::string& out, std::string_view data) { append_control(out, Opcode::kPing, data); }
void append_pong(std::string& out, std::string_view data) { append_control(out, Opcode::kPong, data); }

std::string close_payload(CloseCode code, std::string_view reason) {
  if (code == CloseCode::kNoStatus) return {};
  const auto number = static_cast<std::uint16_t>(code);
  WK_ASSERT(close_code_sendable(number));
  std::string payload{static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)};
  payload.append(utf8_prefix(reason, kCloseReasonBytesMax));
  return payload;
}

void append_close(std::string& out, CloseCode code, std::string_view reason) {
  append_control(out, Opcode::kClose, close_payload(code, reason));
}

void append_close_reply(std::string& out, const Decoded& decoded) {
  if (decoded.kind == Decoded::Kind::kClose) {
    append_close(out, decoded.code);
  } else {
    append_close(out, decoded.code, decoded.payload);
  }
}

SharedFrame SharedFrame::plain(Opcode opcode, std::string_view message) {
  SharedFrame frame;
  frame.message_bytes_ = message.size();
  frame.plain_ = SharedBytes(encode_frame({.opcode = opcode, .fin = true}, message));
  return frame;
}

SharedFrame SharedFrame::make(LoopCodec& codec, Opcode opcode, std::string_view message) {
  SharedFrame frame = plain(opcode, message);
  if (const auto compressed = compress(codec, message)) {
    frame.deflated_ =
        SharedBytes(encode_frame({.opcode = opcode, .fin = true, .deflated = true}, *compressed));
  }
  return frame;
}

void append_message(std::string& out, LoopCodec& codec, const std::optional<DeflateAgreement>& deflate, Opcode opcode,
                    std::string_view message, std::optional<MaskKey> mask) {
  if (deflate && deflate->fits(message.size())) {
    if (const auto compressed = compress(codec, message)) {
      append_frame(out, {.opcode = opcode, .fin = true, .deflated = true, .mask = mask}, *compressed);
      return;
    }
  }
  append_frame(out, {.opcode = opcode, .fin = true, .mask = mask}, message);
}

}  // namespace wk::websocket
