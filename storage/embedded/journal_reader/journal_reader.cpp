#include "storage/embedded/journal_reader/journal_reader.hpp"

#include <pthread.h>

#include <algorithm>

#include "base/log.hpp"
#include "base/thread_priority.hpp"

namespace wk {

namespace {
// A commit and stop() end the wait in the journal; nothing has to be looked at in between.
constexpr Milliseconds kJournalWait{600'000};
}  // namespace

JournalReader::JournalReader(Journal& journal, JournalPosition from, Options options, Apply apply, Advanced advanced,
                             Prepare prepare)
    : journal_(journal),
      options_(std::move(options)),
      apply_(std::move(apply)),
      advanced_(std::move(advanced)),
      prepare_(std::move(prepare)),
      cursor_(from.value) {
  stats_.cursor = from;
}

JournalReader::~JournalReader() { stop(); }

void JournalReader::start() {
  // The kernel keeps 15 characters of a thread's name.
  const std::string name = ("reader-" + options_.name).substr(0, 15);
  thread_ = std::thread([this] {
    run_behind_others();
    if (prepare()) run(false);
  });
  pthread_setname_np(thread_.native_handle(), name.c_str());
  if (options_.urgent_behind_bytes == 0) return;
  urgent_thread_ = std::thread([this] { run(true); });
  pthread_setname_np(urgent_thread_.native_handle(), name.c_str());
}

void JournalReader::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
  if (urgent_thread_.joinable()) urgent_thread_.join();
}

void JournalReader::pause() {
  const std::lock_guard lock(mutex_);
  paused_ = true;
}

void JournalReader::resume() {
  {
    const std::lock_guard lock(mutex_);
    paused_ = false;
  }
  changed_.notify_all();
}

bool JournalReader::wait_until(JournalPosition position, Milliseconds at_most) {
  if (cursor() >= position) return true;
  std::unique_lock lock(mutex_);
  hurried_to_ = std::max(hurried_to_, position.value);
  changed_.notify_all();
  return changed_.wait_for(lock, at_most, [&] { return stopping_ || cursor() >= position; }) && cursor() >= position;
}

JournalReader::Stats JournalReader::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

bool JournalReader::sleep(Milliseconds time, bool until_hurried) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [&] { return stopping_ || (until_hurried && hurried_to_ > cursor_.load()); });
  return stopping_;
}

bool JournalReader::note(const Result<void>& done) {
  const std::lock_guard lock(mutex_);
  failing_.store(!done, std::memory_order_relaxed);
  if (!done) {
    ++stats_.failures;
    // Once a streak: it may last for hours.
    if (stats_.error.empty()) {
      log_error("storage.reader_failed", {{"reader", options_.name}, {"error", done.error().context}});
    }
    stats_.error = done.error().context;
  } else if (!stats_.error.empty()) {
    log_info("storage.reader_recovered", {{"reader", options_.name}});
    stats_.error.clear();
  }
  return !done;
}

bool JournalReader::prepare() {
  Milliseconds backoff = limits::kReaderBackoffMin;
  while (!try_prepare()) {
    if (sleep(backoff, false)) return false;
    backoff = std::min(backoff * 2, limits::kReaderBackoffMax);
  }
  return !stopping_;
}

bool JournalReader::try_prepare() {
  if (!prepared_) prepared_ = !prepare_ || !note(prepare_(stopping_));
  return prepared_;
}

bool JournalReader::round() {
  {
    const std::lock_guard lock(mutex_);
    if (paused_) return false;
  }
  if (!try_prepare()) return false;
  const std::uint64_t before = cursor_.load();
  return !note(step()) && cursor_.load() != before;
}

bool JournalReader::hand_over(bool urgent) {
  if (options_.urgent_behind_bytes == 0) return false;
  const std::uint64_t behind = journal_.end().value - cursor_.load();
  const bool wanted = behind > (urgent ? options_.urgent_behind_bytes / 2 : options_.urgent_behind_bytes);
  if (wanted == urgent) return false;
  {
    const std::lock_guard lock(mutex_);
    urgent_ = wanted;
  }
  changed_.notify_all();
  return true;
}

void JournalReader::run(bool urgent) {
  Milliseconds backoff = limits::kReaderBackoffMin;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopping_ || (!paused_ && urgent_ == urgent); });
      if (stopping_) return;
    }
    if (!journal_.wait(cursor(), kJournalWait, stop_.get_token())) {
      // A journal that closes ends its waits at once; do not spin on it.
      if (sleep(Milliseconds(1), true)) return;
      continue;
    }
    {
      const std::lock_guard lock(mutex_);
      if (paused_) continue;
    }
    if (hand_over(urgent)) continue;
    const std::uint64_t before = cursor_.load();
    if (note(step())) {
      if (sleep(backoff, false)) return;
      backoff = std::min(backoff * 2, limits::kReaderBackoffMax);
      continue;
    }
    backoff = limits::kReaderBackoffMin;
    if (cursor_.load() == before && sleep(Milliseconds(1), false)) return;
    // Behind by much: no pause. Otherwise gather, unless somebody waits.
    const bool behind = journal_.end().value - cursor_.load() > limits::kReaderBatchBytesMax;
    if (!behind && sleep(options_.gather, true)) return;
  }
}

Result<void> JournalReader::step() {
  WK_TRY(const JournalRead read, journal_.read(cursor(), limits::kReaderBatchBytesMax));
  std::span<const JournalRecord> rest(read.records);
  while (!rest.empty()) {
    const std::size_t count = std::min(rest.size(), options_.batch_events_max);
    const JournalPosition next = count == rest.size() ? read.next : rest[count].position;
    WK_TRY_VOID(apply_(rest.first(count), next));
    rest = rest.subspan(count);
    {
      const std::lock_guard lock(mutex_);
      cursor_.store(next.value, std::memory_order_release);
      stats_.cursor = next;
      stats_.events += count;
      ++stats_.batches;
    }
    changed_.notify_all();
    advanced_(next);
  }
  return {};
}

}  // namespace wk
