#include "gateway/websocket/decoder.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "gateway/websocket/masking.hpp"
#include "gateway/websocket/utf8.hpp"

namespace wk::websocket {

struct Decoder::FrameHeader {
  Opcode opcode = Opcode::kContinuation;
  bool fin = false;
  bool deflated = false;
  MaskKey key = 0;
  std::uint64_t payload_bytes = 0;
};

// What is held while something has arrived only in part.
struct Decoder::Partial {
  // A header cut by the end of the input.
  std::array<char, kFrameHeaderBytesMax> header{};
  std::uint8_t header_bytes = 0;

  // A frame whose header is read and whose payload is not yet whole.
  bool in_frame = false;
  FrameHeader frame;
  std::uint64_t frame_received = 0;
  std::array<char, kControlPayloadBytesMax> control{};

  // A data message whose first frame has begun.
  bool in_message = false;
  bool deflated = false;
  Opcode opcode = Opcode::kContinuation;
  Utf8Validator utf8;
  // Frames after the first.
  std::uint32_t fragments = 0;
  std::vector<char> message;
};

struct Decoder::Parsed {
  enum class Outcome : std::uint8_t { kWhole, kIncomplete, kWrong };
  Outcome outcome = Outcome::kIncomplete;
  FrameHeader frame;
  std::size_t header_bytes = 0;
  const char* wrong = "";
};

namespace {

// Deflate makes what it cannot compress a little longer; such a message is still within its limit.
constexpr std::uint64_t wire_bytes_max(std::uint64_t message_bytes_max, bool deflated) {
  return deflated ? message_bytes_max + message_bytes_max / 1024 + 64 : message_bytes_max;
}

std::uint64_t read_big_endian(const char* at, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<unsigned char>(at[i]);
  return value;
}

}  // namespace

Decoder::Decoder(DecoderRules rules)
    : message_bytes_max_(rules.message_bytes_max), role_(rules.role), deflate_(rules.deflate) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

std::size_t Decoder::held_bytes() const {
  return partial_ == nullptr ? 0 : sizeof(Partial) + partial_->message.capacity();
}

bool Decoder::in_message() const {
  if (partial_ == nullptr) return false;
  return partial_->in_message || (partial_->in_frame && !is_control(partial_->frame.opcode));
}

// Judges each byte as soon as it is there, so that a peer that breaks the rules learns it at once and not after its payload.
Decoder::Parsed Decoder::parse_header(std::span<const char> bytes, const DecoderRules& rules, bool in_message) {
  Parsed parsed;
  FrameHeader& frame = parsed.frame;
  const auto wrong = [&parsed](const char* why) {
    parsed.outcome = Parsed::Outcome::kWrong;
    parsed.wrong = why;
    return parsed;
  };
  if (bytes.empty()) return parsed;

  const auto first = static_cast<unsigned char>(bytes[0]);
  frame.fin = (first & 0x80) != 0;
  frame.deflated = (first & 0x40) != 0;
  const unsigned opcode = first & 0x0Fu;
  if ((first & 0x30) != 0) return wrong("reserved bit set");
  if (opcode > 0xA || (opcode > 0x2 && opcode < 0x8)) return wrong("reserved opcode");
  frame.opcode = static_cast<Opcode>(opcode);
  if (frame.deflated && !rules.deflate) return wrong("reserved bit set");
  if (is_control(frame.opcode)) {
    if (frame.deflated) return wrong("compressed control frame");
    if (!frame.fin) return wrong("fragmented control frame");
  } else if (frame.opcode == Opcode::kContinuation) {
    if (frame.deflated) return wrong("compression bit on a continuation frame");
    if (!in_message) return wrong("continuation of no message");
  } else if (in_message) {
    return wrong("new message within a fragmented one");
  }
  if (bytes.size() < 2) return parsed;

  const auto second = static_cast<unsigned char>(bytes[1]);
  const bool masked = (second & 0x80) != 0;
  if (masked != (rules.role == Role::kServer)) return wrong(masked ? "masked frame" : "frame not masked");
  frame.payload_bytes = second & 0x7Fu;
  std::size_t size = 2;
  if (frame.payload_bytes > kControlPayloadBytesMax) {
    if (is_control(frame.opcode)) return wrong("control frame too long");
    const std::size_t length_bytes = frame.payload_bytes == 126 ? 2 : 8;
    if (bytes.size() < size + length_bytes) return parsed;
    frame.payload_bytes = read_big_endian(bytes.data() + size, length_bytes);
    size += length_bytes;
    if (frame.payload_bytes >> 63 != 0) return wrong("length out of range");
    if (frame.payload_bytes < (length_bytes == 2 ? 126u : 65536u)) return wrong("length not in its shortest form");
  }
  if (masked) {
    if (bytes.size() < size + sizeof frame.key) return parsed;
    std::memcpy(&frame.key, bytes.data() + size, sizeof frame.key);
    size += sizeof frame.key;
  }
  parsed.header_bytes = size;
  parsed.outcome = Parsed::Outcome::kWhole;
  return parsed;
}

Decoder::Partial& Decoder::hold() {
  if (partial_ == nullptr) partial_ = std::make_unique<Partial>();
  return *partial_;
}

void Decoder::settle() {
  if (partial_ != nullptr && !partial_->in_message && !partial_->in_frame && partial_->header_bytes == 0) {
    partial_.reset();
  }
}

Decoded Decoder::fail(CloseCode code, const char* reason) {
  partial_.reset();
  done_ = true;
  return {Decoded::Kind::kFailed, code, reason};
}

Decoded Decoder::next(LoopCodec& codec, std::span<char>& input) {
  // What the call before handed out is over.
  if (codec.assembled_.capacity() != 0) std::vector<char>().swap(codec.assembled_);
  codec.inflater.trim();
  if (done_) input = {};

  while (partial_ != nullptr && partial_->in_frame ? true : !input.empty()) {
    if (partial_ == nullptr || !partial_->in_frame) {
      const DecoderRules rules{role_, deflate_, message_bytes_max_};
      const bool in_message = partial_ != nullptr && partial_->in_message;
      Parsed parsed;
      if (partial_ == nullptr || partial_->header_bytes == 0) {
        parsed = parse_header(input, rules, in_message);
        if (parsed.outcome == Parsed::Outcome::kIncomplete) {
          Partial& partial = hold();
          std::memcpy(partial.header.data(), input.data(), input.size());
          partial.header_bytes = static_cast<std::uint8_t>(input.size());
          input = {};
          return {};
        }
        if (parsed.outcome == Parsed::Outcome::kWhole) input = input.subspan(parsed.header_bytes);
      } else {
        // Rare: byte by byte until the cut header is whole.
        while (parsed.outcome == Parsed::Outcome::kIncomplete && !input.empty()) {
          partial_->header[partial_->header_bytes++] = input.front();
          input = input.subspan(1);
          parsed = parse_header(std::span(partial_->header).first(partial_->header_bytes), rules, in_message);
        }
        if (parsed.outcome == Parsed::Outcome::kIncomplete) return {};
        partial_->header_bytes = 0;
      }
      if (parsed.outcome == Parsed::Outcome::kWrong) {
        input = {};
        return fail(CloseCode::kProtocolError, parsed.wrong);
      }

      const FrameHeader& frame = parsed.frame;
      if (!is_control(frame.opcode)) {
        if (in_message && ++partial_->fragments > kSmallFragmentsMax &&
            partial_->message.size() / kFragmentBytesMin < partial_->fragments) {
          input = {};
          return fail(CloseCode::kPolicyViolation, "too many small fragments");
        }
        const bool deflated = in_message ? partial_->deflated : frame.deflated;
        const std::uint64_t before = in_message ? partial_->message.size() : 0;
        if (frame.payload_bytes > wire_bytes_max(message_bytes_max_, deflated) - before) {
          input = {};
          return fail(CloseCode::kMessageTooBig, "message too big");
        }
      }
      if (input.size() >= frame.payload_bytes) {
        const std::span<char> whole = input.first(static_cast<std::size_t>(frame.payload_bytes));
        input = input.subspan(whole.size());
        if (role_ == Role::kServer) apply_mask(whole, frame.key);
        const std::string_view payload(whole.data(), whole.size());
        if (is_control(frame.opcode)) return complete_control(codec, frame, payload);
        if (frame.fin && !in_message) {
          settle();
          return deliver(codec, frame.opcode, frame.deflated, false, payload);
        }
        if (const char* wrong = accumulate(frame, payload)) return fail(CloseCode::kInvalidPayload, wrong);
        if (frame.fin) return deliver_assembled(codec);
        continue;
      }
      Partial& partial = hold();
      partial.in_frame = true;
      partial.frame = frame;
      partial.frame_received = 0;
    }

    // A frame whose payload arrives in pieces.
    Partial& partial = *partial_;
    const std::uint64_t left = partial.frame.payload_bytes - partial.frame_received;
    const std::span<char> piece = input.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, input.size())));
    input = input.subspan(piece.size());
    if (role_ == Role::kServer) {
      apply_mask(piece, partial.frame.key, static_cast<std::size_t>(partial.frame_received % 4));
    }
    if (is_control(partial.frame.opcode)) {
      std::copy(piece.begin(), piece.end(), partial.control.data() + partial.frame_received);
    } else if (const char* wrong = accumulate(partial.frame, std::string_view(piece.data(), piece.size()))) {
      input = {};
      return fail(CloseCode::kInvalidPayload, wrong);
    }
    partial.frame_received += piece.size();
    if (partial.frame_received < partial.frame.payload_bytes) return {};
    partial.in_frame = false;
    if (is_control(partial.frame.opcode)) {
      // The scratch room of the loop, because partial may go with settle().
      codec.control_ = partial.control;
      const FrameHeader frame = partial.frame;
      return complete_control(codec, frame,
                              std::string_view(codec.control_.data(), static_cast<std::size_t>(frame.payload_bytes)));
    }
    if (partial.frame.fin) return deliver_assembled(codec);
  }
  return {};
}

