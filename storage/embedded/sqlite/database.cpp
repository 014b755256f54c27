#include "storage/embedded/sqlite/database.hpp"

#include <sqlite3.h>

#include "storage/embedded/sqlite/error.hpp"
#include "storage/embedded/sqlite/wal_index_room.hpp"

namespace wk::sqlite {

void Database::Close::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

Result<Database> Database::open(const std::filesystem::path& path, const OpenOptions& options) {
  reserve_wal_index_room();
  // NOMUTEX: one thread at a time is our promise already.
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= options.mode == OpenMode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Database database;
  database.name_ = path.filename().string();
  database.connection_.reset(raw);
  if (code != SQLITE_OK) return fail(error_of(raw, code, "open " + path.string()));
  sqlite3_busy_timeout(raw, static_cast<int>(options.busy_timeout.count()));
  if (options.mode == OpenMode::kReadWriteCreate) {
    WK_TRY_VOID(database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"));
  }
  const std::string tuning =
      "PRAGMA cache_size=-" + std::to_string(options.cache_kibibytes) + "; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=" +
      std::to_string(options.log_pages) + ";";
  WK_TRY_VOID(database.execute(tuning.c_str()));
  return database;
}

Result<void> Database::execute(const char* sql) {
  const int code = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error_of(connection_.get(), code, name_ + ": " + std::string(sql).substr(0, 120)));
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()), 0, &raw, nullptr);
  if (code != SQLITE_OK) {
    return fail(error_of(connection_.get(), code, name_ + ": " + std::string(sql.substr(0, 120))));
  }
  return Statement(raw);
}

Result<CachedStatement> Database::cached(std::string_view sql) {
  auto found = cache_.find(sql);
  if (found == cache_.end()) {
    WK_TRY(Statement statement, prepare(sql));
    found = cache_.emplace(std::string(sql), std::make_unique<Statement>(std::move(statement))).first;
  }
  return CachedStatement(*found->second);
}

std::int64_t Database::last_insert_rowid() const { return sqlite3_last_insert_rowid(connection_.get()); }
std::int64_t Database::changes() const { return sqlite3_changes64(connection_.get()); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }
void Database::interrupt() { sqlite3_interrupt(connection_.get()); }

Result<std::int64_t> Database::scalar(std::string_view sql) {
  WK_TRY(Statement statement, prepare(sql));
  WK_TRY(const bool row, statement.step());
  return row ? statement.int64(0) : 0;
}

Result<void> Database::checkpoint() {
  const int code = sqlite3_wal_checkpoint_v2(connection_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error_of(connection_.get(), code, name_ + ": checkpoint"));
  return {};
}

Result<Transaction> Transaction::begin(Database& database) {
  WK_TRY_VOID(database.execute("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Transaction::~Transaction() {
  // An error may have rolled back already; there is nothing to do then.
  if (database_ != nullptr && database_->in_transaction()) (void)database_->execute("ROLLBACK");
}

Result<void> Transaction::commit() {
  Result<void> committed = database_->execute("COMMIT");
  if (!committed && database_->in_transaction()) (void)database_->execute("ROLLBACK");
  database_ = nullptr;
  return committed;
}

}  // namespace wk::sqlite
