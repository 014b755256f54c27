// The reading half of StorageManager: every call walks from the newest tier to the oldest.
//
// Why nothing can fall between two tiers: hot is asked first, and lets go of an event only after warm has committed it; so
// what hot did not hold then, warm holds now. Likewise warm answers its events and the list of what is archived from one
// transaction, and the archive has an event for good before that transaction forgets it.
#include <algorithm>

#include "base/log.hpp"
#include "core/model/fold.hpp"
#include "core/model/limits.hpp"
#include "storage/embedded/manager/storage_manager.hpp"

namespace wk {

namespace {

// Sorted, each seq once. The same event may be in two tiers after a crash between two commits.
void sort_and_unite(std::vector<EventRef>& events) {
  std::stable_sort(events.begin(), events.end(), [](const EventRef& a, const EventRef& b) { return a.seq < b.seq; });
  events.erase(std::unique(events.begin(), events.end(), [](const EventRef& a, const EventRef& b) { return a.seq == b.seq; }),
               events.end());
}

bool carries(const v1::Event& event, Sender sender, const std::string& client_id) {
  return event.client_id() == client_id && event.actor().kind() == sender.kind && event.actor().id() == sender.id;
}

// Looks through events, newest first. Done: found, or older than `oldest_ms`.
class AppendSearch {
 public:
  AppendSearch(Sender sender, const std::string& client_id, std::int64_t oldest_ms)
      : sender_(sender), client_id_(client_id), oldest_ms_(oldest_ms) {}

  Result<void> look_at(const EventRef& ref) {
    const std::string_view bytes = ref.bytes.view();
    // A client id is text within the bytes: most events are told apart without decoding them. The time needs it, but not of each.
    const bool maybe = bytes.find(client_id_) != std::string_view::npos;
    if (!maybe && ++skipped_ % kTimeCheckEvery != 0) return {};
    if (!event_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return fail(ErrorCode::kCorrupt, "event " + std::to_string(ref.seq) + " of conversation " + ref.conversation.str() + " does not parse");
    }
    if (maybe && carries(event_, sender_, client_id_)) found_ = StoredAppend{event_.seq(), event_.time_ms()};
    done_ = found_.has_value() || event_.time_ms() < oldest_ms_;
    return {};
  }
  bool done() const { return done_; }
  const std::optional<StoredAppend>& found() const { return found_; }

 private:
  static constexpr int kTimeCheckEvery = 16;
  const Sender sender_;
  const std::string& client_id_;
  const std::int64_t oldest_ms_;
  v1::Event event_;
  int skipped_ = 0;
  bool done_ = false;
  std::optional<StoredAppend> found_;
};

}  // namespace

Result<v1::ConversationSummary> StorageManager::load(ConversationId conversation) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    const std::optional<Seq> newest = hot_->last_seq(conversation);
    WK_TRY(std::optional<v1::ConversationSummary> row, warm_->conversation(conversation));
    if (!row && !newest) return fail(ErrorCode::kNotFound, "conversation " + conversation.str() + " was never written");
    v1::ConversationSummary summary = row ? std::move(*row) : v1::ConversationSummary();
    if (!newest || summary.last_seq() >= *newest) return summary;
    WK_TRY(const HotRead hot, hot_->read(conversation, summary.last_seq(), SIZE_MAX));
    // Warm took over what we looked for, and hot let go of it, between the two reads: look again.
    if (hot.events.empty() || hot.events.front().seq != summary.last_seq() + 1) continue;
    v1::Event event;
    for (const EventRef& ref : hot.events) {
      const std::string_view bytes = ref.bytes.view();
      if (!event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || event.seq() != summary.last_seq() + 1) {
        return fail(ErrorCode::kCorrupt, "event " + std::to_string(ref.seq) + " of conversation " + conversation.str() + " is not what it should be");
      }
      fold(summary, event);
    }
    return summary;
  }
  return fail(ErrorCode::kCorrupt, "the log of conversation " + conversation.str() + " has a hole between hot and warm");
}

