// What the archiver takes from the warm tier.
#include "storage/embedded/warm/warm_store.hpp"

namespace wk {

using sqlite::CachedStatement;
using sqlite::Database;
using sqlite::Transaction;

Result<ArchiveCandidate> WarmStore::archive_candidate(std::int64_t before_ms, std::size_t events_max) {
  WK_TRY(auto database, readers_.borrow());
  ArchiveCandidate candidate;
  {
    WK_TRY(CachedStatement oldest, database->cached("SELECT conversation_id, time_ms FROM events ORDER BY id LIMIT 1"));
    WK_TRY(const bool row, oldest->step());
    if (!row || oldest->int64(1) >= before_ms) return candidate;
    candidate.conversation = oldest->id<ConversationId>(0);
  }
  WK_TRY(CachedStatement select, database->cached("SELECT seq, time_ms, flags, bytes FROM events WHERE conversation_id = ?1 "
                                                  "ORDER BY seq LIMIT ?2"));
  select->bind_all(candidate.conversation, static_cast<std::int64_t>(events_max));
  for (;;) {
    WK_TRY(const bool row, select->step());
    // Seqs, not times, decide what belongs together: a clock that went back must not tear a hole.
    if (!row || select->int64(1) >= before_ms) return candidate;
    candidate.events.push_back({select->int64(1), EventRef{candidate.conversation, select->uint32(0),
                                                           SharedBytes(select->text(3)), (select->int64(2) & 1) != 0}});
  }
}

Result<void> WarmStore::drop_archived(ConversationId conversation, std::span<const ArchivedSpan> spans) {
  if (!archiver_) {
    WK_TRY(archiver_, Database::open(file_));
  }
  WK_TRY(Transaction transaction, Transaction::begin(*archiver_));
  {
    WK_TRY(CachedStatement remember, archiver_->cached(
        "INSERT INTO archived(conversation_id, month, first_seq, last_seq) VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET "
        "first_seq = min(first_seq, excluded.first_seq), last_seq = max(last_seq, excluded.last_seq)"));
    WK_TRY(CachedStatement forget, archiver_->cached("DELETE FROM events WHERE conversation_id = ?1 AND seq BETWEEN ?2 AND ?3"));
    for (const ArchivedSpan& span : spans) {
      remember->bind_all(conversation, span.month, span.first_seq, span.last_seq);
      WK_TRY_VOID(remember->run());
      forget->bind_all(conversation, span.first_seq, span.last_seq);
      WK_TRY_VOID(forget->run());
    }
  }
  return transaction.commit();
}

}  // namespace wk
