// The embedded journal: segment files, written by one thread, one sync for everything that waited.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/ports/journal.hpp"
#include "storage/embedded/journal/file_ops.hpp"
#include "storage/embedded/journal/segment.hpp"

namespace wk {

struct JournalStats {
  // Since open. groups is also the number of syncs; records / groups says how well the group commit gathers.
  std::uint64_t groups = 0;
  std::uint64_t batches = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  // Commits refused for want of room or because of an I/O error.
  std::uint64_t failures = 0;
  std::size_t queue_bytes = 0;
};

// Purpose: Journal (core/ports/journal.hpp) on segment files; docs/journal-format.md has their bytes.
// Owner: the server, for its whole life; destroyed after everyone who submits or reads.
// Threads: Thread-safe. One committer thread of its own writes, syncs, runs `done` and deletes released segments.
// Limits: limits.hpp of this folder. At kJournalQueueBytesMax submit() refuses; without room on disk every batch fails with
// kStorageFull, and each new one tries again. While the `done`s of a failed commit run, submit() refuses as well, because
// what is submitted before they ran must not be stored.
// A failed sync ends the process: see die_unsynced() in the .cpp.
class SegmentedJournal final : public Journal {
 public:
  struct Options {
    std::filesystem::path directory;
    std::uint64_t segment_bytes = std::uint64_t{64} << 20;
    // Outlives the journal.
    FileOps* files = &system_files();
    // false: nobody commits but step() (simulation).
    bool own_thread = true;
  };

  // Recovers what is there. kCorrupt: acked events are damaged, nothing was touched; kConflict: another process has it open.
  static Result<std::unique_ptr<SegmentedJournal>> open(Options options);
  // The same look at a directory that another process may have open; touches nothing.
  static Result<JournalReport> check(const std::filesystem::path& directory, FileOps& files = system_files());

  ~SegmentedJournal() override;

  Enqueued submit(EventBatch events, Committed done) override;
  Result<JournalRead> read(JournalPosition from, std::size_t bytes_max) override;
  bool wait(JournalPosition from, Milliseconds at_most, std::stop_token stop) override;
  JournalPosition begin() const override;
  JournalPosition end() const override;
  void release(JournalPosition position) override;

  // Reads everything between begin() and end(); blocking.
  Result<JournalReport> verify() const;
  JournalStats stats() const;
  // One turn of the committer on the caller's thread: a group committed or released segments removed. false: nothing was to be
  // done. Requires: !own_thread.
  bool step();
  // Commits what was accepted, refuses what comes, ends the waits. Idempotent; the destructor does it, too.
  void close();

 private:
  struct Batch {
    EventBatch events;
    Committed done;
    std::size_t bytes = 0;
    bool too_large = false;

    std::size_t queue_bytes() const;
  };
  struct Snapshot;

  SegmentedJournal(Options options, std::unique_ptr<DirectoryLock> lock, RecoveredJournal recovered);

  // All of these: committer thread (without one: who calls step()).
  void run();
  bool turn();
  std::vector<Batch> take_group();  // Requires: mutex_ is held
  void commit(std::vector<Batch> group);
  Result<void> store(const std::vector<Batch>& group, std::uint64_t bytes);
  Result<void> make_room(std::uint64_t bytes);
  Result<void> add_segment(std::uint64_t bytes);
  Result<SegmentRef> make_segment(const std::filesystem::path& unfinished, std::uint64_t bytes);
  void cut_back();
  void finish(std::vector<Batch> group);
  void fail_all(std::vector<Batch> group, const Error& error);
  void remove_released();

  const Options options_;
  const std::unique_ptr<DirectoryLock> lock_;

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable_any readable_;
  // mutex_:
  std::deque<Batch> queue_;
  std::size_t queue_bytes_ = 0;
  std::vector<SegmentRef> segments_;
  std::deque<SegmentRef> released_;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
  JournalStats stats_;
  bool failing_ = false;
  bool release_wanted_ = false;
  bool closing_ = false;

  // Committer thread:
  SegmentRef active_;
  // Of active_'s file, header included: what is known to have room on disk.
  std::uint64_t allocated_bytes_ = 0;
  // Everything before is on disk, in order and synced. end_ follows it.
  std::uint64_t durable_ = 0;
  std::string buffer_;
  bool failed_before_ = false;

  std::thread committer_;
};

}  // namespace wk
