#include "storage/embedded/sqlite/error.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <string>

namespace wk::sqlite {

namespace {

ErrorCode code_of(sqlite3* connection, int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return ErrorCode::kStorageFull;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::kBusy;
    case SQLITE_CONSTRAINT:
      return ErrorCode::kConflict;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::kCorrupt;
    case SQLITE_IOERR:
      return connection != nullptr && sqlite3_system_errno(connection) == ENOSPC ? ErrorCode::kStorageFull : ErrorCode::kIo;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return ErrorCode::kIo;
    case SQLITE_TOOBIG:
      return ErrorCode::kTooLarge;
    case SQLITE_INTERRUPT:
      return ErrorCode::kTimeout;
    default:
      return ErrorCode::kInternal;
  }
}

}  // namespace

Error error_of(sqlite3* connection, int code, std::string_view doing) {
  std::string context(doing);
  context += ": ";
  // errmsg belongs to the last failed call, which may be another than `code`'s; errstr always fits.
  const bool has_message = connection != nullptr && (sqlite3_errcode(connection) & 0xff) == (code & 0xff);
  context += has_message ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  return Error{code_of(connection, code), std::move(context), nullptr, 0};
}

}  // namespace wk::sqlite
