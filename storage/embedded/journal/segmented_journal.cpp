#include "storage/embedded/journal/segmented_journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "storage/embedded/journal/limits.hpp"

namespace wk {
namespace {

// After a failed fdatasync the kernel may have dropped the dirty pages and marked them clean: reads then show what is not on
// disk and the next fdatasync succeeds without having written it. Nothing this process knows about the file is worth
// anything any more; recovery at the next start reads what really is there. Nobody was acked for what is lost.
[[noreturn]] void die_unsynced(std::string_view what, const Error& error) {
  log_error("journal.sync_failed", {{"while", what}, {"error", error.context}});
  std::abort();
}

void sync_or_die(File& file, std::string_view what) {
  if (const Result<void> synced = file.sync(); !synced) die_unsynced(what, synced.error());
}

}  // namespace

std::size_t SegmentedJournal::Batch::queue_bytes() const { return bytes + limits::kJournalBatchOverheadBytes; }

Result<std::unique_ptr<SegmentedJournal>> SegmentedJournal::open(Options options) {
  if (options.segment_bytes < limits::kJournalSegmentBytesMin || options.segment_bytes > limits::kJournalSegmentBytesMax) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("journal segments of {} bytes: allowed are {} to {}",
                                                         options.segment_bytes, limits::kJournalSegmentBytesMin,
                                                         limits::kJournalSegmentBytesMax));
  }
  WK_TRY_VOID(options.files->make_directory(options.directory));
  WK_TRY(std::unique_ptr<DirectoryLock> lock, options.files->lock(options.directory));
  WK_TRY(RecoveredJournal recovered, recover_journal(*options.files, options.directory, Recovery::kRepair));
  log_info("journal.opened", {{"directory", options.directory.string()},
                              {"segments", recovered.segments.size()},
                              {"end", recovered.end}});
  return std::unique_ptr<SegmentedJournal>(
      new SegmentedJournal(std::move(options), std::move(lock), std::move(recovered)));
}

Result<JournalReport> SegmentedJournal::check(const std::filesystem::path& directory, FileOps& files) {
  // A server at work writes, adds and removes while we look: what is damaged is still so at the third look.
  Result<JournalReport> report;
  for (int look = 0; look < 3; ++look) {
    report = [&]() -> Result<JournalReport> {
      WK_TRY(const RecoveredJournal found, recover_journal(files, directory, Recovery::kLookOnly));
      return verify_segments(found.segments, found.end);
    }();
    if (report) break;
  }
  return report;
}

SegmentedJournal::SegmentedJournal(Options options, std::unique_ptr<DirectoryLock> lock, RecoveredJournal recovered)
    : options_(std::move(options)),
      lock_(std::move(lock)),
      segments_(std::move(recovered.segments)),
      begin_(segments_.empty() ? recovered.end : segments_.front()->base),
      end_(recovered.end),
      active_(segments_.empty() ? nullptr : segments_.back()),
      allocated_bytes_(recovered.last_file_bytes),
      durable_(recovered.end) {
  if (options_.own_thread) {
    committer_ = std::thread([this] { run(); });
    pthread_setname_np(committer_.native_handle(), "committer");
  }
}

SegmentedJournal::~SegmentedJournal() { close(); }

void SegmentedJournal::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_.notify_all();
  readable_.notify_all();
  if (committer_.joinable()) committer_.join();
  if (!options_.own_thread) {
    while (turn()) {
    }
  }
}

Enqueued SegmentedJournal::submit(EventBatch events, Committed done) {
  Batch batch{.events = std::move(events), .done = std::move(done)};
  batch.bytes = journal_batch_bytes(batch.events);
  batch.too_large = batch.bytes > limits::kJournalBatchBytesMax ||
                    std::any_of(batch.events.begin(), batch.events.end(), [](const EventRef& event) {
                      return event.bytes.size() > limits::kJournalEventBytesMax;
                    });
  if (batch.too_large) {
    batch.events = {};
    batch.bytes = 0;
  }
  {
    const std::lock_guard lock(mutex_);
    if (closing_ || failing_ || queue_bytes_ + batch.queue_bytes() > limits::kJournalQueueBytesMax) {
      return Enqueued::kRefused;
    }
    queue_bytes_ += batch.queue_bytes();
    queue_.push_back(std::move(batch));
  }
  work_.notify_one();
  return Enqueued::kAccepted;
}

void SegmentedJournal::run() {
  do {
    std::unique_lock lock(mutex_);
    work_.wait(lock, [this] { return !queue_.empty() || release_wanted_ || closing_; });
  } while (turn());
}

