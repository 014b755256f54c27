// The processes that make the load, and the memory they share with the one that measures.
//
// A process may open only so many descriptors, so a load is spread over as many as it needs. The parent walks all of them
// through the same phases; each writes its own tally, the parent reads. Nothing is locked: tallies have one writer, counters
// that are read meanwhile are relaxed atomics, the rest is read after the worker has ended.
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "bench/client/delivery_check.hpp"
#include "bench/client/histogram.hpp"

namespace wk::bench {

enum class Phase : std::uint32_t {
  kSetUp,    // connect, sign in
  kLoad,     // full load, not counted yet
  kMeasure,  // full load, counted
  kDrain,    // nothing new; wait for what is under way
};

// What only the mixed load counts, of its whole run; histograms of the measured phase.
struct MixedTally {
  std::uint64_t answers = 0;
  std::uint64_t typing = 0;
  std::uint64_t reconnects = 0;
  std::uint64_t uploads = 0;
  Histogram reconnect;
  Histogram upload;

  void add(const MixedTally& other);
};

// An ack that takes longer is not what senders are used to.
inline constexpr std::uint64_t kSlowAnswerNs = 50'000'000;

struct Tally {
  enum class State : std::uint32_t { kSettingUp, kReady, kEnded, kFailed };

  std::atomic<State> state{State::kSettingUp};
  // What was completed since the start: messages acked (echoed, handshakes …) and deliveries.
  std::atomic<std::uint64_t> completed{0};
  std::atomic<std::uint64_t> delivered{0};
  std::atomic<std::uint64_t> connections{0};

  // When the last answer came that was a refusal or kept its sender waiting (kSlowAnswerNs); monotonic, of the whole run.
  std::atomic<std::uint64_t> last_slow_ns{0};

  // Of the measured phase, in nanoseconds.
  Histogram latency;
  Histogram delivery;
  // Open loop: of the acks' latency what passed between the sockets, from when a message was written to when its ack arrived. The rest is
  // the load's own lateness.
  Histogram between_sockets;
  // Of the whole run.
  DeliveryFaults faults;
  std::uint64_t refused = 0;
  std::uint64_t refused_without_a_time = 0;  // of these: not told when to come back
  std::uint64_t resumed = 0;     // TLS sessions that were an earlier one
  std::uint64_t broken = 0;      // connections lost
  std::uint64_t overrun = 0;     // open loop: not sent, because the sender had too many unanswered
  std::uint64_t range_gaps = 0;  // ranges of events that did not join
  std::uint64_t wrong = 0;       // contents that were not what was sent
  std::uint64_t event_bytes = 0; // of one delivered event, encoded
  // Of the last connection that the server closed; 0: without a close frame.
  std::uint16_t close_code = 0;
  MixedTally mixed;
  char failure[256] = {};

  void fail(const std::string& reason);
  Error closed(const std::string& when) const;
};

// What a worker process sees of the group.
class Worker {
 public:
  Worker(std::uint32_t index, std::uint32_t count, const std::atomic<Phase>& phase, Tally& tally)
      : index_(index), count_(count), phase_(phase), tally_(tally) {}

  std::uint32_t index() const { return index_; }
  std::uint32_t count() const { return count_; }
  Phase phase() const { return phase_.load(std::memory_order_relaxed); }
  Tally& tally() { return tally_; }
  void ready() { tally_.state.store(Tally::State::kReady, std::memory_order_release); }

  struct Share {
    std::uint32_t begin;
    std::uint32_t count;
  };
  // This worker's part of `total` things.
  Share share(std::uint32_t total) const { return share(total, count_); }
  // The same where only the first `workers` have a part. Requires: this is one of them.
  Share share(std::uint32_t total, std::uint32_t workers) const {
    const auto at = [&](std::uint64_t i) { return static_cast<std::uint32_t>(i * total / workers); };
    return {at(index_), at(index_ + 1) - at(index_)};
  }

 private:
  const std::uint32_t index_;
  const std::uint32_t count_;
  const std::atomic<Phase>& phase_;
  Tally& tally_;
};

class WorkerGroup {
 public:
  // Runs `body` in `count` processes. Requires: this process has one thread.
  static Result<WorkerGroup> fork(std::uint32_t count, const std::function<Result<void>(Worker&)>& body);
  ~WorkerGroup();
  WorkerGroup(WorkerGroup&& other) noexcept;
  WorkerGroup& operator=(WorkerGroup&&) = delete;

  // Until every worker is set up (or one failed).
  Result<void> wait_ready();
  void set(Phase phase);
  // Until all have ended by themselves; those that have not by the deadline are killed, and that is an error.
  Result<void> join(std::uint32_t seconds_max);
  // A worker that failed since.
  Result<void> healthy() const;

  std::uint64_t completed() const;
  std::uint64_t delivered() const;
  std::uint64_t connections() const;
  std::uint64_t last_slow_ns() const;
  std::uint64_t client_cpu_ns() const;
  // Requires: join() was called.
  std::vector<const Tally*> tallies() const;

 private:
  struct Shared;
  WorkerGroup(Shared* shared, std::uint32_t count) : shared_(shared), count_(count) {}

  Shared* shared_;
  std::uint32_t count_;
  std::vector<pid_t> processes_;
};

// How many connections one process may have here, with the descriptor limit raised as far as it goes or `wanted` need it.
std::uint64_t connections_each(std::uint64_t wanted);
// How many processes so many things need when one takes `each` of them.
constexpr std::uint32_t workers_needed(std::uint64_t things, std::uint64_t each) {
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, (things + each - 1) / each));
}
inline std::uint32_t workers_for(std::uint64_t connections) { return workers_needed(connections, connections_each(connections)); }

}  // namespace wk::bench
