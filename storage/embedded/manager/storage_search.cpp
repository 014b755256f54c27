// Search across the tiers: the index says where, the tiers say what.
#include <unordered_map>

#include "base/log.hpp"
#include "storage/embedded/manager/storage_manager.hpp"
#include "storage/embedded/search/excerpt.hpp"
#include "storage/embedded/search/query.hpp"

namespace wk {

Result<v1::SearchResult> StorageManager::search(const SearchQuery& query) {
  (void)search_reader_->wait_until(journal_->end(), options_.list_wait_max);
  WK_TRY(const SearchFound found, search_->find(query));
  const std::vector<search::Term> terms = search::parse_query(query.text);
  v1::SearchResult result;
  result.set_next_cursor(found.next_cursor);
  std::unordered_map<ConversationId, v1::ConversationSummary> summaries;
  for (const SearchFound::Place& place : found.places) {
    WK_TRY(const std::vector<EventRef> events, read(place.conversation, place.seq - 1, 1));
    v1::Event event;
    // An event that is no more (erased) may stay in the index a little longer.
    if (events.empty() || !event.ParseFromString(std::string(events.front().bytes.view()))) continue;
    auto [summary, first] = summaries.try_emplace(place.conversation);
    if (first) {
      WK_TRY(summary->second, load(place.conversation));
    }
    search::Excerpt excerpt = search::make_excerpt(searchable_text(event), terms);
    v1::SearchHit& hit = *result.add_hits();
    hit.set_conversation_id(place.conversation.value());
    hit.set_seq(place.seq);
    hit.set_time_ms(event.time_ms());
    *hit.mutable_actor() = event.actor();
    hit.set_excerpt(std::move(excerpt.text));
    hit.mutable_highlights()->Add(excerpt.highlights.begin(), excerpt.highlights.end());
    hit.set_note(event.body_case() == v1::Event::kNote);
    *hit.mutable_conversation() = summary->second;
  }
  return result;
}

Result<void> StorageManager::fill_search(JournalPosition through, const std::atomic<bool>& stopping) {
  log_info("search.filling", {{"through", through.value}});
  const Error interrupted{ErrorCode::kUnavailable, "stopped", nullptr, 0};
  const auto fill_archived = [&]() -> Result<void> {
    WK_TRY(const std::vector<int> months, cold_->months());
    for (const int month : months) {
      WK_TRY_VOID(cold_->for_each(month, [&](ConversationId, const std::vector<EventRef>& events) -> Result<void> {
        if (stopping) return fail(interrupted);
        return search_->backfill(events);
      }));
    }
    return {};
  };
  // Oldest first, as the index would have met them: its order is the order of the answers.
  WK_TRY_VOID(fill_archived());
  for (std::int64_t after = 0;;) {
    if (stopping) return fail(interrupted);
    WK_TRY(const WarmStore::Scan scan, warm_->scan(after, limits::kSearchBackfillStepEvents));
    if (scan.events.empty()) break;
    WK_TRY_VOID(search_->backfill(scan.events));
    after = scan.next;
  }
  // Once more, for what the archiver moved between the two.
  WK_TRY_VOID(fill_archived());
  WK_TRY_VOID(search_->set_cursor(through));
  log_info("search.filled", {{"through", through.value}});
  return {};
}

}  // namespace wk
