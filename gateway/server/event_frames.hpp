// One range of events as whole WebSocket messages, each variant (encoding, visitor or agent, compressed or not) made at most
// once for all who get it.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "base/shared_bytes.hpp"
#include "core/model/event_ref.hpp"
#include "gateway/protocol/frame_codec.hpp"
#include "gateway/websocket/codec.hpp"
#include "gateway/websocket/handshake.hpp"

namespace wk {

// Memory that is used for one range after the other. Loop-bound.
class EventFrames {
 public:
  explicit EventFrames(websocket::LoopCodec& codec) : codec_(codec) {}

  // The next range; what get() answered before is no longer good. The events outlive the calls of get().
  void begin(const EventRange& range);
  struct Peer {
    Encoding encoding;
    bool visitor;
    const std::optional<websocket::DeflateAgreement>& deflate;
  };
  // Shared where it is long (SendQueue would copy it for each subscriber otherwise), else only `bytes`.
  struct Message {
    std::string_view bytes;
    const SharedBytes* shared;
  };
  Message get(const Peer& peer);

 private:
  struct Variant {
    bool made = false;
    std::size_t message_bytes = 0;
    std::string bytes;
    SharedBytes shared;
  };
  void fill(Variant& variant, const Peer& peer, bool deflated);

  websocket::LoopCodec& codec_;
  const EventRange* range_ = nullptr;
  // By encoding, side, compression.
  std::array<Variant, 8> variants_;
  std::string payload_;
};

}  // namespace wk
