#include "storage/embedded/manager/archiver.hpp"

#include <pthread.h>

#include <algorithm>
#include <vector>

#include "base/log.hpp"
#include "base/thread_priority.hpp"
#include "storage/embedded/manager/limits.hpp"

namespace wk {

void Archiver::start() {
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "archiver");
}

void Archiver::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Archiver::run() {
  run_behind_others();
  for (;;) {
    const Result<std::size_t> moved = step();
    if (!moved) log_error("storage.archiver_failed", {{"error", moved.error().context}});
    const bool more = moved && *moved > 0;
    std::unique_lock lock(mutex_);
    // Between steps the warm reader gets its turn; with nothing to do it is enough to look now and then.
    if (wake_.wait_for(lock, more ? limits::kArchiverStepPause : limits::kArchiverIdlePause, [this] { return stopping_; })) return;
  }
}

Result<std::size_t> Archiver::step() {
  WK_TRY(const ArchiveCandidate candidate, warm_.archive_candidate(clock_.now_ms() - keep_.count(), limits::kArchiverStepEvents));
  if (candidate.events.empty()) return std::size_t{0};
  // By month; never back to an earlier one (a clock may have been), so that the spans of a conversation do not overlap.
  std::vector<ArchivedSpan> spans;
  std::vector<EventRef> month_events;
  const auto put_month = [&]() -> Result<void> {
    if (month_events.empty()) return {};
    WK_TRY_VOID(cold_.put(spans.back().month, candidate.conversation, month_events));
    month_events.clear();
    return {};
  };
  for (const ArchiveCandidate::Event& entry : candidate.events) {
    const int month = std::max(month_of(entry.time_ms), spans.empty() ? 0 : spans.back().month);
    if (spans.empty() || spans.back().month != month) {
      WK_TRY_VOID(put_month());
      spans.push_back({month, entry.event.seq, entry.event.seq});
    }
    spans.back().last_seq = entry.event.seq;
    month_events.push_back(entry.event);
  }
  WK_TRY_VOID(put_month());
  WK_TRY_VOID(warm_.drop_archived(candidate.conversation, spans));
  moved_ += candidate.events.size();
  return candidate.events.size();
}

}  // namespace wk
