#include "gateway/server/event_frames.hpp"

#include "gateway/server/limits.hpp"
#include "gateway/websocket/encoder.hpp"
#include "gateway/websocket/limits.hpp"

namespace wk {
namespace {

websocket::Opcode opcode_of(Encoding encoding) {
  return encoding == Encoding::kJson ? websocket::Opcode::kText : websocket::Opcode::kBinary;
}

}  // namespace

void EventFrames::begin(const EventRange& range) {
  range_ = &range;
  for (Variant& variant : variants_) {
    if (!variant.made) continue;
    variant.made = false;
    variant.shared = SharedBytes();
    variant.bytes.clear();
    if (variant.bytes.capacity() > gateway_limits::kScratchBytesKept) variant.bytes = std::string();
  }
}

EventFrames::Message EventFrames::get(const Peer& peer) {
  const bool deflated = peer.deflate.has_value();
  Variant& variant = variants_[(peer.encoding == Encoding::kJson ? 4u : 0u) + (peer.visitor ? 2u : 0u) + (deflated ? 1u : 0u)];
  if (!variant.made) fill(variant, peer, deflated);
  // A peer with a small window gets long messages as they are.
  if (deflated && !peer.deflate->fits(variant.message_bytes)) {
    static const std::optional<websocket::DeflateAgreement> kNone;
    return get({peer.encoding, peer.visitor, kNone});
  }
  return {variant.bytes, variant.shared ? &variant.shared : nullptr};
}

void EventFrames::fill(Variant& variant, const Peer& peer, bool deflated) {
  variant.made = true;
  payload_.clear();
  append_events(payload_, peer.encoding, *range_, peer.visitor);
  variant.message_bytes = payload_.size();
  static const std::optional<websocket::DeflateAgreement> kNone;
  static const std::optional<websocket::DeflateAgreement> kAnyWindow{websocket::DeflateAgreement{}};
  websocket::append_message(variant.bytes, codec_, deflated ? kAnyWindow : kNone, opcode_of(peer.encoding), payload_);
  if (variant.bytes.size() > gateway_limits::kShareBytesMin) variant.shared = SharedBytes(variant.bytes);
}

}  // namespace wk
