// What senders of both protocols share: when the next message is due, what is unanswered, and the checks.
#pragma once

#include <cstdint>
#include <queue>
#include <string>
#include <vector>

#include "bench/client/chat_load.hpp"
#include "bench/client/client_loop.hpp"
#include "bench/client/delivery_check.hpp"
#include "bench/client/heartbeats.hpp"
#include "bench/client/stamp.hpp"

namespace wk::bench {

class ChatSender;

// One worker's chat. Loop-bound.
class ChatRoom {
 public:
  ChatRoom(const ChatLoad& load, Worker& worker);

  const ChatLoad& load() const { return load_; }
  Worker& worker() { return worker_; }
  ClientLoop& loop() { return loop_; }
  bool open_loop() const { return load_.rate > 0; }
  // Whether a message due then counts, however late its answer comes.
  bool measured(std::uint64_t due_ns) const { return due_ns >= measured_from_ns_ && due_ns < measured_to_ns_; }
  bool writing() const { return writing_; }

  // Those who have to be heard of although they write nothing. The floor knows no Ping.
  void keep_alive(Peer& peer) { heartbeats_.add(peer); }
  // A text arrived at a receiver.
  void on_text(std::string_view text);
  // Repeats what a refusal put off.
  void write_later(ChatSender& sender, std::uint64_t at_ns) { later_.push({at_ns, &sender}); }

  // Turns until done() or a connection broke; `what` for the error.
  template <typename Done>
  Result<void> run_until(Done done, const char* what);
  // What has come meanwhile, and what is due; for between two dials.
  void turn_now() {
    heartbeats_.beat(loop_);
    loop_.turn(0);
  }
  // From ready to the end. Requires: `senders` are signed in and their receivers listen.
  Result<void> run(std::vector<ChatSender*> senders);

 private:
  friend class ChatSender;
  struct Later {
    std::uint64_t at_ns;
    ChatSender* sender;
    bool operator<(const Later& other) const { return at_ns > other.at_ns; }
  };

  void write_due(std::uint64_t now);
  std::uint64_t wait_ns(std::uint64_t now) const;
  bool settled() const;
  void publish();

  const ChatLoad& load_;
  Worker& worker_;
  ClientLoop loop_;
  Heartbeats heartbeats_;
  std::vector<ChatSender*> senders_;
  std::uint32_t first_ = 0;  // index of senders_[0] among all workers' senders
  std::priority_queue<Later> later_;
  std::uint64_t completed_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint32_t unanswered_ = 0;
  std::uint64_t measured_from_ns_ = ~0ull;
  std::uint64_t measured_to_ns_ = ~0ull;
  bool writing_ = false;
  // Open loop.
  std::uint64_t due_ns_ = 0;
  std::uint64_t interval_ns_ = 0;
  std::size_t turn_ = 0;
};

class ChatSender : public WebSocketPeer {
 public:
  ChatSender(ChatRoom& room, std::uint32_t index);

  std::uint32_t index() const { return index_; }
  DeliveryCheck& check() { return check_; }
  bool idle() const { return unanswered_ == 0; }

  // Writes one message, due at that time; false: too many are unanswered.
  bool write(std::uint64_t due_ns, std::string& out);
  // The same, and sends it.
  void write_due(std::uint64_t due_ns);

 protected:
  virtual void encode(const Stamp& stamp, std::string& out) = 0;
  void on_acked(std::uint32_t number, std::string& out);
  void on_refused(std::uint32_t number, std::uint32_t retry_after_ms, std::string& out);
  void on_closed() override { ++room_.worker().tally().broken; }
  void on_close_frame(std::uint16_t code) override {
    room_.worker().tally().close_code = code;
    ++room_.worker().tally().broken;
  }

  ChatRoom& room_;

 private:
  const std::uint32_t index_;
  std::uint32_t number_ = 0;
  std::uint32_t unanswered_ = 0;
  // When the message of a number was due, and in an open loop when it was written to the socket; by number modulo the size, a power of two.
  std::vector<std::uint64_t> due_ns_, written_ns_;
  DeliveryCheck check_;
};

template <typename Done>
Result<void> ChatRoom::run_until(Done done, const char* what) {
  constexpr std::uint64_t kPatienceNs = 60'000'000'000;
  const std::uint64_t deadline = now_ns() + kPatienceNs;
  while (!done()) {
    heartbeats_.beat(loop_);
    loop_.turn(20'000'000);
    if (worker_.tally().broken > 0) return fail(worker_.tally().closed(what));
    if (now_ns() > deadline) return fail(ErrorCode::kTimeout, std::string("waited too long: ") + what);
  }
  return {};
}

}  // namespace wk::bench
