#include "bench/client/weikeyi_chat.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "bench/client/accounts.hpp"
#include "bench/client/append_frame.hpp"
#include "bench/client/chat_sender.hpp"
#include "bench/client/dial.hpp"
#include "bench/client/frames.hpp"
#include "bench/client/wire.hpp"

namespace wk::bench {
namespace {

class Visitor final : public ChatSender {
 public:
  Visitor(ChatRoom& room, std::uint32_t index, const AppendFrame& append) : ChatSender(room, index), append_(append) {}
  // Its conversation exists: the first message is stored.
  bool settled_in() const { return settled_in_; }
  bool speaks() const override { return settled_in_; }
  std::uint64_t conversation() const { return conversation_; }

 private:
  void encode(const Stamp& stamp, std::string& out) override { append_.write(stamp, out); }

  void on_message(std::string_view payload, std::string& out) override {
    WireReader frame(payload);
    if (!frame.next()) return;
    switch (frame.field()) {
      case server_frame::kAck: {
        const std::uint32_t number = AppendFrame::number(static_cast<std::uint32_t>(number_field(frame.bytes(), ack::kRef)));
        if (number != 0) return on_acked(number, out);
        settled_in_ = true;
        return;
      }
      case server_frame::kRefusal: {
        const Refusal refusal(frame.bytes());
        if (settled_in_) return on_refused(AppendFrame::number(refusal.ref), refusal.retry_after_ms, out);
        room_.worker().tally().fail("a visitor was refused: " + refusal.text());
        ++room_.worker().tally().broken;
        return;
      }
      case server_frame::kWelcome:
        conversation_ = number_field(WireReader::find(frame.bytes(), welcome::kVisitor), welcome::kConversationId);
        append_.write({.sender = index(), .number = 0, .due_ns = now_ns()}, out);
        return;
      default: return;  // its own events, presence
    }
  }

  const AppendFrame& append_;
  std::uint64_t conversation_ = 0;
  bool settled_in_ = false;
};

// An agent with some conversations on one socket, or a visitor's second device, which is subscribed without asking.
class Receiver final : public WebSocketPeer {
 public:
  explicit Receiver(ChatRoom& room) : room_(room) {}

  void take(std::uint64_t conversation) { chats_.push_back({.conversation = conversation}); }
  bool listening() const { return subscribed_ == chats_.size(); }
  bool speaks() const override { return subscribed_ > 0; }

 private:
  struct Chat {
    std::uint64_t conversation = 0;
    std::uint32_t through_seq = 0;
  };

  void on_message(std::string_view payload, std::string& out) override {
    WireReader frame(payload);
    if (!frame.next()) return;
    switch (frame.field()) {
      case server_frame::kEvents: return on_events(frame.bytes());
      case server_frame::kSubscribed: ++subscribed_; return;
      case server_frame::kWelcome:
        if (room_.load().receivers == ChatLoad::Receivers::kAgents) subscribe(out);
        return;
      case server_frame::kRefusal: {
        const Refusal refusal(frame.bytes());
        room_.worker().tally().fail("a receiver was refused: " + refusal.text());
        ++room_.worker().tally().broken;
        return;
      }
      default: return;  // updates of lists, presence
    }
  }

  void subscribe(std::string& out) {
    std::sort(chats_.begin(), chats_.end(), [](const Chat& a, const Chat& b) { return a.conversation < b.conversation; });
    for (std::size_t i = 0; i < chats_.size(); ++i) out.append(subscribe_frame(static_cast<std::uint32_t>(i + 1), chats_[i].conversation));
  }

  void on_events(std::string_view bytes) {
    std::uint64_t conversation = 0;
    std::uint32_t after = 0;
    std::uint32_t through = 0;
    for (WireReader fields(bytes); fields.next();) {
      switch (fields.field()) {
        case events::kConversationId: conversation = fields.number(); break;
        case events::kAfterSeq: after = static_cast<std::uint32_t>(fields.number()); break;
        case events::kThroughSeq: through = static_cast<std::uint32_t>(fields.number()); break;
        case events::kEvent: on_event(fields.bytes()); break;
        default: break;
      }
    }
    const auto chat = std::lower_bound(chats_.begin(), chats_.end(), conversation,
                                       [](const Chat& c, std::uint64_t id) { return c.conversation < id; });
    if (chat == chats_.end() || chat->conversation != conversation) {
      ++room_.worker().tally().wrong;
      return;
    }
    if (after != chat->through_seq) ++room_.worker().tally().range_gaps;
    chat->through_seq = through;
  }

  void on_event(std::string_view event) {
    const std::string_view message = WireReader::find(event, event::kMessage);
    if (message.empty()) return;
    room_.worker().tally().event_bytes = event.size();
    room_.on_text(WireReader::find(message, event::kText));
  }

  void on_close_frame(std::uint16_t code) override {
    room_.worker().tally().close_code = code;
    ++room_.worker().tally().broken;
  }
  void on_closed() override { ++room_.worker().tally().broken; }

  ChatRoom& room_;
  std::vector<Chat> chats_;
  std::size_t subscribed_ = 0;
};

Result<void> enter(ChatRoom& room, Peer& peer, std::uint32_t index, const std::string& hello) {
  WK_TRY(Upgraded upgraded, dial_websocket(room.load().endpoint, index, {}));
  room.loop().add(peer, std::move(upgraded.socket));
  room.loop().send(peer, hello);
  room.keep_alive(peer);
  // The answers are taken meanwhile, so that nobody's deadline passes.
  room.turn_now();
  return {};
}

}  // namespace

Result<void> run_weikeyi_chat(const ChatLoad& load, Worker& worker) {
  ChatRoom room(load, worker);
  const AppendFrame append(load.text_bytes);
  const Worker::Share mine = worker.share(load.senders);
  WK_TRY(VisitorSessions sessions, VisitorSessions::open(load.endpoint, load.site));
  std::vector<std::unique_ptr<Visitor>> visitors;
  std::vector<std::string> tokens;
  for (std::uint32_t i = 0; i < mine.count; ++i) {
    WK_TRY(tokens.emplace_back(), sessions.next());
    visitors.push_back(std::make_unique<Visitor>(room, mine.begin + i, append));
    WK_TRY_VOID(enter(room, *visitors.back(), mine.begin + i, visitor_hello(tokens.back())));
  }
  const auto all = [](auto& list, auto is) { return std::all_of(list.begin(), list.end(), [is](auto& one) { return (one.get()->*is)(); }); };
  WK_TRY_VOID(room.run_until([&] { return all(visitors, &Visitor::settled_in); }, "visitors' first messages"));

  const std::uint32_t chats = load.chats_per_receiver();
  std::vector<std::unique_ptr<Receiver>> receivers;
  for (std::uint32_t i = 0; i < mine.count; ++i) {
    if (i % chats == 0) receivers.push_back(std::make_unique<Receiver>(room));
    receivers.back()->take(visitors[i]->conversation());
  }
  for (std::size_t i = 0; i < receivers.size(); ++i) {
    const std::string hello = load.receivers == ChatLoad::Receivers::kAgents ? agent_hello(load.api_token) : visitor_hello(tokens[i]);
    WK_TRY_VOID(enter(room, *receivers[i], mine.begin + static_cast<std::uint32_t>(i), hello));
  }
  WK_TRY_VOID(room.run_until([&] { return all(receivers, &Receiver::listening); }, "receivers' subscriptions"));
  std::vector<ChatSender*> senders;
  for (auto& visitor : visitors) senders.push_back(visitor.get());
  return room.run(std::move(senders));
}

}  // namespace wk::bench
