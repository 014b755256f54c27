// What the core needs from the log on the ack path. Embedded: segmented files with group commit (storage/embedded/journal);
// cluster: Redis Streams. A commit is durable when `done` says so; order of commits = order of submits.
#pragma once

#include <compare>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/result.hpp"
#include "core/model/event_ref.hpp"

namespace wk {

// Where a record stands in the journal; rises with every record, survives restarts. 0: the very beginning.
struct JournalPosition {
  std::uint64_t value = 0;
  auto operator<=>(const JournalPosition&) const = default;
};

struct JournalRecord {
  JournalPosition position;
  EventRef event;
};

struct JournalRead {
  std::vector<JournalRecord> records;
  // Where to read on; equal to the position asked for when there is nothing new.
  JournalPosition next;
};

// Thread-safe.
class Journal {
 public:
  virtual ~Journal() = default;

  using Committed = UniqueFunction<void(Result<JournalPosition> end)>;
  // All of `events` or none becomes durable. `done` runs on the journal's own thread, batches in submit order, and must not
  // block. On kStorageFull or kIo nothing of the batch is stored, nor of any batch submitted before its `done` ran: a caller keeps at most one batch
  // in flight. kRefused: limits::kJournalQueueBytesMax is reached or the journal is closing; `done` is not called.
  virtual Enqueued submit(EventBatch events, Committed done) = 0;

  // Blocking. Durable records from `from` on, at most about bytes_max bytes (at least one record if there is one).
  virtual Result<JournalRead> read(JournalPosition from, std::size_t bytes_max) = 0;
  // Blocks until something durable lies at or after `from`, `stop` is requested, the time is over or the journal closes; true: there
  // is something.
  virtual bool wait(JournalPosition from, Milliseconds at_most, std::stop_token stop) = 0;

  virtual JournalPosition begin() const = 0;
  virtual JournalPosition end() const = 0;
  // Everything before `position` has been taken over by every reader; whole segments before it may go.
  virtual void release(JournalPosition position) = 0;
};

}  // namespace wk
