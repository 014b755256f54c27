#include "bench/client/return_load.hpp"

#include <memory>
#include <queue>
#include <random>
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
constexpr std::uint64_t kPatienceNs = 120'000'000'000;
constexpr std::uint64_t kSecondNs = 1'000'000'000;
// A client that was not let in, and not told when to come again.
constexpr std::uint64_t kRetryNs = 500'000'000;
constexpr std::size_t kTextBytes = 50;

class Client;

struct Due {
  std::uint64_t at_ns;
  Client* client;
  bool operator<(const Due& other) const { return at_ns > other.at_ns; }
};

struct Shared {
  Worker& worker;
  const ReturnLoad& load;
  AppendFrame append{kTextBytes};
  std::string request{};
  ClientLoop loop{};
  Heartbeats heartbeats{};
  std::priority_queue<Due> dials{};
  std::priority_queue<Due> messages{};
  std::mt19937_64 random{};
  std::uint32_t settled = 0;
  std::uint64_t back = 0;
  std::uint64_t acks = 0;
  bool measuring = false;

  std::uint64_t jittered(std::uint64_t ns) { return ns / 2 + random() % (ns + 1); }
};

class Client final : public ServerFramePeer {
 public:
  Client(Shared& shared, std::uint32_t index, std::string token) : shared_(shared), index_(index), token_(std::move(token)) {}

  bool speaks() const override { return subscribed_; }
  bool chatter() const { return index_ < shared_.load.chatters; }
  // The first time: `at_ns` is when it comes, from which its wait counts.
  void come_back(std::uint64_t at_ns) {
    returning_ = true;
    came_ns_ = at_ns;
    shared_.dials.push({at_ns, this});
  }
  Result<void> dial() {
    await_upgrade();
    subscribed_ = false;
    // The socket before is gone, or the server is about to notice.
    shared_.loop.close(*this);
    WK_TRY(Socket socket, dial_begin(shared_.load.endpoint, index_));
    shared_.loop.add(*this, std::move(socket));
    shared_.loop.send(*this, shared_.request);
    return {};
  }
  void write() {
    const std::uint64_t due = next_message_ns_;
    next_message_ns_ += kSecondNs;
    shared_.messages.push({next_message_ns_, this});
    if (!back_) return;
    std::string& out = shared_.loop.scratch();
    out.clear();
    sent_due_ns_ = due;
    shared_.append.write({.sender = index_, .number = ++number_, .due_ns = due}, out);
    shared_.loop.send(*this, out);
  }

 private:
  void on_upgrade_answer(std::string_view head, std::string& out) override {
    if (!head.starts_with("HTTP/1.1 101")) return put_off(0);
    out.append(visitor_hello(token_, conversation_, conversation_ == 0 ? 0 : 2));
  }
  void on_welcome(std::string_view visitor, std::string& out) override {
    conversation_ = number_field(visitor, welcome::kConversationId);
    if (!returning_) shared_.append.write({.sender = index_, .number = 0, .due_ns = now_ns()}, out);
  }
  void on_subscribed(std::string&) override {
    subscribed_ = true;
    if (!returning_ || back_) return;
    back_ = true;
    ++shared_.back;
    const std::uint64_t now = now_ns();
    if (!chatter()) {
      shared_.worker.tally().latency.record(now - came_ns_);
    } else {
      next_message_ns_ = now + shared_.random() % kSecondNs;
      shared_.messages.push({next_message_ns_, this});
    }
  }
  void on_ack(std::uint32_t ref, std::string&) override {
    if (AppendFrame::number(ref) == 0) {
      ++shared_.settled;
    } else if (AppendFrame::number(ref) == number_) {
      ++shared_.acks;
      if (shared_.measuring) shared_.worker.tally().delivery.record(now_ns() - sent_due_ns_);
    }
  }
  void on_refusal(const Refusal& refusal, std::string&) override {
    ++shared_.worker.tally().refused;
    if (!back_) retry_after_ms_ = refusal.retry_after_ms;
  }
  void on_goodbye(std::uint32_t retry_after_ms) override { retry_after_ms_ = retry_after_ms; }
  void on_closed() override {
    // Before it returns: the restart. Afterwards: not let in yet, or let go again.
    if (!returning_) return;
    if (back_) {
      back_ = false;
      --shared_.back;
      ++shared_.worker.tally().broken;
    }
    put_off(retry_after_ms_);
  }
  void put_off(std::uint32_t retry_after_ms) {
    shared_.loop.close(*this);
    retry_after_ms_ = 0;
    ++shared_.worker.tally().overrun;
    const std::uint64_t wait = retry_after_ms == 0 ? shared_.jittered(kRetryNs) : std::uint64_t{retry_after_ms} * 1'000'000;
    shared_.dials.push({now_ns() + wait, this});
  }

