#include "storage/embedded/manager/storage_manager.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "storage/embedded/journal/format.hpp"
#include "storage/embedded/manager/start_room.hpp"

namespace wk {

StorageManager::StorageManager(Options options) : options_(std::move(options)) {}

Result<std::unique_ptr<StorageManager>> StorageManager::open(Options options) {
  std::unique_ptr<StorageManager> manager(new StorageManager(std::move(options)));
  WK_TRY_VOID(manager->start());
  return manager;
}

Result<void> StorageManager::start() {
  const std::filesystem::path& directory = options_.directory;
  std::error_code error;
  std::filesystem::create_directories(directory / "journal", error);
  if (error) return fail(ErrorCode::kIo, "make " + directory.string() + ": " + error.message());
  WK_TRY(journal_, SegmentedJournal::open({.directory = directory / "journal",
                                           .segment_bytes = options_.journal_segment_bytes,
                                           .files = options_.journal_files,
                                           .own_thread = options_.own_threads}));
  opened_at_ = journal_->end();
  committed_through_ = opened_at_.value;
  WK_TRY(warm_, WarmStore::open(directory / "warm.db", {.contacts = options_.contacts}));
  WK_TRY(search_, SearchIndex::open(directory / "search.db"));
  cold_ = std::make_unique<ColdStore>(directory / "archive");
  WK_TRY_VOID(start_warm());
  WK_TRY_VOID(start_search());
  // Before the readers, who would take it.
  start_room::keep(directory);
  // Both exist before either moves: release() asks both.
  if (options_.own_threads) {
    warm_reader_->start();
    search_reader_->start();
  }
  archiver_ = std::make_unique<Archiver>(*warm_, *cold_, *options_.clock, options_.warm_keep);
  if (options_.own_threads && options_.archive_in_background && options_.warm_keep.count() > 0) archiver_->start();
  log_info("storage.opened", {{"directory", directory.string()},
                              {"journal_end", journal_->end().value},
                              {"warm_behind_bytes", journal_->end().value - warm_reader_->cursor().value},
                              {"search_behind_bytes", journal_->end().value - search_reader_->cursor().value}});
  return {};
}

Result<void> StorageManager::start_warm() {
  const JournalPosition cursor = warm_->cursor();
  if (cursor > journal_->end() || (cursor < journal_->begin() && cursor.value != 0)) {
    return fail(ErrorCode::kCorrupt, "warm.db stands at position " + std::to_string(cursor.value) + ", the journal holds " +
                                         std::to_string(journal_->begin().value) + " to " +
                                         std::to_string(journal_->end().value) + ": they do not belong together");
  }
  const JournalPosition from = std::max(cursor, journal_->begin());
  hot_ = std::make_unique<HotStore>(*journal_, options_.hot);
  WK_TRY_VOID(hot_->replay(from));
  warm_reader_ = std::make_unique<JournalReader>(
      *journal_, from, JournalReader::Options{.name = "warm", .urgent_behind_bytes = options_.warm_behind_bytes_max / limits::kWarmUrgentPart},
      [this](std::span<const JournalRecord> records, JournalPosition next) { return warm_->apply(records, next); },
      [this](JournalPosition at) {
        hot_->set_warm_cursor(at);
        release();
      });
  return {};
}

Result<void> StorageManager::start_search() {
  JournalPosition from = search_->cursor();
  JournalReader::Prepare prepare;
  // The index is derived: one that is new, lost or from another time is filled from warm and the archive, which together have
  // everything before warm's cursor; from there on it follows the journal.
  const bool behind = from < journal_->begin() || from > journal_->end() || (from.value == 0 && warm_->cursor().value > 0);
  if (behind) {
    from = warm_reader_->cursor();
    prepare = [this, from](const std::atomic<bool>& stopping) { return fill_search(from, stopping); };
  }
  search_reader_ = std::make_unique<JournalReader>(
      *journal_, from, JournalReader::Options{.name = "search"},
      [this](std::span<const JournalRecord> records, JournalPosition next) { return search_->apply(records, next); },
      [this](JournalPosition) { release(); }, std::move(prepare));
  return {};
}

StorageManager::~StorageManager() {
  // The writers before what they write to.
  if (archiver_) archiver_->stop();
  if (search_reader_) search_reader_->stop();
  if (warm_reader_) warm_reader_->stop();
  // Before hot goes: what was accepted is committed, and its `done` puts it there.
  if (journal_) journal_->close();
}

void StorageManager::close() {
  if (std::exchange(closed_, true)) return;
  archiver_->stop();
  journal_->close();
  for (JournalReader* reader : {warm_reader_.get(), search_reader_.get()}) {
    if (!reader->wait_until(journal_->end(), limits::kCloseDrainMax)) {
      log_info("storage.closed_behind", {{"bytes", journal_->end().value - reader->cursor().value}});
    }
    reader->stop();
  }
}

void StorageManager::release() { journal_->release(std::min(warm_reader_->cursor(), search_reader_->cursor())); }

Enqueued StorageManager::append(EventBatch events, Journal::Committed done) {
  return journal_->submit(events, [this, events, done = std::move(done)](Result<JournalPosition> end) mutable {
    if (end) {
      hot_->add(place_batch({events.begin(), events.end()}, *end));
      committed_through_.store(end->value, std::memory_order_relaxed);
    }
    done(std::move(end));
  });
}

bool StorageManager::keeps_up() const {
  const std::uint64_t most = warm_reader_->failing() ? options_.warm_failing_behind_bytes_max : options_.warm_behind_bytes_max;
  return committed_through_.load(std::memory_order_relaxed) <= warm_reader_->cursor().value + most;
}

StorageManager::Metrics StorageManager::metrics() {
  Metrics metrics;
  metrics.journal_begin = journal_->begin();
  metrics.journal_end = journal_->end();
  metrics.journal = journal_->stats();
  metrics.hot = hot_->stats();
  if (Result<WarmStore::Stats> warm = warm_->stats()) metrics.warm = *warm;
  metrics.warm_reader = warm_reader_->stats();
  metrics.search_reader = search_reader_->stats();
  metrics.cold = cold_->stats();
  metrics.archived_events = archiver_->moved();
  return metrics;
}

}  // namespace wk
