// The reading half of SegmentedJournal, and giving up what everyone has read.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.hpp"
#include "storage/embedded/journal/limits.hpp"
#include "storage/embedded/journal/segmented_journal.hpp"

namespace wk {

JournalPosition SegmentedJournal::begin() const {
  const std::lock_guard lock(mutex_);
  return JournalPosition{begin_};
}

JournalPosition SegmentedJournal::end() const {
  const std::lock_guard lock(mutex_);
  return JournalPosition{end_};
}

bool SegmentedJournal::wait(JournalPosition from, Milliseconds at_most, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  readable_.wait_for(lock, std::move(stop), at_most, [&] { return end_ > from.value || closing_; });
  return end_ > from.value;
}

Result<JournalRead> SegmentedJournal::read(JournalPosition from, std::size_t bytes_max) {
  SegmentRef segment;
  std::uint64_t readable = 0;  // bytes from `from` to the end of its segment
  {
    const std::lock_guard lock(mutex_);
    if (from.value < begin_) {
      return fail(ErrorCode::kNotFound, fmt::format("position {} was released, the journal begins at {}", from.value, begin_));
    }
    if (from.value > end_) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("position {} is behind the journal's end {}", from.value, end_));
    }
    if (from.value == end_) return JournalRead{.records = {}, .next = from};
    const auto behind = std::upper_bound(segments_.begin(), segments_.end(), from.value,
                                         [](std::uint64_t position, const SegmentRef& s) { return position < s->base; });
    segment = *std::prev(behind);
    readable = (behind == segments_.end() ? end_ : std::min((*behind)->base, end_)) - from.value;
  }

  const std::size_t wanted = std::clamp(bytes_max, kRecordHeaderBytes, limits::kJournalReadBytesMax);
  std::string bytes;
  const auto load = [&](std::size_t size) -> Result<void> {
    bytes.resize(std::min<std::uint64_t>(size, readable));
    WK_TRY(const std::size_t count, segment->file->read_at(bytes, segment->file_offset(from.value)));
    bytes.resize(count);
    return {};
  };
  WK_TRY_VOID(load(wanted));
  if (const auto first = peek_record_bytes(bytes); first && *first > bytes.size()) WK_TRY_VOID(load(*first));

  JournalRead out{.records = {}, .next = from};
  while (const auto record = parse_record(std::string_view(bytes).substr(out.next.value - from.value), out.next.value)) {
    out.records.push_back({out.next, EventRef{.conversation = record->conversation,
                                              .seq = record->seq,
                                              .bytes = SharedBytes(std::string(record->event)),
                                              .visitor_may_see = record->visitor_may_see}});
    out.next = JournalPosition{record->end()};
  }
  // What is left must be the beginning of a record that did not fit; all of it is durable, so anything else is damage.
  const std::string_view rest = std::string_view(bytes).substr(out.next.value - from.value);
  const auto cut = peek_record_bytes(rest);
  const bool cut_by_us = bytes.size() < readable && (rest.size() < kRecordHeaderBytes || (cut && *cut > rest.size()));
  if (out.records.empty() || (!rest.empty() && !cut_by_us)) {
    return fail(ErrorCode::kCorrupt, fmt::format("{} at offset {}: no valid record begins at position {}",
                                                 segment->path.string(), segment->file_offset(out.next.value),
                                                 out.next.value));
  }
  return out;
}

void SegmentedJournal::release(JournalPosition position) {
  {
    const std::lock_guard lock(mutex_);
    while (segments_.size() > 1 && segments_[1]->base <= position.value) {
      released_.push_back(std::move(segments_.front()));
      segments_.erase(segments_.begin());
      begin_ = segments_.front()->base;
    }
    if (released_.empty()) return;
    release_wanted_ = true;
  }
  work_.notify_one();
}

// One at a time, oldest first, each one's removal synced: a crash must not leave a hole between segments, which recovery
// would have to take for lost data.
void SegmentedJournal::remove_released() {
  for (;;) {
    SegmentRef segment;
    {
      const std::lock_guard lock(mutex_);
      if (released_.empty()) return;
      segment = released_.front();
    }
    Result<void> removed = options_.files->remove(segment->path);
    if (removed) removed = options_.files->sync_directory(options_.directory);
    const std::lock_guard lock(mutex_);
    if (!removed) {
      // Tried again at the next release(), still the oldest first; until then those behind it stay as well.
      log_warning("journal.remove_failed", {{"file", segment->path.string()}, {"error", removed.error().context}});
      return;
    }
    released_.pop_front();
  }
}

}  // namespace wk