// Adds to the message under way (and begins it). Text is judged as it arrives; compressed text only at its end, since one
// inflater serves all connections and so cannot stop within a message.
const char* Decoder::accumulate(const FrameHeader& frame, std::string_view piece) {
  Partial& partial = hold();
  if (!partial.in_message) {
    partial.in_message = true;
    partial.opcode = frame.opcode;
    partial.deflated = frame.deflated;
    partial.utf8 = {};
    partial.fragments = 0;
    partial.message.clear();
  }
  if (partial.opcode == Opcode::kText && !partial.deflated && !partial.utf8.feed(piece)) return "text is not UTF-8";
  std::vector<char>& message = partial.message;
  const std::size_t needed = message.size() + piece.size();
  if (needed > message.capacity()) {
    // Doubles, but not beyond what this frame can bring if it is the last: room follows what arrived, not what is announced.
    const std::uint64_t rest = frame.payload_bytes - (partial.in_frame ? partial.frame_received : 0);
    const std::uint64_t ceiling =
        frame.fin ? message.size() + rest : wire_bytes_max(message_bytes_max_, partial.deflated);
    message.reserve(std::max(needed, static_cast<std::size_t>(std::min<std::uint64_t>(needed * 2, ceiling))));
  }
  message.insert(message.end(), piece.begin(), piece.end());
  return nullptr;
}

