#include "bench/client/fanout_load.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "bench/client/accounts.hpp"
#include "bench/client/append_frame.hpp"
#include "bench/client/client_loop.hpp"
#include "bench/client/dial.hpp"
#include "bench/client/frames.hpp"
#include "bench/client/heartbeats.hpp"

namespace wk::bench {
namespace {

constexpr std::uint64_t kTurnWaitNs = 20'000'000;
constexpr std::uint64_t kPatienceNs = 60'000'000'000;
// How soon the writer's process sees that the others' subscribers have the event, too. Of processes' worth of subscribers it takes some 100 ms.
constexpr std::uint64_t kOthersWaitNs = 1'000'000;
// The floor's message: as long as the product's encoded event.
constexpr std::size_t kRawBytes = 128;

// Who of this worker's has the present event.
struct Round {
  Worker& worker;
  const FanoutLoad& load;
  FanoutMeeting& meeting;
  Worker::Share mine;
  ClientLoop loop{};
  Heartbeats heartbeats{};
  std::uint32_t number = 0;
  std::uint64_t delivered = 0;
  bool measuring = false;
  // The server was busy: when the same event is sent again; 0: it was not.
  std::uint64_t again_ns = 0;

  // `last`: the number a subscriber had before.
  void on_text(std::string_view text, std::uint32_t& last) {
    const auto stamp = Stamp::read(text);
    if (!stamp) {
      ++worker.tally().wrong;
      return;
    }
    if (stamp->number == 0) return;
    if (stamp->number == last) ++worker.tally().faults.duplicate;
    else if (stamp->number < last) ++worker.tally().faults.out_of_order;
    else if (stamp->number > last + 1) worker.tally().faults.lost += stamp->number - last - 1;
    if (stamp->number <= last) return;
    last = stamp->number;
    ++delivered;
    if (measuring) worker.tally().delivery.record(now_ns() - stamp->due_ns);
    if (delivered == std::uint64_t{stamp->number} * mine.count) on_share_done(*stamp);
  }
  void on_share_done(const Stamp& stamp) {
    const std::uint64_t done = meeting.shares_done.fetch_add(1, std::memory_order_relaxed) + 1;
    if (measuring && done == std::uint64_t{stamp.number} * worker.count()) worker.tally().latency.record(now_ns() - stamp.due_ns);
  }
  bool share_complete() const { return delivered == std::uint64_t{number} * mine.count; }
  bool complete() const { return meeting.shares_done.load(std::memory_order_relaxed) == std::uint64_t{number} * worker.count(); }
};

class Subscriber final : public ServerFramePeer {
 public:
  explicit Subscriber(Round& round) : round_(round) {}
  bool listening() const { return listening_; }
  bool speaks() const override { return listening_; }
  void enter(const std::string& hello, std::uint64_t conversation) {
    conversation_ = conversation;
    round_.loop.send(*this, hello);
  }

 private:
  void on_welcome(std::string_view, std::string& out) override { out.append(subscribe_frame(1, conversation_)); }
  void on_subscribed(std::string&) override { listening_ = true; }
  void on_events(std::string_view frame, std::string&) override {
    for_each_text(frame, [&](std::string_view text) { round_.on_text(text, last_); });
  }
  void on_refusal(const Refusal& refusal, std::string&) override { round_.worker.tally().fail("a subscriber was refused: " + refusal.text()); }
  void on_close_frame(std::uint16_t code) override {
    round_.worker.tally().close_code = code;
    ++round_.worker.tally().broken;
  }
  void on_closed() override { ++round_.worker.tally().broken; }

  Round& round_;
  std::uint64_t conversation_ = 0;
  std::uint32_t last_ = 0;
  bool listening_ = false;
};

class Writer final : public ServerFramePeer {
 public:
  Writer(Round& round, const AppendFrame& append) : round_(round), append_(append) {}
  std::uint64_t conversation() const { return acked_ ? conversation_ : 0; }
  bool speaks() const override { return acked_; }

 private:
  void on_welcome(std::string_view visitor, std::string& out) override {
    conversation_ = number_field(visitor, welcome::kConversationId);
    append_.write({.sender = 0, .number = 0, .due_ns = now_ns()}, out);
  }
  void on_ack(std::uint32_t, std::string&) override { acked_ = true; }
  void on_refusal(const Refusal& refusal, std::string&) override {
    if (refusal.retry_after_ms == 0) return round_.worker.tally().fail("the writer was refused: " + refusal.text());
    ++round_.worker.tally().refused;
    round_.again_ns = now_ns() + std::uint64_t{refusal.retry_after_ms} * 1'000'000;
  }
  void on_closed() override { ++round_.worker.tally().broken; }

  Round& round_;
  const AppendFrame& append_;
  std::uint64_t conversation_ = 0;
  bool acked_ = false;
};

class RawPeer final : public Peer {
 public:
  explicit RawPeer(Round& round) : round_(round) {}

 private:
  void on_data(std::string_view bytes, std::string&) override {
    in_.append(bytes);
    for (; in_.size() >= kRawBytes; in_.erase(0, kRawBytes)) round_.on_text(in_, last_);
  }
  void on_closed() override { ++round_.worker.tally().broken; }

