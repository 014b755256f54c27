// SqliteDirectory: agents.
#include <utility>

#include "storage/embedded/directory/detail/rows.hpp"
#include "storage/embedded/directory/sqlite_directory.hpp"

namespace wk {

using namespace directory_detail;

namespace {

#define WK_AGENT_COLUMNS "record,password_hash,totp_secret,totp_pending_secret,totp_last_step,recovery_hashes"

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).push_back('\n');
  return text;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t end; (end = text.find('\n')) != std::string_view::npos; text.remove_prefix(end + 1)) {
    lines.emplace_back(text.substr(0, end));
  }
  return lines;
}

Result<AgentRecord> record_of(const sqlite::Statement& row) {
  AgentRecord record;
  WK_TRY(record.agent, message_column<v1::Agent>(row, 0));
  record.password_hash = row.text(1);
  record.totp_secret = row.text(2);
  record.totp_pending_secret = row.text(3);
  record.totp_last_step = row.int64(4);
  record.recovery_hashes = lines_of(row.view(5));
  return record;
}

// Requires: `select` is bound.
Result<AgentRecord> only_record(sqlite::Statement& select) {
  WK_TRY(const bool found, select.step());
  if (!found) return fail(ErrorCode::kNotFound, "no such agent");
  return record_of(select);
}

// The eight parameters of an INSERT or UPDATE; runs it.
Result<void> write(sqlite::Statement& statement, const AgentRecord& record) {
  v1::Agent stored = record.agent;
  stored.clear_presence();  // live, not stored
  stored.clear_held_conversations();
  const std::string message = stored.SerializeAsString();
  const std::string email = folded(stored.email());
  const std::string recovery = joined(record.recovery_hashes);
  return with_conflict(statement
                           .bind_all(stored.id(), email, sqlite::Blob{message}, record.password_hash,
                                     sqlite::Blob{record.totp_secret}, sqlite::Blob{record.totp_pending_secret},
                                     record.totp_last_step, recovery)
                           .run(),
                       "email_taken");
}

Result<void> update(sqlite::Database& database, const AgentRecord& record) {
  WK_TRY(const auto statement,
         database.cached("UPDATE agents SET email_folded=?2,record=?3,password_hash=?4,totp_secret=?5,"
                         "totp_pending_secret=?6,totp_last_step=?7,recovery_hashes=?8 WHERE id=?1"));
  WK_TRY_VOID(write(*statement, record));
  if (database.changes() == 0) return fail(ErrorCode::kNotFound, "no such agent");
  return {};
}

}  // namespace

Result<void> SqliteDirectory::create_agent(const AgentRecord& record) {
  WK_TRY(const auto database, writer_.borrow());
  WK_TRY(const auto insert, database->cached("INSERT INTO agents(id,email_folded,record,password_hash,totp_secret,"
                                             "totp_pending_secret,totp_last_step,recovery_hashes) "
                                             "VALUES(?1,?2,?3,?4,?5,?6,?7,?8)"));
  return write(*insert, record);
}

Result<void> SqliteDirectory::update_agent(const AgentRecord& record) {
  WK_TRY(const auto database, writer_.borrow());
  return update(*database, record);
}

Result<AgentRecord> SqliteDirectory::modify_agent(AgentId id, const AgentChange& change) {
  WK_TRY(const auto database, writer_.borrow());
  WK_TRY(auto transaction, sqlite::Transaction::begin(*database));
  AgentRecord record;
  {
    WK_TRY(const auto select, database->cached("SELECT " WK_AGENT_COLUMNS " FROM agents WHERE id=?1"));
    select->bind(1, id);
    WK_TRY(record, only_record(*select));
  }
  WK_TRY_VOID(change(record));
  WK_TRY_VOID(update(*database, record));
  WK_TRY_VOID(transaction.commit());
  return record;
}

Result<AgentRecord> SqliteDirectory::agent(AgentId id) {
  WK_TRY(const auto database, readers_.borrow());
  WK_TRY(const auto select, database->cached("SELECT " WK_AGENT_COLUMNS " FROM agents WHERE id=?1"));
  select->bind(1, id);
  return only_record(*select);
}

Result<AgentRecord> SqliteDirectory::agent_by_email(const std::string& email) {
  WK_TRY(const auto database, readers_.borrow());
  WK_TRY(const auto select, database->cached("SELECT " WK_AGENT_COLUMNS " FROM agents WHERE email_folded=?1"));
  const std::string key = folded(email);
  select->bind(1, key);
  return only_record(*select);
}

Result<v1::AgentList> SqliteDirectory::agents(const Page& page) {
  WK_TRY(const std::uint64_t after, cursor_id(page.cursor));
  const std::size_t rows = page_rows(page);
  WK_TRY(const auto database, readers_.borrow());
  WK_TRY(const auto select, database->cached("SELECT record FROM agents WHERE id>?1 ORDER BY id LIMIT ?2"));
  select->bind_all(after, static_cast<std::int64_t>(rows + 1));
  v1::AgentList list;
  for (;;) {
    WK_TRY(const bool found, select->step());
    if (!found) return list;
    if (static_cast<std::size_t>(list.agents_size()) == rows) break;
    WK_TRY(*list.add_agents(), message_column<v1::Agent>(*select, 0));
  }
  list.set_next_cursor(std::to_string(list.agents(list.agents_size() - 1).id()));
  return list;
}

Result<std::size_t> SqliteDirectory::agent_count() {
  WK_TRY(const auto database, readers_.borrow());
  WK_TRY(const std::int64_t count, database->scalar("SELECT count(*) FROM agents"));
  return static_cast<std::size_t>(count);
}

#undef WK_AGENT_COLUMNS

}  // namespace wk