  Shared& shared_;
  const std::uint32_t index_;
  const std::string token_;
  std::uint64_t conversation_ = 0;
  std::uint64_t came_ns_ = 0;
  std::uint64_t next_message_ns_ = 0;
  std::uint64_t sent_due_ns_ = 0;
  std::uint32_t number_ = 0;
  std::uint32_t retry_after_ms_ = 0;
  bool returning_ = false;
  bool back_ = false;
  bool subscribed_ = false;
};

Result<void> turn(Shared& shared) {
  const std::uint64_t now = now_ns();
  shared.heartbeats.beat(shared.loop);
  while (!shared.dials.empty() && shared.dials.top().at_ns <= now) {
    Client* client = shared.dials.top().client;
    shared.dials.pop();
    WK_TRY_VOID(client->dial());
  }
  while (!shared.messages.empty() && shared.messages.top().at_ns <= now) {
    Client* client = shared.messages.top().client;
    shared.messages.pop();
    client->write();
  }
  std::uint64_t until = now + kTurnWaitNs;
  if (!shared.dials.empty()) until = std::min(until, shared.dials.top().at_ns);
  if (!shared.messages.empty()) until = std::min(until, shared.messages.top().at_ns);
  shared.loop.turn(until > now ? until - now : 0);
  shared.worker.tally().connections.store(shared.back, std::memory_order_relaxed);
  shared.worker.tally().completed.store(shared.acks, std::memory_order_relaxed);
  return {};
}

}  // namespace

Result<void> run_return_load(const ReturnLoad& load, Worker& worker) {
  Shared shared{.worker = worker, .load = load};
  shared.request = upgrade_request(load.endpoint, {});
  shared.random.seed(worker.index() + 1);
  const Worker::Share mine = worker.share(load.clients);
  std::vector<std::unique_ptr<Client>> clients;
  {
    WK_TRY(VisitorSessions sessions, VisitorSessions::open(load.endpoint, load.site));
    for (std::uint32_t i = 0; i < mine.count; ++i) {
      WK_TRY(std::string token, sessions.next());
      clients.push_back(std::make_unique<Client>(shared, mine.begin + i, std::move(token)));
      shared.heartbeats.add(*clients.back());
      WK_TRY_VOID(clients.back()->dial());
      shared.heartbeats.beat(shared.loop);
      shared.loop.turn(0);
    }
  }
  const std::uint64_t deadline = now_ns() + kPatienceNs;
  while (shared.settled < mine.count) {
    WK_TRY_VOID(turn(shared));
    if (now_ns() > deadline) return fail(ErrorCode::kTimeout, "not everybody was let in before the restart");
  }
  worker.ready();
  while (worker.phase() == Phase::kSetUp) WK_TRY_VOID(turn(shared));
  for (auto& client : clients) {
    if (client->chatter()) client->come_back(now_ns());
  }
  while (worker.phase() == Phase::kLoad) WK_TRY_VOID(turn(shared));
  shared.measuring = true;
  const std::uint64_t now = now_ns();
  for (auto& client : clients) {
    if (!client->chatter()) client->come_back(now + shared.random() % std::max<std::uint64_t>(1, static_cast<std::uint64_t>(load.within_seconds * 1e9)));
  }
  while (worker.phase() != Phase::kDrain) WK_TRY_VOID(turn(shared));
  return {};
}

}  // namespace wk::bench
