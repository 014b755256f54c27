#include "bench/client/floor_chat.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "bench/client/chat_sender.hpp"
#include "bench/client/dial.hpp"
#include "gateway/websocket/encoder.hpp"

namespace wk::bench {
namespace {

// The floor's frames have a payload as long as the product's encoded event.
constexpr std::size_t kTextBytes = 120;

std::string login(std::uint32_t name) { return fmt::format("L{:06}", name); }

class FloorSender final : public ChatSender {
 public:
  FloorSender(ChatRoom& room, std::uint32_t index, std::uint32_t to)
      : ChatSender(room, index),
        frame_(websocket::encode_frame({.opcode = websocket::Opcode::kText, .mask = websocket::MaskKey{0}},
                                       fmt::format("M{:06} {}", to, std::string(kTextBytes, '.')))) {}
  bool signed_in() const { return signed_in_; }

 private:
  void encode(const Stamp& stamp, std::string& out) override {
    const std::size_t at = out.size();
    out.append(frame_);
    stamp.write(out.data() + at + frame_.size() - kTextBytes);
  }
  // Acks come in the order of the messages.
  void on_message(std::string_view payload, std::string& out) override {
    if (payload.starts_with('A')) return on_acked(++acked_, out);
    if (payload == "OK") signed_in_ = true;
  }

  const std::string frame_;
  std::uint32_t acked_ = 0;
  bool signed_in_ = false;
};

class FloorReceiver final : public WebSocketPeer {
 public:
  explicit FloorReceiver(ChatRoom& room) : room_(room) {}
  bool signed_in() const { return signed_in_; }

 private:
  void on_message(std::string_view payload, std::string&) override {
    if (payload.starts_with('D')) {
      room_.worker().tally().event_bytes = payload.size();
      return room_.on_text(payload.substr(payload.find(' ') + 1));
    }
    if (payload == "OK") signed_in_ = true;
  }
  void on_close_frame(std::uint16_t code) override {
    room_.worker().tally().close_code = code;
    ++room_.worker().tally().broken;
  }
  void on_closed() override { ++room_.worker().tally().broken; }

  ChatRoom& room_;
  bool signed_in_ = false;
};

Result<void> enter(ChatRoom& room, Peer& peer, std::uint32_t name) {
  WK_TRY(Upgraded upgraded, dial_websocket(room.load().endpoint, name, {.target = "/", .subprotocol = {}}));
  room.loop().add(peer, std::move(upgraded.socket));
  room.loop().send(peer, websocket::encode_frame({.opcode = websocket::Opcode::kText, .mask = websocket::MaskKey{0}}, login(name)));
  return {};
}

}  // namespace

Result<void> run_floor_chat(const ChatLoad& load, Worker& worker) {
  ChatRoom room(load, worker);
  const Worker::Share mine = worker.share(load.senders);
  std::vector<std::unique_ptr<FloorSender>> senders;
  std::vector<std::unique_ptr<FloorReceiver>> receivers;
  for (std::uint32_t i = 0; i < mine.count; ++i) {
    const std::uint32_t index = mine.begin + i;
    senders.push_back(std::make_unique<FloorSender>(room, index, load.senders + index));
    receivers.push_back(std::make_unique<FloorReceiver>(room));
    WK_TRY_VOID(enter(room, *senders.back(), index));
    WK_TRY_VOID(enter(room, *receivers.back(), load.senders + index));
  }
  WK_TRY_VOID(room.run_until(
      [&] {
        const auto in = [](const auto& peer) { return peer->signed_in(); };
        return std::all_of(senders.begin(), senders.end(), in) && std::all_of(receivers.begin(), receivers.end(), in);
      },
      "signing in"));
  std::vector<ChatSender*> all;
  for (auto& sender : senders) all.push_back(sender.get());
  return room.run(std::move(all));
}

}  // namespace wk::bench
