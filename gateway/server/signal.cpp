#include "gateway/server/signal.hpp"

#include "gateway/websocket/encoder.hpp"

namespace wk {

std::string uncompressed(Encoding encoding, const v1::ServerFrame& frame) {
  std::string bytes;
  const auto opcode = encoding == Encoding::kJson ? websocket::Opcode::kText : websocket::Opcode::kBinary;
  websocket::append_frame(bytes, {.opcode = opcode}, encode_frame(encoding, frame));
  return bytes;
}

Signal Signal::typing(const v1::TypingSignal& signal, std::uint64_t origin) {
  Signal made;
  made.origin_ = origin;
  *made.for_agents_.mutable_typing() = signal;
  // A visitor's words, and an agent's note, are for agents; a visitor learns only that an agent types.
  if (signal.actor().kind() != v1::ACTOR_KIND_VISITOR && !signal.note()) {
    made.for_visitors_ = made.for_agents_;
    // What the AI agent writes is for the visitor to read as it grows; what people write is not.
    if (signal.actor().kind() != v1::ACTOR_KIND_BOT) made.for_visitors_->mutable_typing()->clear_text();
  }
  return made;
}

Signal Signal::viewing(const v1::ViewingSignal& signal) {
  Signal made;
  *made.for_agents_.mutable_viewing() = signal;
  return made;
}

bool Signal::replaces(const Signal& older) const {
  if (for_agents_.has_viewing()) return older.for_agents_.has_viewing();
  if (!older.for_agents_.has_typing() || older.origin_ != origin_) return false;
  const v1::TypingSignal& mine = for_agents_.typing();
  const v1::TypingSignal& its = older.for_agents_.typing();
  return mine.actor().kind() == its.actor().kind() && mine.actor().id() == its.actor().id() && mine.note() == its.note();
}

const SharedBytes& Signal::bytes(Encoding encoding, bool visitor) {
  SharedBytes& made = made_[visitor ? 1 : 0][encoding == Encoding::kJson ? 1 : 0];
  if (!made && (!visitor || for_visitors_)) made = SharedBytes(uncompressed(encoding, visitor ? *for_visitors_ : for_agents_));
  return made;
}

}  // namespace wk