Result<std::vector<EventRef>> StorageManager::read(ConversationId conversation, Seq after_seq, std::size_t limit) {
  limit = std::min(limit, limits::kReadEventsMax);
  if (limit == 0) return std::vector<EventRef>();
  WK_TRY(HotRead hot, hot_->read(conversation, after_seq, limit));
  if (!hot.events.empty() && hot.events.front().seq == after_seq + 1) return std::move(hot.events);
  WK_TRY(WarmRead warm, warm_->read(conversation, after_seq, Direction::kForward, limit));
  std::vector<EventRef> events = std::move(warm.events);
  WK_TRY_VOID(append_archived(warm.archived, conversation, after_seq, limit, events));
  std::move(hot.events.begin(), hot.events.end(), std::back_inserter(events));
  sort_and_unite(events);
  if (events.size() > limit) events.resize(limit);
  Seq expected = after_seq;
  for (const EventRef& event : events) {
    if (event.seq != ++expected) {
      log_error("storage.gap", {{"conversation", conversation.value()}, {"expected", expected}, {"found", event.seq}});
      return fail(ErrorCode::kCorrupt, "the log of conversation " + conversation.str() + " has no event " + std::to_string(expected));
    }
  }
  return events;
}

// Spans come by rising seq. Takes months until `limit` events are there: more than that the answer cannot use.
Result<void> StorageManager::append_archived(const std::vector<ArchivedSpan>& spans, ConversationId conversation, Seq after_seq,
                                             std::size_t limit, std::vector<EventRef>& into) {
  std::size_t taken = 0;
  for (const ArchivedSpan& span : spans) {
    if (taken >= limit) break;
    WK_TRY(std::vector<EventRef> archived, cold_->read(span.month, conversation));
    for (EventRef& event : archived) {
      if (event.seq <= after_seq || taken >= limit) continue;
      into.push_back(std::move(event));
      ++taken;
    }
  }
  return {};
}

Result<std::optional<StoredAppend>> StorageManager::find_append(ConversationId conversation, Sender sender,
                                                                const std::string& client_id, std::int64_t not_before_ms) {
  if (client_id.empty()) return std::optional<StoredAppend>();
  const std::int64_t oldest_ms = not_before_ms == 0 ? INT64_MIN : not_before_ms - limits::kFindAppendClockSlackMs;
  AppendSearch search(sender, client_id, oldest_ms);
  WK_TRY(const HotRead hot, hot_->read(conversation, 0, SIZE_MAX));
  Seq before = hot.events.empty() ? UINT32_MAX : hot.events.front().seq;
  for (auto event = hot.events.rbegin(); event != hot.events.rend() && !search.done(); ++event) WK_TRY_VOID(search.look_at(*event));
  while (!search.done() && before > 1) {
    WK_TRY(const WarmRead warm, warm_->read(conversation, before, Direction::kBackward, limits::kFindAppendStepEvents));
    for (const EventRef& event : warm.events) {
      if (search.done()) break;
      WK_TRY_VOID(search.look_at(event));
    }
    if (!warm.events.empty()) {
      before = warm.events.back().seq;
      continue;
    }
    // Warm has nothing more: the rest, if any, is archived, the newest month first.
    for (auto span = warm.archived.rbegin(); span != warm.archived.rend() && !search.done(); ++span) {
      WK_TRY(const std::vector<EventRef> archived, cold_->read(span->month, conversation));
      for (auto event = archived.rbegin(); event != archived.rend() && !search.done(); ++event) WK_TRY_VOID(search.look_at(*event));
    }
    break;
  }
  return search.found();
}

// Late rows are better than none, so a reader that is behind does not fail the call.
void StorageManager::settle() { (void)warm_reader_->wait_until(journal_->end(), options_.list_wait_max); }

Result<v1::ConversationList> StorageManager::list(const ConversationFilter& filter) {
  settle();
  return warm_->list(filter);
}

Result<std::vector<UnresolvedConversation>> StorageManager::unresolved() {
  if (!warm_reader_->wait_until(opened_at_, options_.list_wait_max)) return fail(ErrorCode::kBusy, "the warm tier is behind");
  return warm_->unresolved();
}

Result<v1::BotPerformance> StorageManager::performance(const Period& period) {
  settle();
  return warm_->bot_performance(period);
}

Result<std::vector<v1::UnansweredQuestion>> StorageManager::unanswered(const Period& period, std::size_t limit) {
  settle();
  return warm_->bot_unanswered(period, limit);
}

Result<std::vector<ConversationId>> StorageManager::due_snoozed(std::int64_t now_ms, std::size_t limit) {
  return warm_->due_snoozed(now_ms, limit);
}

}  // namespace wk
