#include "gateway/protocol/text_frame.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include "core/model/wire_writer.hpp"
#include "weikeyi/v1/frame.pb.h"

namespace wk {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr std::uint32_t number(int field) { return WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_VARINT); }
constexpr std::uint32_t delimited(int field) { return WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED); }

// The fields of one message of the wire, in any order. Each at most once: of two the last would count, which is rare enough to
// leave to protobuf.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : begin_(bytes.data()), in_(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size())) {}

  // 0 at the end, and where it is broken off; whole() tells.
  std::uint32_t tag() { return in_.ReadTag(); }
  bool whole() { return in_.ConsumedEntireMessage(); }
  bool read(std::uint32_t& value) { return in_.ReadVarint32(&value); }
  bool read(std::uint64_t& value) { return in_.ReadVarint64(&value); }
  bool read(std::string_view& value) {
    std::uint32_t size = 0;
    if (!in_.ReadVarint32(&size)) return false;
    value = {begin_ + in_.CurrentPosition(), size};
    return in_.Skip(static_cast<int>(size));
  }

 private:
  const char* const begin_;
  CodedInputStream in_;
};

bool read_text(std::string_view bytes, std::string_view& text) {
  Fields in(bytes);
  if (bytes.empty()) return true;
  return in.tag() == delimited(v1::Message::kTextFieldNumber) && in.read(text) && in.tag() == 0 && in.whole();
}

bool read_append(std::string_view bytes, TextFrame& frame) {
  Fields in(bytes);
  std::string_view message;
  bool has_conversation = false, has_id = false, has_message = false;
  while (const std::uint32_t tag = in.tag()) {
    bool good = false;
    if (tag == number(v1::Append::kConversationIdFieldNumber) && !std::exchange(has_conversation, true)) {
      std::uint64_t id = 0;
      good = in.read(id);
      frame.conversation = ConversationId(id);
    } else if (tag == delimited(v1::Append::kClientIdFieldNumber) && !std::exchange(has_id, true)) {
      good = in.read(frame.append.client_id);
    } else if (tag == delimited(v1::Append::kMessageFieldNumber) && !std::exchange(has_message, true)) {
      good = in.read(message) && read_text(message, frame.append.text);
    }
    if (!good) return false;
  }
  return has_message && in.whole();
}

}  // namespace

std::optional<TextFrame> text_frame(std::string_view payload) {
  TextFrame frame;
  Fields in(payload);
  std::string_view append;
  bool has_ref = false, has_append = false;
  while (const std::uint32_t tag = in.tag()) {
    bool good = false;
    if (tag == number(v1::ClientFrame::kRefFieldNumber) && !std::exchange(has_ref, true)) {
      good = in.read(frame.ref);
    } else if (tag == delimited(v1::ClientFrame::kAppendFieldNumber) && !std::exchange(has_append, true)) {
      good = in.read(append) && read_append(append, frame);
    }
    if (!good) return std::nullopt;
  }
  if (!has_append || !in.whole()) return std::nullopt;
  return frame;
}

void append_ack(std::string& out, std::uint32_t ref, ConversationId conversation, Seq seq, std::int64_t time_ms, std::string_view client_id) {
  const std::size_t body_bytes = WireWriter::number_bytes(ref) + WireWriter::number_bytes(conversation.value()) + WireWriter::number_bytes(seq) +
                                 WireWriter::number_bytes(static_cast<std::uint64_t>(time_ms)) + WireWriter::text_bytes(client_id);
  const std::size_t before = out.size();
  out.resize(before + WireWriter::delimited_bytes(body_bytes));
  WireWriter to(out.data() + before);
  to.delimiter(v1::ServerFrame::kAckFieldNumber, body_bytes);
  to.number(v1::Ack::kRefFieldNumber, ref);
  to.number(v1::Ack::kConversationIdFieldNumber, conversation.value());
  to.number(v1::Ack::kSeqFieldNumber, seq);
  to.number(v1::Ack::kTimeMsFieldNumber, static_cast<std::uint64_t>(time_ms));
  to.text(v1::Ack::kClientIdFieldNumber, client_id);
}

void append_refusal(std::string& out, const RefusalFields& refusal) {
  const std::size_t body_bytes = WireWriter::number_bytes(refusal.ref) + WireWriter::text_bytes(refusal.code) + WireWriter::text_bytes(refusal.reason) +
                                 WireWriter::number_bytes(refusal.retry_after_ms) + WireWriter::text_bytes(refusal.client_id);
  const std::size_t before = out.size();
  out.resize(before + WireWriter::delimited_bytes(body_bytes));
  WireWriter to(out.data() + before);
  to.delimiter(v1::ServerFrame::kRefusalFieldNumber, body_bytes);
  to.number(v1::Refusal::kRefFieldNumber, refusal.ref);
  to.text(v1::Refusal::kCodeFieldNumber, refusal.code);
  to.text(v1::Refusal::kReasonFieldNumber, refusal.reason);
  to.number(v1::Refusal::kRetryAfterMsFieldNumber, refusal.retry_after_ms);
  to.text(v1::Refusal::kClientIdFieldNumber, refusal.client_id);
}

}  // namespace wk
