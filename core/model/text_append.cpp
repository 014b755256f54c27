#include "core/model/text_append.hpp"

#include "base/assert.hpp"
#include "core/model/decide.hpp"
#include "core/model/fold.hpp"
#include "core/model/wire_writer.hpp"

namespace wk {

bool becomes_one_message(const TextAppend& append, const v1::ConversationSummary& state, const Principal& principal) {
  if (!client_id_valid(append.client_id) || !message_text_valid(append.text)) return false;
  if (state.last_seq() == 0) return false;  // it begins the conversation
  // The AI agent has to be told, which append() sees to.
  if (state.holder().kind() == v1::HOLDER_KIND_BOT) return false;
  if (std::holds_alternative<VisitorPrincipal>(principal)) {
    return state.state() != v1::CONVERSATION_STATE_RESOLVED && state.state() != v1::CONVERSATION_STATE_SNOOZED;
  }
  // An agent who answers takes what nobody has.
  return std::holds_alternative<AgentPrincipal>(principal) && state.holder().kind() == v1::HOLDER_KIND_AGENT;
}

EncodedText encode_text(ConversationId conversation, Seq seq, std::int64_t time_ms, const Speaker& speaker, const TextAppend& append) {
  const auto time = static_cast<std::uint64_t>(time_ms);
  const std::size_t actor_bytes = WireWriter::number_bytes(speaker.kind) + WireWriter::number_bytes(speaker.id) + WireWriter::text_bytes(speaker.name);
  const std::size_t message_bytes = WireWriter::text_bytes(append.text);
  const std::size_t bytes = WireWriter::number_bytes(conversation.value()) + WireWriter::number_bytes(seq) + WireWriter::number_bytes(time) + WireWriter::delimited_bytes(actor_bytes) +
                            WireWriter::text_bytes(append.client_id) + WireWriter::delimited_bytes(message_bytes);
  EncodedText encoded;
  encoded.bytes = SharedBytes::make(bytes, [&](char* to) {
    WireWriter out(to);
    out.number(v1::Event::kConversationIdFieldNumber, conversation.value());
    out.number(v1::Event::kSeqFieldNumber, seq);
    out.number(v1::Event::kTimeMsFieldNumber, time);
    out.delimiter(v1::Event::kActorFieldNumber, actor_bytes);
    out.number(v1::Actor::kKindFieldNumber, speaker.kind);
    out.number(v1::Actor::kIdFieldNumber, speaker.id);
    out.text(v1::Actor::kNameFieldNumber, speaker.name);
    encoded.client_id = out.text(v1::Event::kClientIdFieldNumber, append.client_id);
    out.delimiter(v1::Event::kMessageFieldNumber, message_bytes);
    out.text(v1::Message::kTextFieldNumber, append.text);
  });
  return encoded;
}

void fold_text(v1::ConversationSummary& summary, Seq seq, std::int64_t time_ms, const Speaker& speaker, std::string_view text) {
  WK_ASSERT(seq == summary.last_seq() + 1);
  summary.set_last_seq(seq);
  summary.set_updated_ms(time_ms);
  fold_message(summary, {seq, time_ms, speaker.kind, speaker.name, text});
}

}  // namespace wk
