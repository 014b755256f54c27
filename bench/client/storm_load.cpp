#include "bench/client/storm_load.hpp"

#include <memory>

#include "bench/client/client_loop.hpp"
#include "bench/client/dial.hpp"
#include "bench/client/frames.hpp"

namespace wk::bench {
namespace {

constexpr std::uint64_t kTurnWaitNs = 20'000'000;

class Comer;

struct Shared {
  Worker& worker;
  const StormLoad& load;
  std::string request;
  std::vector<std::string> hellos;
  ClientLoop loop{};
  // Those whose handshake ended; they begin anew after the turn.
  std::vector<Comer*> ended;
  std::uint32_t started = 0;
  std::uint64_t completed = 0;
  bool measuring = false;
};

class Comer final : public ServerFramePeer {
 public:
  explicit Comer(Shared& shared) : shared_(shared) {}

  Result<void> begin() {
    index_ = shared_.started++;
    began_ns_ = now_ns();
    await_upgrade();
    WK_TRY(Socket socket, dial_begin(shared_.load.endpoint, index_));
    shared_.loop.add(*this, std::move(socket));
    shared_.loop.send(*this, shared_.request);
    return {};
  }

 private:
  void on_upgrade_answer(std::string_view head, std::string& out) override {
    if (socket().resumed()) ++shared_.worker.tally().resumed;
    if (!head.starts_with("HTTP/1.1 101")) {
      ++shared_.worker.tally().refused;
      return end();
    }
    if (shared_.hellos.empty()) return complete();
    out.append(shared_.hellos[index_ % shared_.hellos.size()]);
  }
  void on_subscribed(std::string&) override { complete(); }
  void on_refusal(const Refusal&, std::string&) override {
    ++shared_.worker.tally().refused;
    end();
  }
  void on_closed() override {
    ++shared_.worker.tally().broken;
    shared_.ended.push_back(this);
  }

  void complete() {
    if (shared_.measuring) shared_.worker.tally().latency.record(now_ns() - began_ns_);
    ++shared_.completed;
    end();
  }
  void end() {
    shared_.loop.abort(*this);
    shared_.ended.push_back(this);
  }

  Shared& shared_;
  std::uint32_t index_ = 0;
  std::uint64_t began_ns_ = 0;
};

}  // namespace

Result<void> run_storm_load(const StormLoad& load, Worker& worker) {
  Shared shared{.worker = worker, .load = load, .request = {}, .hellos = {}, .ended = {}};
  shared.request = upgrade_request(load.endpoint, {.target = load.target});
  for (const std::string& token : load.visitor_tokens) shared.hellos.push_back(visitor_hello(token));
  const Worker::Share mine = worker.share(load.concurrent);
  shared.started = mine.begin;
  std::vector<std::unique_ptr<Comer>> comers;
  worker.ready();
  while (worker.phase() == Phase::kSetUp) shared.loop.turn(kTurnWaitNs);
  for (std::uint32_t i = 0; i < mine.count; ++i) {
    comers.push_back(std::make_unique<Comer>(shared));
    WK_TRY_VOID(comers.back()->begin());
  }
  std::vector<Comer*> again;
  while (worker.phase() != Phase::kDrain) {
    shared.measuring = worker.phase() == Phase::kMeasure;
    shared.loop.turn(kTurnWaitNs);
    again.swap(shared.ended);
    for (Comer* comer : again) WK_TRY_VOID(comer->begin());
    again.clear();
    worker.tally().completed.store(shared.completed, std::memory_order_relaxed);
  }
  return {};
}

}  // namespace wk::bench
