#include "storage/embedded/warm/conversation_rows.hpp"

#include <algorithm>
#include <vector>

#include "storage/embedded/warm/limits.hpp"

namespace wk::warm {

namespace v1 = ::weikeyi::v1;

Result<v1::ConversationSummary*> ConversationRows::find(sqlite::Database& database, Changed& changed, ConversationId id) {
  auto [place, inserted] = changed.try_emplace(id);
  if (!inserted) return &place->second;
  for (const Changed* generation : {&young_, &old_}) {
    if (const auto found = generation->find(id); found != generation->end()) {
      place->second = found->second;
      return &place->second;
    }
  }
  WK_TRY(sqlite::CachedStatement select, database.cached("SELECT summary FROM conversations WHERE id = ?1"));
  select->bind_all(id);
  WK_TRY(const bool row, select->step());
  const std::string_view bytes = row ? select->view(0) : std::string_view();
  if (!place->second.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(ErrorCode::kCorrupt, "warm: the row of conversation " + id.str() + " does not parse");
  }
  return &place->second;
}

Result<void> ConversationRows::write(sqlite::Database& database, const Changed& changed) {
  WK_TRY(sqlite::CachedStatement upsert, database.cached(R"sql(
INSERT INTO conversations(id, site_id, contact_id, state, holder_kind, holder_agent, last_seq, updated_ms, snoozed_until_ms, summary)
VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT(id) DO UPDATE SET site_id = ?2, contact_id = ?3, state = ?4, holder_kind = ?5, holder_agent = ?6, last_seq = ?7,
  updated_ms = ?8, snoozed_until_ms = ?9, summary = ?10)sql"));
  // In the order of the key, so that neighbours in the file are written together.
  std::vector<const Changed::value_type*> rows;
  rows.reserve(changed.size());
  for (const auto& row : changed) rows.push_back(&row);
  std::sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  std::string bytes;
  for (const auto* row : rows) {
    const auto& [id, summary] = *row;
    summary.SerializeToString(&bytes);
    upsert->bind_all(id, summary.site_id(), summary.contact_id(), static_cast<int>(summary.state()),
                     static_cast<int>(summary.holder().kind()), summary.holder().agent_id(), summary.last_seq(),
                     summary.updated_ms(), summary.snoozed_until_ms(), sqlite::Blob{bytes});
    WK_TRY_VOID(upsert->run());
  }
  return {};
}

void ConversationRows::keep(Changed changed) {
  for (auto& [id, summary] : changed) young_.insert_or_assign(id, std::move(summary));
  if (young_.size() > limits::kWarmFoldsCachedMax / 2) {
    old_ = std::move(young_);
    young_ = {};
  }
}

}  // namespace wk::warm
