#include "gateway/protocol/frame_codec.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wire_format_lite.h>

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

std::string encode_events_proto(const EventRange& range, bool for_visitor) {
  v1::Events head;
  head.set_conversation_id(range.conversation.value());
  head.set_after_seq(range.after_seq);
  head.set_through_seq(range.through_seq);
  const std::string head_bytes = head.SerializeAsString();

  const std::uint32_t event_tag = delimited_tag(v1::Events::kEventsFieldNumber);
  std::size_t body_bytes = head_bytes.size();
  for (const EventRef& event : range.events) {
    if (for_visitor && !event.visitor_may_see) continue;
    const auto size = static_cast<std::uint32_t>(event.bytes.size());
    body_bytes += CodedOutputStream::VarintSize32(event_tag) + CodedOutputStream::VarintSize32(size) + size;
  }
  std::string frame;
  frame.reserve(body_bytes + 8);
  {
    google::protobuf::io::StringOutputStream sink(&frame);
    CodedOutputStream out(&sink);
    out.WriteTag(delimited_tag(v1::ServerFrame::kEventsFieldNumber));
    out.WriteVarint32(static_cast<std::uint32_t>(body_bytes));
    out.WriteString(head_bytes);
    for (const EventRef& event : range.events) {
      if (for_visitor && !event.visitor_may_see) continue;
      out.WriteTag(event_tag);
      out.WriteVarint32(static_cast<std::uint32_t>(event.bytes.size()));
      out.WriteRaw(event.bytes.view().data(), static_cast<int>(event.bytes.size()));
    }
  }
  return frame;
}

}  // namespace

Result<v1::ClientFrame> decode_client_frame(Encoding encoding, std::string_view payload) {
  v1::ClientFrame frame;
  if (encoding == Encoding::kProto) {
    if (!frame.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
      return fail(ErrorCode::kProtocol, "not an encoded ClientFrame");
    }
    return frame;
  }
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(payload.data(), payload.size()), &frame, options);
  if (!status.ok()) return fail(ErrorCode::kProtocol, "not a ClientFrame in JSON: " + status.ToString());
  return frame;
}

std::string encode_frame(Encoding encoding, const v1::ServerFrame& frame) {
  return encoding == Encoding::kProto ? frame.SerializeAsString() : to_json(frame);
}

std::string encode_events(Encoding encoding, const EventRange& range, bool for_visitor) {
  std::string proto = encode_events_proto(range, for_visitor);
  if (encoding == Encoding::kProto) return proto;
  v1::ServerFrame frame;
  WK_ASSERT(frame.ParseFromString(proto));
  return to_json(frame);
}

}  // namespace wk
