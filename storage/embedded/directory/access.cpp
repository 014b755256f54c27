// SqliteDirectory: what agents come with, browser sessions and API tokens.
#include <utility>

#include "storage/embedded/directory/detail/rows.hpp"
#include "storage/embedded/directory/sqlite_directory.hpp"

namespace wk {

using namespace directory_detail;

namespace {

AgentSessionRecord session_of(const sqlite::Statement& row) {
  return {.id = row.id<AgentSessionId>(0),
          .agent = row.id<AgentId>(1),
          .token_hash = row.text(2),
          .created_ms = row.int64(3),
          .last_seen_ms = row.int64(4),
          .expires_ms = row.int64(5),
          .ip = row.text(6),
          .user_agent = row.text(7)};
}

Result<v1::ApiToken> api_token_of(const sqlite::Statement& row) {
  WK_TRY(v1::ApiToken token, message_column<v1::ApiToken>(row, 0));
  token.set_last_used_ms(row.int64(1));
  return token;
}

Result<ApiTokenRecord> only_api_token(sqlite::Statement& select) {
  WK_TRY(const bool found, select.step());
  if (!found) return fail(ErrorCode::kNotFound, "no such API token");
  ApiTokenRecord record;
  WK_TRY(record.token, api_token_of(select));
  record.token_hash = select.text(2);
  return record;
}

}  // namespace

Result<void> SqliteDirectory::create_session(const AgentSessionRecord& record) {
  WK_TRY(const auto database, writer_.borrow());
  WK_TRY(const auto insert, database->cached("INSERT INTO agent_sessions(id,agent_id,token_hash,created_ms,last_seen_ms,"
                                             "expires_ms,ip,user_agent) VALUES(?1,?2,?3,?4,?5,?6,?7,?8)"));
  return insert
      ->bind_all(record.id, record.agent, record.token_hash, record.created_ms, record.last_seen_ms, record.expires_ms,
                 record.ip, record.user_agent)
      .run();
}

Result<AgentSessionRecord> SqliteDirectory::session_by_token_hash(const std::string& token_hash) {
  WK_TRY(const auto database, readers_.borrow());
  WK_TRY(const auto select, database->cached("SELECT id,agent_id,token_hash,created_ms,last_seen_ms,expires_ms,ip,"
                                             "user_agent FROM agent_sessions WHERE token_hash=?1"));
  select->bind(1, token_hash);
  WK_TRY(const bool found, select->step());
  if (!found) return fail(ErrorCode::kNotFound, "no such session");
  return session_of(*select);
}

Result<void> SqliteDirectory::touch_session(AgentSessionId id, std::int64_t last_seen_ms) {
  WK_TRY(const auto database, writer_.borrow());
  WK_TRY(const auto update, database->cached("UPDATE agent_sessions SET expires_ms=expires_ms+?2-last_seen_ms,"
                                             "last_seen_ms=?2 WHERE id=?1 AND last_seen_ms<?2"));
  return update->bind_all(id, last_seen_ms).run();
}

Result<std::vector<AgentSessionRecord>> SqliteDirectory::sessions(AgentId agent) {
  WK_TRY(const auto database, readers_.borrow());
  WK_TRY(const auto select,
         database->cached("SELECT id,agent_id,token_hash,created_ms,last_seen_ms,expires_ms,ip,user_agent "
                          "FROM agent_sessions WHERE agent_id=?1 ORDER BY last_seen_ms DESC, id DESC"));
  select->bind(1, agent);
  std::vector<AgentSessionRecord> records;
  for (;;) {
    WK_TRY(const bool found, select->step());
    if (!found) return records;
    records.push_back(session_of(*select));
  }
}

Result<std::vector<AgentSessionId>> SqliteDirectory::end_sessions(AgentId agent, AgentSessionId only,
                                                                  AgentSessionId keep) {
  WK_TRY(const auto database, writer_.borrow());
  WK_TRY(const auto remove, database->cached("DELETE FROM agent_sessions WHERE agent_id=?1 AND (?2=0 OR id=?2) AND id<>?3 "
                                             "RETURNING id"));
  remove->bind_all(agent, only, keep);
  std::vector<AgentSessionId> ended;
  for (;;) {
    WK_TRY(const bool found, remove->step());
    if (!found) return ended;
    ended.push_back(remove->id<AgentSessionId>(0));
  }
}

// -- API tokens

Result<void> SqliteDirectory::create_api_token(const ApiTokenRecord& record) {
  v1::ApiToken stored = record.token;
  stored.clear_secret();
  stored.clear_last_used_ms();
  const std::string message = stored.SerializeAsString();
  WK_TRY(const auto database, writer_.borrow());
  WK_TRY(const auto insert, database->cached("INSERT INTO api_tokens(id,agent_id,token_hash,last_used_ms,record) "
                                             "VALUES(?1,?2,?3,?4,?5)"));
  return insert
      ->bind_all(stored.id(), stored.agent_id(), record.token_hash, record.token.last_used_ms(), sqlite::Blob{message})
      .run();
}

Result<ApiTokenRecord> SqliteDirectory::api_token_by_hash(const std::string& token_hash) {
  WK_TRY(const auto database, readers_.borrow());
  WK_TRY(const auto select,
         database->cached("SELECT record,last_used_ms,token_hash FROM api_tokens WHERE token_hash=?1"));
  select->bind(1, token_hash);
  return only_api_token(*select);
}

Result<void> SqliteDirectory::touch_api_token(ApiTokenId id, std::int64_t last_used_ms) {
  WK_TRY(const auto database, writer_.borrow());
  WK_TRY(const auto update,
         database->cached("UPDATE api_tokens SET last_used_ms=?2 WHERE id=?1 AND last_used_ms<?2"));
  return update->bind_all(id, last_used_ms).run();
}

Result<v1::ApiTokenList> SqliteDirectory::api_tokens(std::optional<AgentId> owner, const Page& page) {
  WK_TRY(const std::uint64_t after, cursor_id(page.cursor));
  const std::size_t rows = page_rows(page);
  WK_TRY(const auto database, readers_.borrow());
  WK_TRY(const auto select, database->cached("SELECT record,last_used_ms FROM api_tokens "
                                             "WHERE id>?1 AND (?2 OR agent_id=?3) ORDER BY id LIMIT ?4"));
  select->bind_all(after, !owner.has_value(), owner.value_or(AgentId{}), static_cast<std::int64_t>(rows + 1));
  v1::ApiTokenList list;
  for (;;) {
    WK_TRY(const bool found, select->step());
    if (!found) return list;
    if (static_cast<std::size_t>(list.tokens_size()) == rows) break;
    WK_TRY(*list.add_tokens(), api_token_of(*select));
  }
  list.set_next_cursor(std::to_string(list.tokens(list.tokens_size() - 1).id()));
  return list;
}

Result<ApiTokenRecord> SqliteDirectory::api_token(ApiTokenId id) {
  WK_TRY(const auto database, readers_.borrow());
  WK_TRY(const auto select, database->cached("SELECT record,last_used_ms,token_hash FROM api_tokens WHERE id=?1"));
  select->bind(1, id);
  return only_api_token(*select);
}

Result<void> SqliteDirectory::delete_api_token(ApiTokenId id) {
  WK_TRY(const auto database, writer_.borrow());
  WK_TRY(const auto remove, database->cached("DELETE FROM api_tokens WHERE id=?1"));
  WK_TRY_VOID(remove->bind_all(id).run());
  if (database->changes() == 0) return fail(ErrorCode::kNotFound, "no such API token");
  return {};
}

}  // namespace wk
