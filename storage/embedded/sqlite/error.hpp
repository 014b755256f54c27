// SQLite's result codes as our errors.
#pragma once

#include <string_view>

#include "base/result.hpp"

struct sqlite3;

namespace wk::sqlite {

// `doing` says what was tried ("warm: apply batch"); SQLite's own words are appended. SQLITE_FULL (and ENOSPC under an I/O error) is
// kStorageFull, BUSY and LOCKED kBusy, constraint violations kConflict, CORRUPT and NOTADB kCorrupt, other refusals of the system kIo.
Error error_of(sqlite3* connection, int code, std::string_view doing);

}  // namespace wk::sqlite
