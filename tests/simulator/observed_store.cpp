#include "tests/simulator/observed_store.hpp"

#include <memory>

namespace wk::simulator {

Enqueued ObservedStore::append(EventBatch events, Journal::Committed done) {
  if (world_.mutation == Mutation::kNotesShown) {
    std::vector<EventRef> shown(events.begin(), events.end());
    for (EventRef& event : shown) event.visitor_may_see = true;
    events = EventBatch(std::move(shown));
  }
  const std::size_t batch = world_.ledger.on_submitted(events);
  const std::size_t count = events.size();
  auto answer = std::make_shared<Journal::Committed>(std::move(done));
  const Enqueued enqueued = store_.append(events, [this, batch, count, answer](Result<JournalPosition> end) {
    if (world_.dead) return;  // nobody heard of it; the next start tells whether it is there
    world_.trace("journal: batch {} of {} {}", batch, count, end ? "is durable" : end.error().context);
    if (end) {
      world_.ledger.on_durable(batch);
    } else {
      world_.ledger.on_refused(batch);
    }
    if (world_.mutation == Mutation::kAckBeforeSync) return;  // told long ago
    if (world_.mutation == Mutation::kNumberReused && end && world_.random.percent(5)) {
      return (*answer)(fail(ErrorCode::kIo, "mutation: stored, and said not to be"));
    }
    if (world_.mutation == Mutation::kNumberLeaked && !end) return (*answer)(JournalPosition{});
    (*answer)(std::move(end));
  });
  if (enqueued == Enqueued::kRefused) {
    world_.ledger.on_refused(batch);
  } else if (world_.mutation == Mutation::kAckBeforeSync) {
    (*answer)(JournalPosition{});
  }
  return enqueued;
}

Result<std::vector<EventRef>> ObservedStore::read(ConversationId conversation, Seq after_seq, std::size_t limit) {
  WK_TRY(std::vector<EventRef> events, store_.read(conversation, after_seq, limit));
  if (world_.mutation == Mutation::kTierForgets && events.size() > 2 && world_.random.percent(5)) events.erase(events.begin() + 1);
  return events;
}

Result<std::optional<StoredAppend>> ObservedStore::find_append(ConversationId conversation, Sender sender,
                                                               const std::string& client_id, std::int64_t not_before_ms) {
  if (world_.mutation == Mutation::kDedupeForgotten) return std::optional<StoredAppend>();
  return store_.find_append(conversation, sender, client_id, not_before_ms);
}

}  // namespace wk::simulator
