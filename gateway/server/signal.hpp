// Typing or viewing on its way to a conversation's subscribers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/shared_bytes.hpp"
#include "gateway/protocol/frame_codec.hpp"
#include "weikeyi/v1/frame.pb.h"

namespace wk {

// As a whole WebSocket message. Signals and rows are short and often; compressing them costs more than it saves.
std::string uncompressed(Encoding encoding, const v1::ServerFrame& frame);

// Each variant is made when it is first asked for. Loop-bound.
class Signal {
 public:
  // `origin` names the connection it came from, which does not get it back.
  static Signal typing(const v1::TypingSignal& signal, std::uint64_t origin);
  static Signal viewing(const v1::ViewingSignal& signal);

  // Whether this one makes `older` superfluous: the same agent or visitor types on, or the list of those who look is a newer one.
  bool replaces(const Signal& older) const;
  std::uint64_t origin() const { return origin_; }
  // Empty: not for them.
  const SharedBytes& bytes(Encoding encoding, bool visitor);

 private:
  v1::ServerFrame for_agents_;
  std::optional<v1::ServerFrame> for_visitors_;
  std::uint64_t origin_ = 0;
  SharedBytes made_[2][2];
};

}  // namespace wk