  Round& round_;
  std::string in_;
  std::uint32_t last_ = 0;
};

Result<void> turn(Round& round, const char* what) {
  Tally& tally = round.worker.tally();
  round.measuring = round.worker.phase() == Phase::kMeasure;
  round.heartbeats.beat(round.loop);
  round.loop.turn(round.number > 0 && round.share_complete() ? kOthersWaitNs : kTurnWaitNs);
  tally.delivered.store(round.delivered, std::memory_order_relaxed);
  if (tally.failure[0] != 0) return fail(ErrorCode::kUnavailable, tally.failure);
  if (tally.broken > 0) return fail(tally.closed(what));
  return {};
}

template <typename Done>
Result<void> turn_until(Round& round, Done done, const char* what) {
  const std::uint64_t deadline = now_ns() + kPatienceNs;
  while (!done()) {
    WK_TRY_VOID(turn(round, what));
    if (now_ns() > deadline) return fail(ErrorCode::kTimeout, std::string("waited too long: ") + what);
  }
  return {};
}

// `write` appends the event of a stamp for the writer's connection. Null: another worker has the writer.
template <typename Write>
Result<void> rounds(Round& round, Peer* writer, Write write) {
  Worker& worker = round.worker;
  worker.ready();
  while (worker.phase() == Phase::kSetUp) WK_TRY_VOID(turn(round, "before the first event"));
  if (writer == nullptr) {
    while (!round.meeting.over.load(std::memory_order_relaxed)) WK_TRY_VOID(turn(round, "a delivery"));
    return {};
  }
  std::string out;
  while (worker.phase() != Phase::kDrain) {
    out.clear();
    write(Stamp{.sender = 0, .number = ++round.number, .due_ns = now_ns()}, out);
    round.loop.send(*writer, out);
    const auto waited = [&] { return round.again_ns != 0 && now_ns() >= round.again_ns; };
    do {
      if (std::exchange(round.again_ns, 0) != 0) round.loop.send(*writer, out);
      WK_TRY_VOID(turn_until(round, [&] { return round.complete() || waited(); }, "a delivery"));
    } while (!round.complete());
    worker.tally().completed.store(round.number, std::memory_order_relaxed);
  }
  round.meeting.over.store(true, std::memory_order_relaxed);
  return {};
}

Result<void> run_raw(Round& round) {
  RawPeer writer(round);
  const bool writes = round.worker.index() == 0;
  if (writes) {
    WK_TRY(Socket socket, dial(round.load.endpoint, 0));
    round.loop.add(writer, std::move(socket));
  }
  std::vector<std::unique_ptr<RawPeer>> subscribers;
  for (std::uint32_t i = 0; i < round.mine.count; ++i) {
    subscribers.push_back(std::make_unique<RawPeer>(round));
    WK_TRY(Socket one, dial(round.load.endpoint, round.mine.begin + i + 1));
    round.loop.add(*subscribers.back(), std::move(one));
  }
  return rounds(round, writes ? &writer : nullptr, [](const Stamp& stamp, std::string& out) {
    out.assign(kRawBytes, '.');
    stamp.write(out.data());
  });
}

Result<void> run_product(Round& round) {
  const FanoutLoad& load = round.load;
  const AppendFrame append(load.text_bytes);
  Writer writer(round, append);
  const bool writes = round.worker.index() == 0;
  if (writes) {
    WK_TRY(VisitorSessions sessions, VisitorSessions::open(load.endpoint, load.site));
    WK_TRY(const std::string token, sessions.next());
    WK_TRY(Upgraded upgraded, dial_websocket(load.endpoint, 0, {}));
    round.loop.add(writer, std::move(upgraded.socket));
    round.loop.send(writer, visitor_hello(token));
    round.heartbeats.add(writer);
  }
  const auto conversation = [&] { return round.meeting.conversation.load(std::memory_order_relaxed); };
  WK_TRY_VOID(turn_until(round, [&] {
    if (writer.conversation() != 0) round.meeting.conversation.store(writer.conversation(), std::memory_order_relaxed);
    return conversation() != 0;
  }, "the first message"));

  const std::string hello = agent_hello(load.api_token);
  std::vector<std::unique_ptr<Subscriber>> subscribers;
  for (std::uint32_t i = 0; i < round.mine.count; ++i) {
    subscribers.push_back(std::make_unique<Subscriber>(round));
    WK_TRY(Upgraded one, dial_websocket(load.endpoint, round.mine.begin + i + 1, {}));
    round.loop.add(*subscribers.back(), std::move(one.socket));
    subscribers.back()->enter(hello, conversation());
    round.heartbeats.add(*subscribers.back());
    // One after the other: a sign-in waits for the storage pool, whose queue is bounded.
    if (i % 64 == 63 || i + 1 == round.mine.count) {
      WK_TRY_VOID(turn_until(round, [&] { return subscribers.back()->listening(); }, "a subscription"));
    }
  }
  for (const auto& subscriber : subscribers) {
    WK_TRY_VOID(turn_until(round, [&] { return subscriber->listening(); }, "a subscription"));
  }
  return rounds(round, writes ? &writer : nullptr, [&](const Stamp& stamp, std::string& out) { append.write(stamp, out); });
}

}  // namespace

Result<void> run_fanout_load(const FanoutLoad& load, Worker& worker) {
  Round round{.worker = worker, .load = load, .meeting = *load.meeting, .mine = worker.share(load.subscribers)};
  return load.raw ? run_raw(round) : run_product(round);
}

}  // namespace wk::bench
