// The embedded tiers behind one front: journal → hot → warm → cold, and the search index.
//
// Purpose: ConversationStore (core/ports/conversation_store.hpp) on one data directory. append() goes to the journal; what is
// committed stands in hot before its ack; readers of the journal fill warm and search; the archiver moves what is old to cold.
// Owner: the server's wiring. Threads: Thread-safe; everything but append() may block on disk. Its own threads: journal
// committer, one per reader, archiver.
// Limits: limits.hpp of this folder and of each tier. At the journal's limit append() answers kRefused.
//
//   data/journal/            segments
//   data/warm.db             events of the last days, folds
//   data/search.db           full-text index over everything
//   data/archive/YYYY-MM.db  older events
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>

#include "base/clock.hpp"
#include "core/ports/contact_sink.hpp"
#include "core/ports/conversation_store.hpp"
#include "storage/embedded/cold/cold_store.hpp"
#include "storage/embedded/hot/hot_store.hpp"
#include "storage/embedded/journal/segmented_journal.hpp"
#include "storage/embedded/journal_reader/journal_reader.hpp"
#include "storage/embedded/manager/archiver.hpp"
#include "storage/embedded/manager/limits.hpp"
#include "storage/embedded/search/search_index.hpp"
#include "storage/embedded/warm/warm_store.hpp"

namespace wk {

class StorageManager final : public ConversationStore, public BotRecord {
 public:
  struct Options {
    // Made where it is missing.
    std::filesystem::path directory;
    // Outlives the manager; may be null.
    ContactSink* contacts = nullptr;
    const Clock* clock = &SystemClock::instance();
    std::uint64_t journal_segment_bytes = std::uint64_t{64} << 20;
    FileOps* journal_files = &system_files();
    HotStore::Options hot{};
    std::uint64_t warm_behind_bytes_max = limits::kWarmBehindBytesMax;
    std::uint64_t warm_failing_behind_bytes_max = limits::kWarmFailingBehindBytesMax;
    Milliseconds list_wait_max = limits::kListWaitMax;
    // Older events go to the archive. 0: none ever.
    Milliseconds warm_keep = std::chrono::hours(24 * 30);
    // false: the archiver moves only when archive_step() is called (tests).
    bool archive_in_background = true;
    // false: no thread at all. Nobody commits but commit_step(), no reader moves but by its round(), no archiver (simulation).
    bool own_threads = true;
  };

  // Recovers the journal, opens and migrates the tiers, takes the journal's tail into hot, starts the readers.
  // kConflict: another process has the directory, or a newer program wrote it; kCorrupt: see SegmentedJournal::open.
  static Result<std::unique_ptr<StorageManager>> open(Options options);
  // As after kill -9 for the tiers: whatever the readers have not stored is read from the journal at the next start.
  ~StorageManager() override;

  // Commits what was accepted, refuses what comes, lets the readers catch up for a while, ends all threads. Idempotent.
  void close();

  Enqueued append(EventBatch events, Journal::Committed done) override;
  bool keeps_up() const override;
  Result<v1::ConversationSummary> load(ConversationId conversation) override;
  Result<std::vector<EventRef>> read(ConversationId conversation, Seq after_seq, std::size_t limit) override;
  std::optional<std::vector<EventRef>> read_recent(ConversationId conversation, Seq after_seq, std::size_t limit) override {
    return hot_->read_recent(conversation, after_seq, limit);
  }
  Result<std::optional<StoredAppend>> find_append(ConversationId conversation, Sender sender, const std::string& client_id,
                                                  std::int64_t not_before_ms) override;
  void settle() override;
  // Rows come from warm; the call first waits (at most list_wait_max) until warm has what was acked before it.
  Result<v1::ConversationList> list(const ConversationFilter& filter) override;
  // As list(): first waits for the index, which otherwise is behind by less than a second.
  Result<v1::SearchResult> search(const SearchQuery& query) override;
  Result<std::vector<UnresolvedConversation>> unresolved() override;
  Result<std::vector<ConversationId>> due_snoozed(std::int64_t now_ms, std::size_t limit) override;

  // As list().
  Result<v1::BotPerformance> performance(const Period& period) override;
  Result<std::vector<v1::UnansweredQuestion>> unanswered(const Period& period, std::size_t limit) override;

  // For metrics, tests and maintenance.
  struct Metrics {
    JournalPosition journal_begin;
    JournalPosition journal_end;
    JournalStats journal;
    HotStats hot;
    WarmStore::Stats warm;
    // Lag in bytes of journal: journal_end - reader.cursor.
    JournalReader::Stats warm_reader;
    JournalReader::Stats search_reader;
    ColdStore::Stats cold;
    std::uint64_t archived_events = 0;
  };
  Metrics metrics();
  JournalPosition journal_end() const { return journal_->end(); }
  JournalReader& warm_reader() { return *warm_reader_; }
  JournalReader& search_reader() { return *search_reader_; }
  Result<std::size_t> archive_step() { return archiver_->step(); }
  bool commit_step() { return journal_->step(); }
  Result<JournalReport> verify_journal() const { return journal_->verify(); }

 private:
  explicit StorageManager(Options options);
  Result<void> start();
  Result<void> start_warm();
  Result<void> start_search();
  // A new or lost index: everything that warm and the archive have, then the cursor.
  Result<void> fill_search(JournalPosition through, const std::atomic<bool>& stopping);
  Result<void> append_archived(const std::vector<ArchivedSpan>& spans, ConversationId conversation, Seq after_seq, std::size_t limit,
                               std::vector<EventRef>& into);
  // A reader moved: what every reader has may leave the journal.
  void release();

  const Options options_;
  // In the order they need each other; destroyed the other way round.
  std::unique_ptr<SegmentedJournal> journal_;
  std::unique_ptr<HotStore> hot_;
  std::unique_ptr<WarmStore> warm_;
  std::unique_ptr<ColdStore> cold_;
  std::unique_ptr<SearchIndex> search_;
  std::unique_ptr<JournalReader> warm_reader_;
  std::unique_ptr<JournalReader> search_reader_;
  std::unique_ptr<Archiver> archiver_;
  // The journal's end then.
  JournalPosition opened_at_;
  std::atomic<std::uint64_t> committed_through_{0};
  bool closed_ = false;
};

}  // namespace wk
