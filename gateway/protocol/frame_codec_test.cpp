#include "gateway/protocol/frame_codec.hpp"

#include <gtest/gtest.h>

#include "core/model/visibility.hpp"

namespace wk {
namespace {

EventRef ref(Seq seq, bool note) {
  v1::Event event;
  event.set_conversation_id(77);
  event.set_seq(seq);
  if (note) {
    event.mutable_note()->set_text("secret");
  } else {
    event.mutable_message()->set_text("你好");
  }
  return {ConversationId(77), seq, SharedBytes(event.SerializeAsString()), visitor_may_see(event)};
}

TEST(FrameCodec, BuildsAroundTheEventsBytesWhatProtobufWouldEncode) {
  const std::vector<EventRef> events{ref(5, false), ref(6, true), ref(7, false)};
  const EventRange range{ConversationId(77), 4, 7, events};
  v1::ServerFrame frame;
  ASSERT_TRUE(frame.ParseFromString(encode_events(Encoding::kProto, range, false)));
  EXPECT_EQ(frame.events().events_size(), 3);
  EXPECT_EQ(frame.events().after_seq(), 4u);
  EXPECT_EQ(frame.SerializeAsString(), encode_events(Encoding::kProto, range, false));
}

TEST(FrameCodec, P42P43AVisitorGetsTheRangeWithoutTheNotes) {
  const std::vector<EventRef> events{ref(5, false), ref(6, true)};
  const EventRange range{ConversationId(77), 4, 6, events};
  for (const Encoding encoding : {Encoding::kProto, Encoding::kJson}) {
    const std::string bytes = encode_events(encoding, range, true);
    EXPECT_EQ(bytes.find("secret"), std::string::npos);
    EXPECT_NE(bytes.find("你好"), std::string::npos);
  }
  v1::ServerFrame frame;
  ASSERT_TRUE(frame.ParseFromString(encode_events(Encoding::kProto, range, true)));
  EXPECT_EQ(frame.events().through_seq(), 6u);
  EXPECT_EQ(frame.events().events_size(), 1);
}

TEST(FrameCodec, ReadsBothSubprotocolsAlikeAndRefusesTheRest) {
  const auto json = decode_client_frame(Encoding::kJson, R"({"ref":3,"append":{"conversationId":"77","clientId":"a","message":{"text":"x"}},"newField":1})");
  ASSERT_TRUE(json);
  EXPECT_EQ(json->append().conversation_id(), 77u);
  EXPECT_EQ(decode_client_frame(Encoding::kProto, json->SerializeAsString())->append().message().text(), "x");
  EXPECT_EQ(decode_client_frame(Encoding::kJson, "{").error().code, ErrorCode::kProtocol);
  EXPECT_EQ(decode_client_frame(Encoding::kProto, "\xff\xff").error().code, ErrorCode::kProtocol);
  // Text that is not UTF-8 is no protobuf string.
  v1::ClientFrame frame;
  frame.mutable_append()->mutable_message()->set_text("ab");
  std::string bytes = frame.SerializeAsString();
  bytes[bytes.size() - 1] = '\xff';
  EXPECT_FALSE(decode_client_frame(Encoding::kProto, bytes));
}

}  // namespace
}  // namespace wk
