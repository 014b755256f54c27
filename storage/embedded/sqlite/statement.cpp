#include "storage/embedded/sqlite/statement.hpp"

#include <sqlite3.h>

#include "storage/embedded/sqlite/error.hpp"

namespace wk::sqlite {

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::bound(int code) {
  if (code != SQLITE_OK) bind_failed_ = code;
}

void Statement::bind(int index, std::int64_t value) { bound(sqlite3_bind_int64(statement_, index, value)); }
void Statement::bind(int index, double value) { bound(sqlite3_bind_double(statement_, index, value)); }
void Statement::bind(int index, std::nullopt_t) { bound(sqlite3_bind_null(statement_, index)); }

void Statement::bind(int index, std::string_view text) {
  // A null data() would bind NULL; an empty text is not nothing.
  const char* data = text.data() != nullptr ? text.data() : "";
  bound(sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind(int index, Blob blob) {
  const char* data = blob.bytes.data() != nullptr ? blob.bytes.data() : "";
  bound(sqlite3_bind_blob64(statement_, index, data, blob.bytes.size(), SQLITE_STATIC));
}

Result<bool> Statement::step() {
  if (bind_failed_ != 0) {
    const int code = std::exchange(bind_failed_, 0);
    return fail(error_of(nullptr, code, "bind"));
  }
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const char* sql = sqlite3_sql(statement_);
  Error error = error_of(sqlite3_db_handle(statement_), code, std::string_view(sql == nullptr ? "" : sql).substr(0, 120));
  sqlite3_reset(statement_);
  return fail(std::move(error));
}

Result<void> Statement::run() {
  for (;;) {
    WK_TRY(const bool row, step());
    if (!row) break;
  }
  reset();
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  bind_failed_ = 0;
}

std::int64_t Statement::int64(int column) const { return sqlite3_column_int64(statement_, column); }
double Statement::real(int column) const { return sqlite3_column_double(statement_, column); }
bool Statement::null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::string_view Statement::view(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int bytes = sqlite3_column_bytes(statement_, column);
  if (data == nullptr || bytes <= 0) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(bytes)};
}

}  // namespace wk::sqlite
