// Lists of conversations: newest change first, with keyset cursors, and the numbers on the tabs.
#include <algorithm>
#include <charconv>

#include "storage/embedded/warm/limits.hpp"
#include "storage/embedded/warm/warm_store.hpp"

namespace wk {

using sqlite::CachedStatement;
using sqlite::Database;
using sqlite::Statement;

namespace {

struct ListCursor {
  std::int64_t updated_ms = 0;
  std::int64_t id = 0;
};

std::string encode(const ListCursor& cursor) { return std::to_string(cursor.updated_ms) + "-" + std::to_string(cursor.id); }

Result<ListCursor> decode(std::string_view text) {
  ListCursor cursor;
  const char* const end = text.data() + text.size();
  auto [dash, first] = std::from_chars(text.data(), end, cursor.updated_ms);
  if (first == std::errc() && dash != end && *dash == '-') {
    auto [last, second] = std::from_chars(dash + 1, end, cursor.id);
    if (second == std::errc() && last == end) return cursor;
  }
  return fail(ErrorCode::kInvalidArgument, "cursor: not one that a list answered");
}

// Collects conditions and what stands for their question marks.
class Where {
 public:
  void add(const char* condition, std::int64_t value) {
    sql_ += sql_.empty() ? " WHERE " : " AND ";
    sql_ += condition;
    values_.push_back(value);
  }
  void add_sites(const std::vector<SiteId>& sites) {
    if (sites.empty()) return;
    sql_ += sql_.empty() ? " WHERE " : " AND ";
    sql_ += "site_id IN (";
    for (std::size_t i = 0; i < sites.size(); ++i) {
      sql_ += i == 0 ? "?" : ",?";
      values_.push_back(static_cast<std::int64_t>(sites[i].value()));
    }
    sql_ += ")";
  }
  void add_literal(const char* condition) {
    sql_ += sql_.empty() ? " WHERE " : " AND ";
    sql_ += condition;
  }
  void add_before(const ListCursor& cursor) {
    add_literal("(updated_ms, id) < (?, ?)");
    values_.push_back(cursor.updated_ms);
    values_.push_back(cursor.id);
  }
  const std::string& sql() const { return sql_; }
  int bind(Statement& statement, int index) const {
    for (const std::int64_t value : values_) statement.bind(index++, value);
    return index;
  }

