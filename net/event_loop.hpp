// Our own event loop on epoll: descriptors, timers, tasks from other threads, and output flushed
// together: after each kEventsPerFlush ready descriptors, and at the end of a turn.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/result.hpp"
#include "net/limits.hpp"
#include "net/unique_fd.hpp"
#include "net/work_line.hpp"

namespace wk {

// Told when a watched descriptor is ready (EPOLLIN, EPOLLOUT …; level-triggered unless it asked for EPOLLET).
class FdHandler {
 public:
  virtual void on_fd_ready(std::uint32_t events) = 0;

 protected:
  ~FdHandler() = default;
};

// Called once at the end of a loop turn, or after a share of a long one, if it asked for it; how a
// stream sends all it was given with one call.
class TurnEndHandler {
 public:
  virtual void on_turn_end() = 0;

 protected:
  ~TurnEndHandler() = default;

 private:
  friend class EventLoop;
  static constexpr std::uint32_t kNotListed = ~std::uint32_t{0};
  std::uint32_t turn_end_index_ = kNotListed;
};

enum class TimerId : std::uint64_t { kNone = 0 };

// Counters for metrics and tests. Thread-safe to read, written by the loop.
struct LoopStats {
  std::atomic<std::uint64_t> turns{0};
  std::atomic<std::uint64_t> wakeups{0};  // eventfd writes caused by post()
  std::atomic<std::uint64_t> tasks{0};    // posted tasks run
  std::atomic<std::uint64_t> receives{0}, bytes_received{0};
  std::atomic<std::uint64_t> sends{0}, bytes_sent{0};
  std::atomic<std::uint64_t> accepts{0};

  // One writer, so no locked instruction is needed.
  static void add(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
};

namespace detail {
class LoopMailbox;
class SendQueues;
}  // namespace detail

// A way to post to a loop that may be gone already; then everything is refused. Copyable.
// Thread-safe.
class LoopHandle {
 public:
  LoopHandle() = default;
  Enqueued post(Task task) const;
  bool in_loop() const;

 private:
  friend class EventLoop;
  explicit LoopHandle(std::shared_ptr<detail::LoopMailbox> mailbox)
      : mailbox_(std::move(mailbox)) {}
  std::shared_ptr<detail::LoopMailbox> mailbox_;
};

// Purpose: everything non-blocking of one thread. Owner: whoever starts the thread; it must outlive
// what it watches. Thread: post(), stop(), handle(), in_loop(), stats() from any; all else on the
// loop, or on the owner's thread while the loop does not run. Limits: turns are bounded
// (net/limits.hpp); the queue of posted tasks is as bounded as its producers.
//
// One turn: wait, posted tasks, ready descriptors, due timers, deferred tasks, turn-end handlers
// (output), then what was given to destroy_later() is destroyed, and last a part of the line of handshakes
// is served. While somebody stands in that line the loop does not wait.
class EventLoop final : public Executor {
 public:
  struct Options {
    std::string name = "loop";
    Clock* clock = &SystemClock::instance();
  };
  static Result<std::unique_ptr<EventLoop>> create(Options options);
  static Result<std::unique_ptr<EventLoop>> create() { return create(Options{}); }
  ~EventLoop() override;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Runs turns on the calling thread until stop(); what was posted before is still run.
  void run();
  // Thread-safe. From now on post() refuses; run() returns soon.
  void stop();
  // One turn, waiting at most `wait_max` for something to do. For tests and for loops inside loops
  // of others.
  void run_once(Milliseconds wait_max);

  Enqueued post(Task task) override;
  LoopHandle handle() const { return LoopHandle(mailbox_); }
  // On the loop's thread, or while no thread runs it.
  bool in_loop() const;

  // Runs `task` at the end of this turn (of the next, when deferred by a deferred task).
  void defer(Task task) override;
  bool here() const override;
  // While the kernel has more ready descriptors than a turn takes, they come round: a probe that went to the end of their line tells how
  // long that takes. Otherwise, how long a turn keeps those waiting that become ready during it.
  Milliseconds delay(SteadyTime now) const override;
  // Destroys `object` as the very last thing of this turn: for objects whose own callbacks are on
  // the stack.
  template <typename T>
  void destroy_later(std::unique_ptr<T> object) {
    retired_.push_back(std::make_unique<RetiredHolder<T>>(std::move(object)));
  }
  void at_turn_end(TurnEndHandler& handler);
  void cancel_turn_end(TurnEndHandler& handler);

  // TLS handshakes: many at once would hold up those who have theirs behind them.
  WorkLine& handshakes() { return handshakes_; }

  // Timers. `every` runs until it is cancelled; cancelling a timer that has run is no error.
  TimerId after(Milliseconds delay, Task task);
  TimerId every(Milliseconds interval, Task task);
  void cancel(TimerId id);

