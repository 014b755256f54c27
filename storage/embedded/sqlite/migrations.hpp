// A file's schema as the list of steps that made it. PRAGMA user_version holds how many were taken; those missing are taken at
// start, each in a transaction of its own. Steps that were released are never edited: a change is a new step at the end.
#pragma once

#include <span>

#include "storage/embedded/sqlite/database.hpp"

namespace wk::sqlite {

// Fails with kConflict where the file's version is higher than this program knows: a newer program wrote it, nothing is touched.
Result<void> migrate(Database& database, std::span<const char* const> steps);
// For read-only openings: the same check without a change; also refuses an older schema.
Result<void> check_version(Database& database, std::span<const char* const> steps);

}  // namespace wk::sqlite
