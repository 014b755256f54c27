#include "bench/client/idle_load.hpp"

#include <algorithm>
#include <memory>
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
// Text of the message that opens a conversation.
constexpr std::size_t kTextBytes = 50;

struct Shared {
  Worker& worker;
  const IdleLoad& load;
  AppendFrame append{kTextBytes};
  ClientLoop loop{};
  std::uint64_t pongs = 0;
  std::uint32_t settled = 0;
};

class IdleVisitor final : public ServerFramePeer {
 public:
  IdleVisitor(Shared& shared, std::uint32_t index) : shared_(shared), index_(index) {}
  bool speaks() const override { return settled_; }

 private:
  void on_welcome(std::string_view, std::string& out) override {
    if (!shared_.load.conversations) {
      settle();
      return;
    }
    shared_.append.write({.sender = index_, .number = 0, .due_ns = now_ns()}, out);
  }
  void on_ack(std::uint32_t, std::string&) override { settle(); }
  void settle() {
    settled_ = true;
    ++shared_.settled;
  }
  void on_refusal(const Refusal& refusal, std::string&) override { shared_.worker.tally().fail("refused: " + refusal.text()); }
  void on_pong() override { ++shared_.pongs; }
  void on_closed() override { ++shared_.worker.tally().broken; }

  Shared& shared_;
  const std::uint32_t index_;
  bool settled_ = false;
};

}  // namespace

Result<void> run_idle_load(const IdleLoad& load, Worker& worker) {
  Shared shared{.worker = worker, .load = load};
  const Worker::Share mine = worker.share(load.connections);
  std::vector<std::unique_ptr<IdleVisitor>> visitors;
  Heartbeats heartbeats(load.heartbeat_ms);
  {
    WK_TRY(VisitorSessions sessions, VisitorSessions::open(load.endpoint, load.site));
    for (std::uint32_t i = 0; i < mine.count; ++i) {
      WK_TRY(const std::string token, sessions.next());
      const std::uint32_t index = load.first + mine.begin + i;
      WK_TRY(Upgraded upgraded, dial_websocket(load.endpoint, index, {.deflate = load.deflate}));
      if (upgraded.deflate != load.deflate) return fail(ErrorCode::kProtocol, "permessage-deflate was not agreed as asked");
      visitors.push_back(std::make_unique<IdleVisitor>(shared, index));
      shared.loop.add(*visitors.back(), std::move(upgraded.socket));
      shared.loop.send(*visitors.back(), visitor_hello(token));
      heartbeats.add(*visitors.back());
      heartbeats.beat(shared.loop);
      shared.loop.turn(0);
    }
  }
  const std::uint64_t deadline = now_ns() + kPatienceNs;
  while (shared.settled < mine.count) {
    heartbeats.beat(shared.loop);
    shared.loop.turn(kTurnWaitNs);
    if (worker.tally().failure[0] != 0) return fail(ErrorCode::kUnavailable, worker.tally().failure);
    if (now_ns() > deadline || worker.tally().broken > 0) return fail(ErrorCode::kUnavailable, "not all visitors were let in");
  }
  const auto publish = [&] {
    worker.tally().completed.store(shared.pongs, std::memory_order_relaxed);
    worker.tally().connections.store(mine.count - worker.tally().broken, std::memory_order_relaxed);
  };
  publish();
  worker.ready();
  while (worker.phase() != Phase::kDrain) {
    heartbeats.beat(shared.loop);
    shared.loop.turn(kTurnWaitNs);
    publish();
  }
  return {};
}

}  // namespace wk::bench