Decoded Decoder::deliver_assembled(LoopCodec& codec) {
  Partial& partial = *partial_;
  const Opcode opcode = partial.opcode;
  const bool deflated = partial.deflated;
  if (opcode == Opcode::kText && !deflated && !partial.utf8.complete()) {
    return fail(CloseCode::kInvalidPayload, "text is not UTF-8");
  }
  codec.assembled_ = std::move(partial.message);
  partial.in_message = false;
  settle();
  return deliver(codec, opcode, deflated, true, std::string_view(codec.assembled_.data(), codec.assembled_.size()));
}

// checked: an uncompressed text has been found to be UTF-8 already.
Decoded Decoder::deliver(LoopCodec& codec, Opcode opcode, bool deflated, bool checked, std::string_view payload) {
  if (deflated) {
    const Inflater::Inflated inflated = codec.inflater.inflate(payload, message_bytes_max_);
    if (inflated.outcome == Inflater::Outcome::kTooBig) return fail(CloseCode::kMessageTooBig, "message too big");
    if (inflated.outcome == Inflater::Outcome::kCorrupt) {
      return fail(CloseCode::kInvalidPayload, "compressed data is damaged");
    }
    payload = inflated.message;
    checked = false;
  }
  if (opcode == Opcode::kBinary) return {Decoded::Kind::kBinary, CloseCode::kNoStatus, payload};
  if (!checked) {
    Utf8Validator utf8;
    if (!utf8.feed(payload) || !utf8.complete()) return fail(CloseCode::kInvalidPayload, "text is not UTF-8");
  }
  return {Decoded::Kind::kText, CloseCode::kNoStatus, payload};
}

Decoded Decoder::complete_control(LoopCodec& codec, const FrameHeader& frame, std::string_view payload) {
  settle();
  switch (frame.opcode) {
    case Opcode::kPing:
      return {Decoded::Kind::kPing, CloseCode::kNoStatus, payload};
    case Opcode::kPong:
      return {Decoded::Kind::kPong, CloseCode::kNoStatus, payload};
    default:
      return complete_close(codec, payload);
  }
}

Decoded Decoder::complete_close(LoopCodec&, std::string_view payload) {
  if (payload.size() == 1) return fail(CloseCode::kProtocolError, "close frame of one byte");
  auto code = CloseCode::kNoStatus;
  if (!payload.empty()) {
    const auto number = static_cast<std::uint16_t>(read_big_endian(payload.data(), 2));
    payload.remove_prefix(2);
    if (!close_code_sendable(number)) return fail(CloseCode::kProtocolError, "close code not allowed");
    Utf8Validator utf8;
    if (!utf8.feed(payload) || !utf8.complete()) return fail(CloseCode::kInvalidPayload, "close reason is not UTF-8");
    code = static_cast<CloseCode>(number);
  }
  partial_.reset();
  done_ = true;
  return {Decoded::Kind::kClose, code, payload};
}

}  // namespace wk::websocket
