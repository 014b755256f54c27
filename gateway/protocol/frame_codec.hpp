// Frames of docs/protocol.md to bytes and back, in both subprotocols. Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/model/event_ref.hpp"
#include "weikeyi/v1/frame.pb.h"

namespace wk {

namespace v1 = ::weikeyi::v1;

enum class Encoding : std::uint8_t { kProto, kJson };

inline constexpr std::string_view kSubprotocolProto = "weikeyi.v1.proto";
inline constexpr std::string_view kSubprotocolJson = "weikeyi.v1.json";

// kProtocol for what is not a frame. Unknown fields are ignored: a newer client may say more.
Result<v1::ClientFrame> decode_client_frame(Encoding encoding, std::string_view payload);
// The same into a frame that is used again and again, so that its parts keep their memory.
Result<void> decode_client_frame(Encoding encoding, std::string_view payload, v1::ClientFrame& into);
std::string encode_frame(Encoding encoding, const v1::ServerFrame& frame);
void append_frame(std::string& out, Encoding encoding, const v1::ServerFrame& frame);

// A ServerFrame with `events`, built around the bytes the events already have (binary) instead of encoding them again.
// for_visitor: what a visitor may not see is left out; through_seq stays, so that the visitor's cursor moves on (P42).
std::string encode_events(Encoding encoding, const EventRange& range, bool for_visitor);
void append_events(std::string& out, Encoding encoding, const EventRange& range, bool for_visitor);

}  // namespace wk