 private:
  std::string sql_;
  std::vector<std::int64_t> values_;
};

Result<Where> where_of(const ConversationFilter& filter) {
  Where where;
  if (filter.holder_agent) {
    // Written as the partial index has it, so that the planner takes that one.
    where.add_literal("holder_kind = 3");
    where.add("holder_agent = ?", static_cast<std::int64_t>(filter.holder_agent->value()));
  } else if (filter.holder_kind) {
    // Here too, and not as parameters.
    if (*filter.holder_kind == v1::HOLDER_KIND_QUEUE) {
      where.add_literal("holder_kind = 2");
    } else if (*filter.holder_kind == v1::HOLDER_KIND_BOT) {
      where.add_literal("holder_kind = 1");
    } else {
      where.add("holder_kind = ?", static_cast<std::int64_t>(*filter.holder_kind));
    }
  }
  if (filter.state) where.add("state = ?", static_cast<std::int64_t>(*filter.state));
  if (filter.contact) where.add("contact_id = ?", static_cast<std::int64_t>(filter.contact->value()));
  where.add_sites(filter.sites);
  if (!filter.cursor.empty()) {
    WK_TRY(const ListCursor cursor, decode(filter.cursor));
    where.add_before(cursor);
  }
  return where;
}

// Everything not resolved, as an agent's tabs show it.
Result<v1::ConversationCounts> counts_of(Database& database, const ConversationFilter& filter) {
  Where where;
  where.add_literal("state <> 4");
  where.add_sites(filter.sites);
  const AgentId agent = filter.counts_for ? *filter.counts_for : filter.holder_agent.value_or(AgentId());
  WK_TRY(Statement count, database.prepare("SELECT sum(conversations), sum(conversations * (holder_kind = 2)), "
                                           "sum(conversations * (holder_kind = 3 AND holder_agent = ?)), sum(conversations * (holder_kind = 1)) FROM tallies" + where.sql()));
  count.bind(1, agent);
  where.bind(count, 2);
  v1::ConversationCounts counts;
  WK_TRY(const bool row, count.step());
  if (row) {
    counts.set_all(count.uint32(0));
    counts.set_queue(count.uint32(1));
    counts.set_mine(count.uint32(2));
    counts.set_bot(count.uint32(3));
  }
  return counts;
}

}  // namespace

Result<v1::ConversationList> WarmStore::list(const ConversationFilter& filter) {
  const std::size_t limit = std::clamp<std::size_t>(filter.limit, 1, limits::kListConversationsMax);
  WK_TRY(const Where where, where_of(filter));
  WK_TRY(auto database, readers_.borrow());
  v1::ConversationList list;
  {
    WK_TRY(Statement select, database->prepare("SELECT summary, updated_ms, id FROM conversations" + where.sql() +
                                               " ORDER BY updated_ms DESC, id DESC LIMIT ?"));
    const int next = where.bind(select, 1);
    // One more than asked for tells whether there is another page.
    select.bind(next, static_cast<std::int64_t>(limit + 1));
    ListCursor last;
    for (;;) {
      WK_TRY(const bool row, select.step());
      if (!row) break;
      if (static_cast<std::size_t>(list.conversations_size()) == limit) {
        list.set_next_cursor(encode(last));
        break;
      }
      const std::string_view bytes = select.view(0);
      if (!list.add_conversations()->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        return fail(ErrorCode::kCorrupt, "warm: the row of conversation " + std::to_string(select.uint64(2)) + " does not parse");
      }
      last = {select.int64(1), select.int64(2)};
    }
  }
  WK_TRY(*list.mutable_counts(), counts_of(*database, filter));
  return list;
}

Result<std::vector<UnresolvedConversation>> WarmStore::unresolved() {
  WK_TRY(auto database, readers_.borrow());
  // Named, so that the planner does not read the whole table for it.
  WK_TRY(CachedStatement select, database->cached("SELECT id, site_id, state, holder_kind, holder_agent, summary FROM conversations "
                                                  "INDEXED BY conversations_unresolved WHERE state <> 4"));
  std::vector<UnresolvedConversation> all;
  v1::ConversationSummary summary;
  for (;;) {
    WK_TRY(const bool row, select->step());
    if (!row) return all;
    UnresolvedConversation& one = all.emplace_back();
    one.conversation = select->id<ConversationId>(0);
    one.site = select->id<SiteId>(1);
    one.state = static_cast<v1::ConversationState>(select->int64(2));
    one.holder_kind = static_cast<v1::HolderKind>(select->int64(3));
    one.holder_agent = select->id<AgentId>(4);
    if (one.holder_kind != v1::HOLDER_KIND_QUEUE) continue;
    const std::string_view bytes = select->view(5);
    if (!summary.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return fail(ErrorCode::kCorrupt, "warm: the row of conversation " + one.conversation.str() + " does not parse");
    }
    one.waiting_since_ms = summary.waiting_since_ms() != 0 ? summary.waiting_since_ms() : summary.updated_ms();
  }
}

Result<std::vector<ConversationId>> WarmStore::due_snoozed(std::int64_t now_ms, std::size_t limit) {
  WK_TRY(auto database, readers_.borrow());
  WK_TRY(CachedStatement select, database->cached("SELECT id FROM conversations WHERE state = 3 AND snoozed_until_ms > 0 "
                                                  "AND snoozed_until_ms <= ?1 ORDER BY snoozed_until_ms LIMIT ?2"));
  select->bind_all(now_ms, static_cast<std::int64_t>(limit));
  std::vector<ConversationId> due;
  for (;;) {
    WK_TRY(const bool row, select->step());
    if (!row) return due;
    due.push_back(select->id<ConversationId>(0));
  }
}

}  // namespace wk
