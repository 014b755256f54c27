#include "bench/client/echo_load.hpp"

#include <cstring>
#include <memory>
#include <vector>

#include "bench/client/client_loop.hpp"
#include "bench/client/dial.hpp"
#include "gateway/websocket/encoder.hpp"

namespace wk::bench {
namespace {

constexpr std::uint64_t kTurnWaitNs = 20'000'000;

// What all connections of a worker share.
struct Shared {
  Worker& worker;
  ClientLoop loop;
  std::string request;  // one, as it is sent
  std::string answer;   // one, as it comes back
  std::uint64_t completed = 0;
  std::uint32_t in_flight = 0;
  bool measuring = false;
  bool draining = false;
};

class EchoPeer final : public Peer {
 public:
  EchoPeer(Shared& shared, std::uint32_t in_flight) : shared_(shared), sent_ns_(in_flight) {}

  void start() {
    std::string out;
    for (std::size_t i = 0; i < sent_ns_.size(); ++i) write(out, now_ns());
    shared_.loop.send(*this, out);
  }

 private:
  // The stream is the same answer over and over, however it is cut.
  void on_data(std::string_view bytes, std::string& out) override {
    const std::uint64_t now = now_ns();
    while (!bytes.empty()) {
      const std::string_view rest = std::string_view(shared_.answer).substr(offset_);
      const std::size_t step = std::min(rest.size(), bytes.size());
      if (std::memcmp(rest.data(), bytes.data(), step) != 0) ++shared_.worker.tally().wrong;
      bytes.remove_prefix(step);
      offset_ += step;
      if (offset_ < shared_.answer.size()) return;
      offset_ = 0;
      on_answer(out, now);
    }
  }
  void on_answer(std::string& out, std::uint64_t now) {
    if (shared_.measuring) shared_.worker.tally().latency.record(now - sent_ns_[next_answer_]);
    next_answer_ = (next_answer_ + 1) % sent_ns_.size();
    ++shared_.completed;
    --shared_.in_flight;
    if (!shared_.draining) write(out, now);
  }
  void on_closed() override { ++shared_.worker.tally().broken; }

  void write(std::string& out, std::uint64_t now) {
    sent_ns_[next_sent_] = now;
    next_sent_ = (next_sent_ + 1) % sent_ns_.size();
    ++shared_.in_flight;
    out.append(shared_.request);
  }

  Shared& shared_;
  std::vector<std::uint64_t> sent_ns_;
  std::size_t next_sent_ = 0;
  std::size_t next_answer_ = 0;
  std::size_t offset_ = 0;
};

}  // namespace

Result<void> run_echo_load(const EchoLoad& load, Worker& worker) {
  const std::string payload(load.payload_bytes, 'e');
  Shared shared{.worker = worker, .loop = {}, .request = payload, .answer = payload};
  if (!load.raw) {
    // A key of zeros: the server's work is the same, the client has none.
    shared.request = websocket::encode_frame({.mask = websocket::MaskKey{0}}, payload);
    shared.answer = websocket::encode_frame({}, payload);
  }
  const Worker::Share mine = worker.share(load.connections);
  std::vector<std::unique_ptr<EchoPeer>> peers;
  for (std::uint32_t i = 0; i < mine.count; ++i) {
    peers.push_back(std::make_unique<EchoPeer>(shared, load.in_flight));
    if (load.raw) {
      WK_TRY(Socket socket, dial(load.endpoint, mine.begin + i));
      shared.loop.add(*peers.back(), std::move(socket));
    } else {
      WK_TRY(Upgraded upgraded, dial_websocket(load.endpoint, mine.begin + i, {.target = "/echo", .subprotocol = {}}));
      shared.loop.add(*peers.back(), std::move(upgraded.socket));
    }
  }
  worker.ready();
  while (worker.phase() == Phase::kSetUp) shared.loop.turn(kTurnWaitNs);
  for (auto& peer : peers) peer->start();
  while (!shared.draining || shared.in_flight > 0) {
    shared.measuring = worker.phase() == Phase::kMeasure;
    shared.draining = worker.phase() == Phase::kDrain;
    shared.loop.turn(kTurnWaitNs);
    worker.tally().completed.store(shared.completed, std::memory_order_relaxed);
    if (worker.tally().broken > 0) return fail(ErrorCode::kUnavailable, "the server closed a connection");
  }
  return {};
}

}  // namespace wk::bench
