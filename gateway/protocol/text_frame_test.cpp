#include "gateway/protocol/text_frame.hpp"

#include <gtest/gtest.h>

#include "weikeyi/v1/frame.pb.h"

namespace wk {
namespace {

namespace v1 = ::weikeyi::v1;

v1::ClientFrame message_frame() {
  v1::ClientFrame frame;
  frame.set_ref(300);
  frame.mutable_append()->set_conversation_id(~std::uint64_t{0});
  frame.mutable_append()->set_client_id("018bcfe5-687b-7000-8000-000000000001");
  frame.mutable_append()->mutable_message()->set_text("你好");
  return frame;
}

TEST(TextFrame, ReadsAMessageOfTextAlone) {
  const std::string bytes = message_frame().SerializeAsString();
  const auto frame = text_frame(bytes);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->ref, 300u);
  EXPECT_EQ(frame->conversation.value(), ~std::uint64_t{0});
  EXPECT_EQ(frame->append.client_id, "018bcfe5-687b-7000-8000-000000000001");
  EXPECT_EQ(frame->append.text, "你好");
  // As a visitor leaves it: without a conversation.
  v1::ClientFrame own = message_frame();
  own.mutable_append()->clear_conversation_id();
  EXPECT_FALSE(text_frame(own.SerializeAsString())->conversation);
}

TEST(TextFrame, LeavesEverythingElseToTheSchema) {
  v1::ClientFrame frame = message_frame();
  frame.mutable_append()->mutable_message()->set_reply_to_seq(3);
  EXPECT_FALSE(text_frame(frame.SerializeAsString()));
  frame = message_frame();
  frame.mutable_append()->mutable_message()->add_attachments()->set_id(4);
  EXPECT_FALSE(text_frame(frame.SerializeAsString()));
  frame = message_frame();
  frame.mutable_append()->mutable_note()->set_text("a note");
  EXPECT_FALSE(text_frame(frame.SerializeAsString()));
  frame.mutable_ping()->set_nonce(1);
  EXPECT_FALSE(text_frame(frame.SerializeAsString()));
  EXPECT_FALSE(text_frame(""));
  // Twice the same, and a field of a later version.
  const std::string bytes = message_frame().SerializeAsString();
  EXPECT_FALSE(text_frame(bytes + bytes));
  EXPECT_FALSE(text_frame(bytes + std::string("\x78\x01", 2)));
}

TEST(TextFrame, TakesNothingThatIsCut) {
  const std::string bytes = message_frame().SerializeAsString();
  // Behind the ref the frame is whole, and empty.
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(text_frame(std::string_view(bytes).substr(0, size))) << size;
}

TEST(TextFrame, AcksAsProtobufDoes) {
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{300}, ~std::uint64_t{0} >> 1}) {
    for (const std::string& client_id : {std::string(), std::string("a"), std::string(64, 'i')}) {
      v1::ServerFrame frame;
      v1::Ack& ack = *frame.mutable_ack();
      ack.set_ref(static_cast<std::uint32_t>(value));
      ack.set_conversation_id(value);
      ack.set_seq(static_cast<std::uint32_t>(value));
      ack.set_time_ms(static_cast<std::int64_t>(value));
      ack.set_client_id(client_id);
      std::string bytes = "before";
      append_ack(bytes, ack.ref(), ConversationId(value), ack.seq(), ack.time_ms(), client_id);
      EXPECT_EQ(bytes, "before" + frame.SerializeAsString());
    }
  }
}

TEST(TextFrame, ARefusalIsWhatProtobufWrites) {
  for (const std::uint32_t number : {0u, 1u, 300u, 4'000'000'000u}) {
    for (const std::string& text : {std::string(), std::string("busy"), std::string(200, 'x')}) {
      v1::ServerFrame frame;
      v1::Refusal& refusal = *frame.mutable_refusal();
      refusal.set_ref(number);
      refusal.set_code(text);
      refusal.set_reason(text + text);
      refusal.set_retry_after_ms(number / 2);
      refusal.set_client_id(text);
      std::string bytes = "before";
      append_refusal(bytes, {.ref = number, .code = text, .reason = text + text, .retry_after_ms = number / 2, .client_id = text});
      EXPECT_EQ(bytes, "before" + frame.SerializeAsString());
    }
  }
}

}  // namespace
}  // namespace wk
