#include "storage/embedded/manager/storage_manager.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "storage/embedded/journal/format.hpp"

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
                                           .files = options_.journal_files}));
  WK_TRY(warm_, WarmStore::open(directory / "warm.db", {.contacts = options_.contacts}));
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
      *journal_, from, JournalReader::Options{.name = "warm"},
      [this](std::span<const JournalRecord> records, JournalPosition next) { return warm_->apply(records, next); },
      [this](JournalPosition at) {
        hot_->set_warm_cursor(at);
        release();
      });
  warm_reader_->start();
  log_info("storage.opened", {{"directory", directory.string()},
                              {"journal_end", journal_->end().value},
                              {"warm_behind_bytes", journal_->end().value - from.value}});
  return {};
}

StorageManager::~StorageManager() {
  // Readers before what they read and write.
  if (warm_reader_) warm_reader_->stop();
  // Before hot goes: what was accepted is committed, and its `done` puts it there.
  if (journal_) journal_->close();
}

void StorageManager::close() {
  if (std::exchange(closed_, true)) return;
  journal_->close();
  if (!warm_reader_->wait_until(journal_->end(), limits::kCloseDrainMax)) {
    log_info("storage.closed_behind", {{"reader", "warm"}, {"bytes", journal_->end().value - warm_reader_->cursor().value}});
  }
  warm_reader_->stop();
}

void StorageManager::release() { journal_->release(warm_reader_->cursor()); }

Enqueued StorageManager::append(std::vector<EventRef> events, Journal::Committed done) {
  std::vector<EventRef> kept = events;
  return journal_->submit(std::move(events), [this, kept = std::move(kept), done = std::move(done)](Result<JournalPosition> end) mutable {
    if (end) hot_->add(place_batch(kept, *end));
    done(std::move(end));
  });
}

StorageManager::Metrics StorageManager::metrics() {
  Metrics metrics;
  metrics.journal_begin = journal_->begin();
  metrics.journal_end = journal_->end();
  metrics.journal = journal_->stats();
  metrics.hot = hot_->stats();
  if (Result<WarmStore::Stats> warm = warm_->stats()) metrics.warm = *warm;
  metrics.warm_reader = warm_reader_->stats();
  return metrics;
}

}  // namespace wk
