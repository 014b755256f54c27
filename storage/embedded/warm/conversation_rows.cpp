#include "storage/embedded/warm/conversation_rows.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "storage/embedded/warm/limits.hpp"

namespace wk::warm {

namespace v1 = ::weikeyi::v1;

ConversationRows::Fold::Columns ConversationRows::Fold::columns_of(const v1::ConversationSummary& summary) {
  return {.site_id = summary.site_id(),
          .contact_id = summary.contact_id(),
          .holder_agent = summary.holder().agent_id(),
          .snoozed_until_ms = summary.snoozed_until_ms(),
          .state = static_cast<int>(summary.state()),
          .holder_kind = static_cast<int>(summary.holder().kind())};
}

Result<ConversationRows::Fold*> ConversationRows::find(sqlite::Database& database, ConversationId id) {
  if (const auto found = young_.find(id); found != young_.end()) return &found->second;
  if (auto node = old_.extract(id)) return &young_.insert(std::move(node)).position->second;

  WK_TRY(sqlite::CachedStatement select, database.cached("SELECT summary FROM conversations WHERE id = ?1"));
  select->bind_all(id);
  WK_TRY(const bool row, select->step());
  Fold fold;
  if (row) {
    const std::string_view bytes = select->view(0);
    if (!fold.summary.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return fail(ErrorCode::kCorrupt, "warm: the row of conversation " + id.str() + " does not parse");
    }
    fold.has_row = true;
    fold.stored = Fold::columns_of(fold.summary);
  }
  return &young_.emplace(id, std::move(fold)).first->second;
}

void ConversationRows::touch(ConversationId id, Fold& fold) {
  if (!std::exchange(fold.touched, true)) touched_.push_back({id, &fold});
}

Result<void> ConversationRows::write(sqlite::Database& database) {
  WK_TRY(sqlite::CachedStatement insert, database.cached(R"sql(
INSERT INTO conversations(id, last_seq, updated_ms, summary, site_id, contact_id, state, holder_kind, holder_agent, snoozed_until_ms)
VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10))sql"));
  WK_TRY(sqlite::CachedStatement update, database.cached(R"sql(
UPDATE conversations SET last_seq = ?2, updated_ms = ?3, summary = ?4, site_id = ?5, contact_id = ?6, state = ?7, holder_kind = ?8,
  holder_agent = ?9, snoozed_until_ms = ?10 WHERE id = ?1)sql"));
  // SQLite writes every index that has a column of the SET list anew, whether its value changed or not. Most batches change none.
  WK_TRY(sqlite::CachedStatement advance,
         database.cached("UPDATE conversations SET last_seq = ?2, updated_ms = ?3, summary = ?4 WHERE id = ?1"));
  // In the order of the key, so that neighbours in the file are written together.
  std::sort(touched_.begin(), touched_.end(), [](const Touched& a, const Touched& b) { return a.id < b.id; });
  std::string bytes;
  std::map<Kind, std::int64_t> tallies;
  for (const auto& [id, fold] : touched_) {
    const v1::ConversationSummary& summary = fold->summary;
    const Fold::Columns columns = Fold::columns_of(summary);
    summary.SerializeToString(&bytes);
    if (fold->has_row && columns == fold->stored) {
      advance->bind_all(id, summary.last_seq(), summary.updated_ms(), sqlite::Blob{bytes});
      WK_TRY_VOID(advance->run());
      continue;
    }
    sqlite::Statement& statement = fold->has_row ? *update : *insert;
    statement.bind_all(id, summary.last_seq(), summary.updated_ms(), sqlite::Blob{bytes}, columns.site_id, columns.contact_id,
                       columns.state, columns.holder_kind, columns.holder_agent, columns.snoozed_until_ms);
    WK_TRY_VOID(statement.run());
    if (fold->has_row) --tallies[kind_of(fold->stored)];
    ++tallies[kind_of(columns)];
    fold->has_row = true;
    fold->stored = columns;
  }
  return write_tallies(database, tallies);
}

ConversationRows::Kind ConversationRows::kind_of(const Fold::Columns& columns) {
  // As they are stored: ids are unsigned here and signed there.
  return {static_cast<std::int64_t>(columns.site_id), columns.state, columns.holder_kind, static_cast<std::int64_t>(columns.holder_agent)};
}

Result<void> ConversationRows::write_tallies(sqlite::Database& database, const std::map<Kind, std::int64_t>& changes) {
  WK_TRY(sqlite::CachedStatement count, database.cached(R"sql(
INSERT INTO tallies(site_id, state, holder_kind, holder_agent, conversations) VALUES(?1, ?2, ?3, ?4, ?5)
ON CONFLICT DO UPDATE SET conversations = conversations + excluded.conversations)sql"));
  for (const auto& [kind, change] : changes) {
    if (change == 0) continue;
    count->bind_all(kind[0], kind[1], kind[2], kind[3], change);
    WK_TRY_VOID(count->run());
  }
  return {};
}

void ConversationRows::keep() {
  for (const Touched& touched : touched_) touched.fold->touched = false;
  touched_.clear();
  if (young_.size() > limits::kWarmFoldsCachedMax / 2) {
    old_ = std::move(young_);
    young_ = {};
  }
}

void ConversationRows::forget() {
  touched_.clear();
  young_.clear();
  old_.clear();
}

}  // namespace wk::warm