  Result<void> watch(int fd, std::uint32_t events, FdHandler& handler);
  Result<void> rewatch(int fd, std::uint32_t events, FdHandler& handler);
  // Also drops what this turn had still to tell the handler.
  void unwatch(int fd, FdHandler& handler);

  Clock& clock() const { return *options_.clock; }
  // The time at the begin of this turn; cheap.
  SteadyTime now() const { return now_; }
  const std::string& name() const { return options_.name; }
  LoopStats& stats() { return stats_; }
  // Where streams get their send queue for as long as they have something to send.
  detail::SendQueues& send_queues() { return *send_queues_; }
  // Shared by all streams of the loop: valid only until the callback that sees it returns.
  std::span<char> receive_buffer() { return {receive_buffer_.get(), receive_buffer_bytes_}; }

 private:
  struct Retired {
    virtual ~Retired() = default;
  };
  template <typename T>
  struct RetiredHolder final : Retired {
    explicit RetiredHolder(std::unique_ptr<T> o) : object(std::move(o)) {}
    std::unique_ptr<T> object;
  };
  struct Timer {
    Task task;
    Milliseconds interval{0};
  };
  struct Due {
    SteadyTime when;
    std::uint64_t id;
    // A heap with the earliest on top; equal times in the order they were asked for.
    bool operator<(const Due& other) const {
      return when != other.when ? when > other.when : id > other.id;
    }
  };

  EventLoop(Options options, UniqueFd epoll, UniqueFd probe, std::shared_ptr<detail::LoopMailbox> mailbox);
  void turn(Milliseconds wait_max);
  int wait_time(Milliseconds wait_max) const;
  void fetch_ahead() const;
  void run_posted();
  // At the begin of a turn. probed: the probe is among the ready ones.
  void measure_delay(bool probed);
  // The kernel may have more that are ready.
  bool full_turn() const { return static_cast<std::size_t>(events_count_) == events_.size(); }
  TimerId start_timer(Milliseconds delay, Milliseconds interval, Task task);
  void push_due(Due due);
  void run_timers();
  void end_turn();
  // Those listed now; who lists itself meanwhile is called the next time.
  void flush_turn_end();
  void serve_handshakes();

  const Options options_;
  const UniqueFd epoll_;
  const std::shared_ptr<detail::LoopMailbox> mailbox_;
  SteadyTime now_;
  const UniqueFd probe_;
  SteadyTime probe_sent_;  // its address stands for the probe in epoll
  bool probe_under_way_ = false;
  SteadyTime::duration delay_{0};      // as of the begin of this turn
  SteadyTime::duration turn_took_{0};  // the last one
  std::size_t receive_buffer_bytes_;
  std::unique_ptr<char[]> receive_buffer_;
  const std::unique_ptr<detail::SendQueues> send_queues_;

  std::array<epoll_event, net_limits::kEventsPerTurnMax> events_{};
  int events_next_ = 0, events_count_ = 0;

  std::uint64_t timer_id_next_ = 1;
  std::vector<Due> due_;
  std::unordered_map<std::uint64_t, Timer> timers_;

  std::vector<Task> posted_, deferred_, deferred_now_;
  std::vector<TurnEndHandler*> turn_end_;
  std::vector<std::unique_ptr<Retired>> retired_;
  WorkLine handshakes_;
  LoopStats stats_;
};

// A member of what is bound to one loop: says so with an assertion.
class LoopAffinity {
 public:
  explicit LoopAffinity(const EventLoop& loop) : loop_(&loop) {}
  void check() const { WK_ASSERT(loop_->in_loop()); }

 private:
  const EventLoop* loop_;
};

// A timer that is cancelled with its owner. Loop-bound; the loop outlives it.
class ScopedTimer {
 public:
  ScopedTimer() = default;
  ScopedTimer(EventLoop& loop, TimerId id) : loop_(&loop), id_(id) {}
  ScopedTimer(ScopedTimer&& other) noexcept
      : loop_(std::exchange(other.loop_, nullptr)), id_(std::exchange(other.id_, TimerId::kNone)) {}
  ScopedTimer& operator=(ScopedTimer&& other) noexcept {
    if (this != &other) {
      reset();
      loop_ = std::exchange(other.loop_, nullptr);
      id_ = std::exchange(other.id_, TimerId::kNone);
    }
    return *this;
  }
  ScopedTimer(const ScopedTimer&) = delete;
  ScopedTimer& operator=(const ScopedTimer&) = delete;
  ~ScopedTimer() { reset(); }
  void reset() {
    if (loop_ != nullptr) loop_->cancel(id_);
    loop_ = nullptr;
  }

 private:
  EventLoop* loop_ = nullptr;
  TimerId id_ = TimerId::kNone;
};

}  // namespace wk
