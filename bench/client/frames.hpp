// The product's frames as a load needs them: the few it sends, encoded, and the fields it reads of those it gets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/client/client_loop.hpp"
#include "bench/client/wire.hpp"

namespace wk::bench {

// Field numbers of proto/weikeyi/v1/frame.proto and event.proto.
namespace server_frame {
inline constexpr std::uint32_t kWelcome = 1, kAck = 2, kRefusal = 3, kEvents = 4, kSubscribed = 5, kPong = 8, kGoodbye = 10;
}
namespace welcome {
inline constexpr std::uint32_t kVisitor = 1, kConversationId = 2;
}
namespace ack {
inline constexpr std::uint32_t kRef = 1, kSeq = 3;
}
namespace refusal {
inline constexpr std::uint32_t kRef = 1, kCode = 2, kReason = 3, kRetryAfterMs = 4;
}
namespace events {
inline constexpr std::uint32_t kConversationId = 1, kAfterSeq = 2, kThroughSeq = 3, kEvent = 4;
}
namespace event {
inline constexpr std::uint32_t kSeq = 2, kMessage = 11, kText = 1;
}
namespace goodbye {
inline constexpr std::uint32_t kRetryAfterMs = 2;
}

struct Refusal {
  explicit Refusal(std::string_view bytes);
  std::string text() const { return std::string(code) + ", " + std::string(reason); }

  std::uint32_t ref = 0;
  std::uint32_t retry_after_ms = 0;
  std::string_view code;
  std::string_view reason;
};

// 0 where it is missing.
std::uint64_t number_field(std::string_view message, std::uint32_t field);

// Whole WebSocket frames, masked with a key of zeros: the server's work is the same, the load has none.
std::string visitor_hello(const std::string& token, std::uint64_t resume_conversation = 0, std::uint32_t after_seq = 0);
std::string agent_hello(const std::string& api_token);
std::string subscribe_frame(std::uint32_t ref, std::uint64_t conversation);
std::string ping_frame();
std::string message_frame(std::uint32_t ref, std::uint64_t conversation, const std::string& client_id, const std::string& text);
std::string typing_frame(std::uint64_t conversation, bool active);

// Tells the frames of the product's server apart. Nothing is done with what a load does not override.
class ServerFramePeer : public WebSocketPeer {
 protected:
  // `visitor`: VisitorWelcome, or empty for an agent.
  virtual void on_welcome(std::string_view, std::string&) {}
  virtual void on_ack(std::uint32_t, std::string&) {}
  virtual void on_refusal(const Refusal&, std::string&) {}
  virtual void on_events(std::string_view, std::string&) {}
  virtual void on_subscribed(std::string&) {}
  virtual void on_pong() {}
  virtual void on_goodbye(std::uint32_t) {}
  void on_close_frame(std::uint16_t) override {}

 private:
  void on_message(std::string_view payload, std::string& out) final;
};

// Calls use(text) for the text of every message in an Events frame.
template <typename Use>
void for_each_text(std::string_view events_frame, Use use) {
  for (WireReader fields(events_frame); fields.next();) {
    if (fields.field() != events::kEvent) continue;
    const std::string_view message = WireReader::find(fields.bytes(), event::kMessage);
    if (!message.empty()) use(WireReader::find(message, event::kText));
  }
}

}  // namespace wk::bench
