#include "storage/embedded/sqlite/copy.hpp"

#include <sqlite3.h>

#include "storage/embedded/sqlite/error.hpp"

namespace wk::sqlite {

Result<void> copy(Database& from, const std::filesystem::path& to) {
  WK_TRY(Database target, Database::open(to));
  sqlite3_backup* backup = sqlite3_backup_init(target.handle(), "main", from.handle(), "main");
  if (backup == nullptr) return fail(error_of(target.handle(), sqlite3_errcode(target.handle()), "copy to " + to.string()));
  int code = SQLITE_OK;
  for (int tries = 0; tries < 100; ++tries) {
    code = sqlite3_backup_step(backup, -1);
    if (code != SQLITE_BUSY && code != SQLITE_LOCKED) break;
    sqlite3_sleep(50);
  }
  const int finished = sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE) return fail(error_of(target.handle(), finished != SQLITE_OK ? finished : code, "copy to " + to.string()));
  return target.checkpoint();
}

}  // namespace wk::sqlite