// false: nothing waits, which the thread sees only once the journal closes.
bool SegmentedJournal::turn() {
  std::vector<Batch> group;
  bool clean_up = false;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.empty() && !release_wanted_) return false;
    group = take_group();
    clean_up = std::exchange(release_wanted_, false);
  }
  // First, because under load there is no quiet moment; and a full disk needs it before it can store more.
  if (clean_up) remove_released();
  if (!group.empty()) commit(std::move(group));
  return true;
}

bool SegmentedJournal::step() {
  WK_ASSERT(!options_.own_thread);
  return turn();
}

// Batches that go into one segment with one write and one sync. At least one, if any waits.
std::vector<SegmentedJournal::Batch> SegmentedJournal::take_group() {
  std::vector<Batch> group;
  std::uint64_t bytes = 0;
  std::uint64_t room = active_ ? active_->base + active_->capacity - durable_ : 0;
  while (!queue_.empty()) {
    Batch& next = queue_.front();
    if (bytes + next.bytes > room) {
      if (bytes > 0) break;
      // It will get a segment of its own, or shares the new one with those behind it.
      room = std::max<std::uint64_t>(options_.segment_bytes, next.bytes);
    }
    if (bytes > 0 && bytes + next.bytes > limits::kJournalGroupBytesMax) break;
    bytes += next.bytes;
    group.push_back(std::move(next));
    queue_.pop_front();
  }
  return group;
}

void SegmentedJournal::commit(std::vector<Batch> group) {
  std::uint64_t bytes = 0;
  for (const Batch& batch : group) bytes += batch.bytes;
  const Result<void> stored = bytes == 0 ? Result<void>() : store(group, bytes);
  if (stored) {
    if (bytes > 0 && std::exchange(failed_before_, false)) log_info("journal.commits_again");
    finish(std::move(group));
  } else {
    fail_all(std::move(group), stored.error());
  }
}

Result<void> SegmentedJournal::store(const std::vector<Batch>& group, std::uint64_t bytes) {
  WK_TRY_VOID(make_room(bytes));
  buffer_.clear();
  buffer_.reserve(bytes);
  for (const Batch& batch : group) {
    for (const EventRef& event : batch.events) {
      append_record(buffer_,
                    {.position = durable_ + buffer_.size(),
                     .group_begin = durable_,
                     .last_of_batch = &event == &batch.events.back()},
                    event);
    }
  }
  WK_ASSERT(buffer_.size() == bytes);
  if (Result<void> written = active_->file->write_at(buffer_, active_->file_offset(durable_)); !written) {
    cut_back();
    return written;
  }
  sync_or_die(*active_->file, "committing");
  durable_ += bytes;
  if (buffer_.capacity() > 2 * limits::kJournalGroupBytesMax) buffer_ = std::string();
  return {};
}

// Afterwards `bytes` fit into active_, and the disk has room for them: what can fail for want of room fails before
// anything is written.
Result<void> SegmentedJournal::make_room(std::uint64_t bytes) {
  if (!active_ || durable_ + bytes > active_->base + active_->capacity) return add_segment(bytes);
  if (active_->file_offset(durable_ + bytes) <= allocated_bytes_) return {};
  // The file was cut at recovery or after a failed write.
  const std::uint64_t whole = kSegmentHeaderBytes + active_->capacity;
  if (Result<void> allocated = active_->file->allocate(whole); !allocated) {
    const std::uint64_t enough = active_->file_offset(durable_ + bytes);
    if (Result<void> again = active_->file->allocate(enough); !again) {
      cut_back();  // gives back what the first try may have got
      return again;
    }
    allocated_bytes_ = enough;
    return {};
  }
  allocated_bytes_ = whole;
  return {};
}

Result<void> SegmentedJournal::add_segment(std::uint64_t bytes) {
  const std::filesystem::path path = options_.directory / segment_name(durable_);
  std::filesystem::path unfinished = path;
  unfinished += kUnfinishedSuffix;
  Result<SegmentRef> segment = make_segment(unfinished, bytes);
  Result<void> made = segment ? Result<void>() : fail(segment.error());
  if (made && active_) {
    // Cut to its records before the new one has its name: recovery tells from the length that nothing is missing.
    made = active_->file->truncate(active_->file_offset(durable_));
    if (made) {
      allocated_bytes_ = active_->file_offset(durable_);
      sync_or_die(*active_->file, "closing a segment");
    }
  }
  if (made) made = options_.files->rename(unfinished, path);
  if (!made) {
    if (const Result<void> removed = options_.files->remove(unfinished); !removed) {
      log_warning("journal.remove_failed", {{"file", unfinished.string()}, {"error", removed.error().context}});
    }
    return made;
  }
  if (const Result<void> synced = options_.files->sync_directory(options_.directory); !synced) {
    die_unsynced("adding a segment", synced.error());
  }
  (*segment)->path = path;
  active_ = std::move(*segment);
  allocated_bytes_ = kSegmentHeaderBytes + active_->capacity;
  const std::lock_guard lock(mutex_);
  segments_.push_back(active_);
  return {};
}

