#include "bench/client/frames.hpp"

#include "gateway/websocket/encoder.hpp"
#include "weikeyi/v1/frame.pb.h"

namespace wk::bench {
namespace v1 = ::weikeyi::v1;

namespace {

std::string encoded(const v1::ClientFrame& frame) {
  return websocket::encode_frame({.mask = websocket::MaskKey{0}}, frame.SerializeAsString());
}

}  // namespace

Refusal::Refusal(std::string_view bytes) {
  for (WireReader fields(bytes); fields.next();) {
    switch (fields.field()) {
      case refusal::kRef: ref = static_cast<std::uint32_t>(fields.number()); break;
      case refusal::kCode: code = fields.bytes(); break;
      case refusal::kReason: reason = fields.bytes(); break;
      case refusal::kRetryAfterMs: retry_after_ms = static_cast<std::uint32_t>(fields.number()); break;
      default: break;
    }
  }
}

std::uint64_t number_field(std::string_view message, std::uint32_t field) {
  for (WireReader fields(message); fields.next();) {
    if (fields.field() == field) return fields.number();
  }
  return 0;
}

std::string visitor_hello(const std::string& token, std::uint64_t resume_conversation, std::uint32_t after_seq) {
  v1::ClientFrame frame;
  v1::Hello& hello = *frame.mutable_hello();
  hello.set_visitor_token(token);
  hello.set_client("bench");
  if (resume_conversation != 0) {
    v1::Resume& resume = *hello.add_resume();
    resume.set_conversation_id(resume_conversation);
    resume.set_after_seq(after_seq);
  }
  return encoded(frame);
}

std::string agent_hello(const std::string& api_token) {
  v1::ClientFrame frame;
  frame.mutable_hello()->set_api_token(api_token);
  frame.mutable_hello()->set_client("bench");
  return encoded(frame);
}

std::string subscribe_frame(std::uint32_t ref, std::uint64_t conversation) {
  v1::ClientFrame frame;
  frame.set_ref(ref);
  frame.mutable_subscribe()->set_conversation_id(conversation);
  return encoded(frame);
}

std::string ping_frame() {
  v1::ClientFrame frame;
  frame.mutable_ping()->set_nonce(1);
  return encoded(frame);
}

std::string message_frame(std::uint32_t ref, std::uint64_t conversation, const std::string& client_id, const std::string& text) {
  v1::ClientFrame frame;
  frame.set_ref(ref);
  v1::Append& append = *frame.mutable_append();
  append.set_conversation_id(conversation);
  append.set_client_id(client_id);
  append.mutable_message()->set_text(text);
  return encoded(frame);
}

std::string typing_frame(std::uint64_t conversation, bool active) {
  v1::ClientFrame frame;
  frame.mutable_typing()->set_conversation_id(conversation);
  frame.mutable_typing()->set_active(active);
  if (active) frame.mutable_typing()->set_text("Do you ship to");
  return encoded(frame);
}

void ServerFramePeer::on_message(std::string_view payload, std::string& out) {
  WireReader frame(payload);
  if (!frame.next()) return;
  const std::string_view body = frame.bytes();
  switch (frame.field()) {
    case server_frame::kWelcome: return on_welcome(WireReader::find(body, welcome::kVisitor), out);
    case server_frame::kAck: return on_ack(static_cast<std::uint32_t>(number_field(body, ack::kRef)), out);
    case server_frame::kRefusal: return on_refusal(Refusal(body), out);
    case server_frame::kEvents: return on_events(body, out);
    case server_frame::kSubscribed: return on_subscribed(out);
    case server_frame::kPong: return on_pong();
    case server_frame::kGoodbye: return on_goodbye(static_cast<std::uint32_t>(number_field(body, goodbye::kRetryAfterMs)));
    default: return;
  }
}

}  // namespace wk::bench
