#include "gateway/protocol/frame_codec.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wire_format_lite.h>

#include <array>

#include "base/assert.hpp"

namespace wk {
namespace {

using google::protobuf::io::CodedOutputStream;
using google::protobuf::internal::WireFormatLite;

std::string to_json(const google::protobuf::Message& message) {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json);
  WK_ASSERT(status.ok());  // only a broken Any or Timestamp can fail, and the schema has neither
  return json;
}

std::uint32_t delimited_tag(int field) {
  return WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
}

// Tags and varints, gathered before they go into a string.
struct Small {
  std::array<std::uint8_t, 48> bytes;
  std::uint8_t* end = bytes.data();

  std::size_t size() const { return static_cast<std::size_t>(end - bytes.data()); }
  void append_to(std::string& out) const { out.append(reinterpret_cast<const char*>(bytes.data()), size()); }
  // As protobuf does it: what is zero is not there.
  void number(int field, std::uint64_t value) {
    if (value == 0) return;
    end = CodedOutputStream::WriteTagToArray(WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_VARINT), end);
    end = CodedOutputStream::WriteVarint64ToArray(value, end);
  }
  void delimiter(int field, std::size_t size) {
    end = CodedOutputStream::WriteTagToArray(delimited_tag(field), end);
    end = CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(size), end);
  }
};

void append_delimiter(std::string& out, int field, std::size_t size) {
  Small small;
  small.delimiter(field, size);
  small.append_to(out);
}

std::size_t delimited_bytes(int field, std::size_t size) {
  return CodedOutputStream::VarintSize32(delimited_tag(field)) +
         CodedOutputStream::VarintSize32(static_cast<std::uint32_t>(size)) + size;
}

void append_events_proto(std::string& out, const EventRange& range, bool for_visitor) {
  Small head;
  head.number(v1::Events::kConversationIdFieldNumber, range.conversation.value());
  head.number(v1::Events::kAfterSeqFieldNumber, range.after_seq);
  head.number(v1::Events::kThroughSeqFieldNumber, range.through_seq);
  std::size_t body_bytes = head.size();
  for (const EventRef& event : range.events) {
    if (!for_visitor || event.visitor_may_see) body_bytes += delimited_bytes(v1::Events::kEventsFieldNumber, event.bytes.size());
  }
  out.reserve(out.size() + body_bytes + 16);
  append_delimiter(out, v1::ServerFrame::kEventsFieldNumber, body_bytes);
  head.append_to(out);
  for (const EventRef& event : range.events) {
    if (for_visitor && !event.visitor_may_see) continue;
    append_delimiter(out, v1::Events::kEventsFieldNumber, event.bytes.size());
    out.append(event.bytes.view());
  }
}

}  // namespace

Result<v1::ClientFrame> decode_client_frame(Encoding encoding, std::string_view payload) {
  v1::ClientFrame frame;
  WK_TRY_VOID(decode_client_frame(encoding, payload, frame));
  return frame;
}

Result<void> decode_client_frame(Encoding encoding, std::string_view payload, v1::ClientFrame& into) {
  if (encoding == Encoding::kProto) {
    if (!into.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
      return fail(ErrorCode::kProtocol, "not an encoded ClientFrame");
    }
    return {};
  }
  into.Clear();
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(payload.data(), payload.size()), &into, options);
  if (!status.ok()) return fail(ErrorCode::kProtocol, "not a ClientFrame in JSON: " + status.ToString());
  return {};
}

std::string encode_frame(Encoding encoding, const v1::ServerFrame& frame) {
  std::string out;
  append_frame(out, encoding, frame);
  return out;
}

void append_frame(std::string& out, Encoding encoding, const v1::ServerFrame& frame) {
  if (encoding == Encoding::kJson) {
    out += to_json(frame);
  } else {
    WK_ASSERT(frame.AppendToString(&out));  // proto3 has no required fields
  }
}

std::string encode_events(Encoding encoding, const EventRange& range, bool for_visitor) {
  std::string out;
  append_events(out, encoding, range, for_visitor);
  return out;
}

void append_events(std::string& out, Encoding encoding, const EventRange& range, bool for_visitor) {
  if (encoding == Encoding::kProto) return append_events_proto(out, range, for_visitor);
  std::string proto;
  append_events_proto(proto, range, for_visitor);
  v1::ServerFrame frame;
  WK_ASSERT(frame.ParseFromString(proto));
  out += to_json(frame);
}

}  // namespace wk