Result<SegmentRef> SegmentedJournal::make_segment(const std::filesystem::path& unfinished, std::uint64_t bytes) {
  WK_TRY(std::unique_ptr<File> file, options_.files->open(unfinished, FileOps::Open::kCreate));
  std::uint64_t capacity = std::max(options_.segment_bytes, bytes);
  Result<void> allocated = file->allocate(kSegmentHeaderBytes + capacity);
  // On a nearly full disk a smaller segment does as well.
  while (!allocated && allocated.error().code == ErrorCode::kStorageFull && capacity / 2 >= bytes &&
         capacity / 2 >= limits::kJournalSmallSegmentBytes) {
    capacity /= 2;
    WK_TRY_VOID(file->truncate(0));
    allocated = file->allocate(kSegmentHeaderBytes + capacity);
  }
  if (!allocated) return fail(allocated.error());
  WK_TRY_VOID(file->write_at(encode_segment_header({.base = durable_, .capacity = capacity}), 0));
  sync_or_die(*file, "making a segment");
  auto segment = std::make_shared<Segment>();
  segment->base = durable_;
  segment->capacity = capacity;
  segment->file = std::move(file);
  return segment;
}

// Nothing behind durable_ may stay on disk: it would be found at the next start, although its senders were told it is not
// stored. Synced before they are told.
void SegmentedJournal::cut_back() {
  const std::uint64_t cut = active_->file_offset(durable_);
  if (const Result<void> cut_off = active_->file->truncate(cut); !cut_off) die_unsynced("cutting back", cut_off.error());
  sync_or_die(*active_->file, "cutting back");
  allocated_bytes_ = cut;
}

void SegmentedJournal::finish(std::vector<Batch> group) {
  std::uint64_t end = 0;
  {
    const std::lock_guard lock(mutex_);
    end = end_;
    end_ = durable_;
    ++stats_.groups;
    for (const Batch& batch : group) {
      queue_bytes_ -= batch.queue_bytes();
      ++stats_.batches;
      stats_.records += batch.events.size();
      stats_.bytes += batch.bytes;
    }
  }
  readable_.notify_all();
  for (Batch& batch : group) {
    end += batch.bytes;
    if (batch.too_large) {
      batch.done(fail(ErrorCode::kTooLarge, fmt::format("a batch may have {} bytes and an event in it {}",
                                                        limits::kJournalBatchBytesMax, limits::kJournalEventBytesMax)));
    } else {
      batch.done(JournalPosition{end});
    }
  }
}

void SegmentedJournal::fail_all(std::vector<Batch> group, const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    failing_ = true;
    ++stats_.failures;
    std::move(queue_.begin(), queue_.end(), std::back_inserter(group));
    queue_.clear();
    queue_bytes_ = 0;
  }
  // Once, not for every try on a full disk.
  if (!std::exchange(failed_before_, true)) log_error("journal.commit_failed", {{"error", error.context}});
  const ErrorCode code = error.code == ErrorCode::kStorageFull ? ErrorCode::kStorageFull : ErrorCode::kIo;
  for (std::size_t i = 0; i < group.size(); ++i) {
    // What is submitted from now on comes after every failure.
    if (i + 1 == group.size()) {
      const std::lock_guard lock(mutex_);
      failing_ = false;
    }
    group[i].done(fail(code, error.context));
  }
}

Result<JournalReport> SegmentedJournal::verify() const {
  std::vector<SegmentRef> segments;
  std::uint64_t end = 0;
  {
    const std::lock_guard lock(mutex_);
    segments = segments_;
    end = end_;
  }
  return verify_segments(segments, end);
}

JournalStats SegmentedJournal::stats() const {
  const std::lock_guard lock(mutex_);
  JournalStats stats = stats_;
  stats.queue_bytes = queue_bytes_;
  return stats;
}

}  // namespace wk
