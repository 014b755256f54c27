#include "core/model/text_append.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include "base/assert.hpp"
#include "core/model/decide.hpp"
#include "core/model/fold.hpp"

namespace wk {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;

std::size_t varint_bytes(std::uint64_t value) { return CodedOutputStream::VarintSize64(value); }

// All our field numbers up to 15 have tags of one byte. As protobuf does it: what is zero or empty is not there.
std::size_t number_bytes(std::uint64_t value) { return value == 0 ? 0 : 1 + varint_bytes(value); }
std::size_t delimited_bytes(std::size_t size) { return 1 + varint_bytes(size) + size; }
std::size_t text_bytes(std::string_view text) { return text.empty() ? 0 : delimited_bytes(text.size()); }

class Writer {
 public:
  explicit Writer(char* to) : to_(reinterpret_cast<std::uint8_t*>(to)) {}

  void number(int field, std::uint64_t value) {
    if (value == 0) return;
    tag(field, WireFormatLite::WIRETYPE_VARINT);
    to_ = CodedOutputStream::WriteVarint64ToArray(value, to_);
  }
  void delimiter(int field, std::size_t size) {
    tag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
    to_ = CodedOutputStream::WriteVarint64ToArray(size, to_);
  }
  // Where it was put.
  std::string_view text(int field, std::string_view text) {
    if (text.empty()) return {};
    delimiter(field, text.size());
    const char* begin = reinterpret_cast<const char*>(to_);
    to_ = CodedOutputStream::WriteRawToArray(text.data(), static_cast<int>(text.size()), to_);
    return {begin, text.size()};
  }

 private:
  void tag(int field, WireFormatLite::WireType type) { *to_++ = static_cast<std::uint8_t>(WireFormatLite::MakeTag(field, type)); }

  std::uint8_t* to_;
};

}  // namespace

Speaker speaker_of(const Principal& principal, const v1::ConversationSummary& state) {
  if (const auto* visitor = std::get_if<VisitorPrincipal>(&principal)) {
    return {v1::ACTOR_KIND_VISITOR, visitor->contact.value(), visitor->name.empty() ? state.contact_name() : visitor->name};
  }
  if (const auto* agent = std::get_if<AgentPrincipal>(&principal)) return {v1::ACTOR_KIND_AGENT, agent->agent.value(), agent->name};
  return {v1::ACTOR_KIND_SYSTEM, 0, {}};
}

bool becomes_one_message(const TextAppend& append, const v1::ConversationSummary& state, const Principal& principal) {
  if (!client_id_valid(append.client_id) || !message_text_valid(append.text)) return false;
  if (state.last_seq() == 0) return false;  // it begins the conversation
  if (std::holds_alternative<VisitorPrincipal>(principal)) {
    return state.state() != v1::CONVERSATION_STATE_RESOLVED && state.state() != v1::CONVERSATION_STATE_SNOOZED;
  }
  // An agent who answers takes what nobody has.
  return std::holds_alternative<AgentPrincipal>(principal) && state.holder().kind() == v1::HOLDER_KIND_AGENT;
}

EncodedText encode_text(ConversationId conversation, Seq seq, std::int64_t time_ms, const Speaker& speaker, const TextAppend& append) {
  const auto time = static_cast<std::uint64_t>(time_ms);
  const std::size_t actor_bytes = number_bytes(speaker.kind) + number_bytes(speaker.id) + text_bytes(speaker.name);
  const std::size_t message_bytes = text_bytes(append.text);
  const std::size_t bytes = number_bytes(conversation.value()) + number_bytes(seq) + number_bytes(time) + delimited_bytes(actor_bytes) +
                            text_bytes(append.client_id) + delimited_bytes(message_bytes);
  EncodedText encoded;
  encoded.bytes = SharedBytes::make(bytes, [&](char* to) {
    Writer out(to);
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
