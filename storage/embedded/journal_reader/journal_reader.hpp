// A thread that tails the journal and hands what it finds, in order and in batches, to a tier: warm, search, later others.
//
// The tier stores the batch together with `next` in one transaction and so has each event exactly once, whenever the process
// dies. A batch that fails is tried again with back-off and nothing behind it is taken: the reader is late, chat goes on.
//
// Where the cores are full its thread gives way to the others. A reader whose lateness counts has a second thread, which does not, and
// which has the turn while the reader is far behind: a thread that has given way cannot be asked to hurry (base/thread_priority.hpp).
//
// Owner: the StorageManager. Thread-safe; `apply` and `advanced` run on the reader's own threads, one at a time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <thread>

#include "core/ports/journal.hpp"
#include "storage/embedded/journal_reader/limits.hpp"

namespace wk {

class JournalReader {
 public:
  struct Options {
    std::string name;
    Milliseconds gather = limits::kReaderGather;
    std::size_t batch_events_max = limits::kReaderBatchEventsMax;
    // Bytes of journal; further behind, down to half of it, it gives way to nobody. 0: it always does.
    std::uint64_t urgent_behind_bytes = 0;
  };
  // Stores the records and `next`, where reading goes on, in one transaction.
  using Apply = std::function<Result<void>(std::span<const JournalRecord> records, JournalPosition next)>;
  // Runs on the reader's thread before the first batch, again and again until it succeeds; to end soon once `stopping` is true.
  using Prepare = std::function<Result<void>(const std::atomic<bool>& stopping)>;
  // The cursor moved; must not block for long.
  using Advanced = std::function<void(JournalPosition cursor)>;

  struct Stats {
    JournalPosition cursor;
    std::uint64_t events = 0;
    std::uint64_t batches = 0;
    std::uint64_t failures = 0;
    // Of the present streak of failures; empty while all is well.
    std::string error;
  };

  JournalReader(Journal& journal, JournalPosition from, Options options, Apply apply, Advanced advanced,
                Prepare prepare = nullptr);
  ~JournalReader();
  JournalReader(const JournalReader&) = delete;
  JournalReader& operator=(const JournalReader&) = delete;

  void start();
  // What the thread does in one round, on the caller's thread and without its pauses. false: nothing new, paused, or it failed (see
  // stats()). Requires: start() is never called (simulation).
  bool round();
  // Finishes the batch in hand. Idempotent.
  void stop();
  // A paused reader takes no new batch (maintenance and tests).
  void pause();
  void resume();

  // Waits until everything before `position` is applied, without the gathering pause; false: the time was over first.
  bool wait_until(JournalPosition position, Milliseconds at_most);
  JournalPosition cursor() const { return JournalPosition{cursor_.load(std::memory_order_acquire)}; }
  // The last batch failed and is tried again.
  bool failing() const { return failing_.load(std::memory_order_relaxed); }
  Stats stats() const;

 private:
  void run(bool urgent);
  // Whether the other thread has the turn now.
  bool hand_over(bool urgent);
  Result<void> step();
  // Counts and logs a failure, or its end. Answers whether it was one.
  bool note(const Result<void>& done);
  // Until `prepare` succeeded; false: it is time to stop.
  bool prepare();
  bool try_prepare();
  // Waits in small pieces; true: it is time to stop.
  bool sleep(Milliseconds time, bool until_hurried);

  Journal& journal_;
  const Options options_;
  const Apply apply_;
  const Advanced advanced_;
  const Prepare prepare_;
  std::atomic<std::uint64_t> cursor_;
  std::atomic<bool> failing_{false};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // mutex_:
  std::atomic<bool> stopping_ = false;
  bool paused_ = false;
  // Which thread has the turn.
  bool urgent_ = false;
  // Somebody waits for this position.
  std::uint64_t hurried_to_ = 0;
  Stats stats_;

  // Ends the wait in the journal.
  std::stop_source stop_;

  // The thread that has the turn:
  bool prepared_ = false;

  std::thread thread_, urgent_thread_;
};

}  // namespace wk
