// The warm tier: recent events and the fold of every conversation, in one SQLite file.
//
// Purpose: what StorageManager reads when hot does not reach back far enough, and what lists come from. Written by its
// JournalReader alone (apply) and by the archiver (drop_archived); entities live elsewhere (storage/embedded/directory).
// Owner: the StorageManager. Threads: apply() on the reader's thread, drop_archived() on the archiver's, everything else
// Thread-safe (each read borrows a connection). Limits: limits.hpp.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/ports/bot_record.hpp"
#include "core/ports/contact_sink.hpp"
#include "core/ports/conversation_store.hpp"
#include "storage/embedded/sqlite/database_pool.hpp"
#include "storage/embedded/warm/conversation_rows.hpp"

namespace wk {

// Seqs of a conversation that lie in the archive of one month (202611).
struct ArchivedSpan {
  int month = 0;
  Seq first_seq = 0;
  Seq last_seq = 0;
};

// What warm knows of a stretch of a conversation, seen at one moment.
struct WarmRead {
  std::vector<EventRef> events;
  // Spans that overlap the stretch; the archive has these.
  std::vector<ArchivedSpan> archived;
};

// A reading direction. kBackward: seqs below `from`, newest first; kForward: seqs above `from`.
enum class Direction { kForward, kBackward };

// The oldest events of one conversation that are older than the archive's limit.
struct ArchiveCandidate {
  ConversationId conversation{};
  struct Event {
    std::int64_t time_ms = 0;
    EventRef event;
  };
  std::vector<Event> events;  // by seq, none: nothing is old enough
};

class WarmStore {
 public:
  struct Options {
    // Outlives the store; may be null.
    ContactSink* contacts = nullptr;
  };
  // Creates or migrates the file. kConflict: a newer program wrote it.
  static Result<std::unique_ptr<WarmStore>> open(const std::filesystem::path& file, Options options);

  // Stores the events, the folds and `next` as the cursor in one transaction. Events that are there already change nothing.
  Result<void> apply(std::span<const JournalRecord> records, JournalPosition next);
  // Where apply() goes on.
  JournalPosition cursor() const { return JournalPosition{cursor_.load()}; }

  Result<std::optional<v1::ConversationSummary>> conversation(ConversationId id);
  // At most `limit` events beyond `from`.
  Result<WarmRead> read(ConversationId id, Seq from, Direction direction, std::size_t limit);
  Result<v1::ConversationList> list(const ConversationFilter& filter);
  Result<std::vector<UnresolvedConversation>> unresolved();
  Result<std::vector<ConversationId>> due_snoozed(std::int64_t now_ms, std::size_t limit);

  // Events in the order of arrival, beyond `after` (0: from the oldest), for rebuilding the search index.
  struct Scan {
    std::vector<EventRef> events;
    std::int64_t next = 0;  // where to go on
  };
  Result<Scan> scan(std::int64_t after, std::size_t limit);

  // The conversation of the oldest event, if that is older than before_ms, with its events up to the first younger one.
  Result<ArchiveCandidate> archive_candidate(std::int64_t before_ms, std::size_t events_max);
  // The archive has these for good: forgets the events and remembers where they are. In one transaction.
  Result<void> drop_archived(ConversationId conversation, std::span<const ArchivedSpan> spans);

  // As BotRecord has them.
  Result<v1::BotPerformance> bot_performance(const BotRecord::Period& period);
  Result<std::vector<v1::UnansweredQuestion>> bot_unanswered(const BotRecord::Period& period, std::size_t limit);

  struct Stats {
    std::uint64_t conversations = 0;
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
    // Events whose seq did not follow the one before: a fault of ours, kept visible.
    std::uint64_t gaps = 0;
  };
  Result<Stats> stats();

 private:
  WarmStore(std::filesystem::path file, Options options, sqlite::Database writer);

  struct Batch;
  Result<void> fold_batch(Batch& batch, std::span<const JournalRecord> records);
  Result<void> write_batch(const Batch& batch, std::span<const JournalRecord> records, JournalPosition next);

  const std::filesystem::path file_;
  const Options options_;
  std::atomic<std::uint64_t> cursor_{0};
  std::atomic<std::uint64_t> gaps_{0};

  // Reader's thread:
  sqlite::Database writer_;
  warm::ConversationRows rows_;

  sqlite::DatabasePool readers_;
  // Archiver's thread, opened when first needed.
  std::optional<sqlite::Database> archiver_;
};

}  // namespace wk
