#include "gateway/protocol/frame_codec.hpp"

#include <google/protobuf/util/json_util.h>

#include "base/assert.hpp"
#include "core/model/wire_writer.hpp"

namespace wk {
namespace {

std::string to_json(const google::protobuf::Message& message) {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json);
  WK_ASSERT(status.ok());  // only a broken Any or Timestamp can fail, and the schema has neither
  return json;
}

void append_events_proto(std::string& out, const EventRange& range, bool for_visitor) {
  const auto shown = [&](const EventRef& event) { return !for_visitor || event.visitor_may_see; };
  std::size_t body_bytes = WireWriter::number_bytes(range.conversation.value()) + WireWriter::number_bytes(range.after_seq) +
                           WireWriter::number_bytes(range.through_seq);
  for (const EventRef& event : range.events) body_bytes += shown(event) ? WireWriter::text_bytes(event.bytes.view()) : 0;
  const std::size_t before = out.size();
  out.resize(before + WireWriter::delimited_bytes(body_bytes));
  WireWriter to(out.data() + before);
  to.delimiter(v1::ServerFrame::kEventsFieldNumber, body_bytes);
  to.number(v1::Events::kConversationIdFieldNumber, range.conversation.value());
  to.number(v1::Events::kAfterSeqFieldNumber, range.after_seq);
  to.number(v1::Events::kThroughSeqFieldNumber, range.through_seq);
  for (const EventRef& event : range.events) {
    if (shown(event)) to.text(v1::Events::kEventsFieldNumber, event.bytes.view());
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
