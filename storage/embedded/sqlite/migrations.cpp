#include "storage/embedded/sqlite/migrations.hpp"

#include <string>

namespace wk::sqlite {

namespace {

Result<std::size_t> version_of(Database& database, std::size_t known) {
  WK_TRY(const std::int64_t version, database.scalar("PRAGMA user_version"));
  if (version < 0 || static_cast<std::size_t>(version) > known) {
    return fail(ErrorCode::kConflict, database.name() + " has schema version " + std::to_string(version) +
                                          ", this program knows " + std::to_string(known) +
                                          ": it was written by a newer version");
  }
  return static_cast<std::size_t>(version);
}

}  // namespace

Result<void> migrate(Database& database, std::span<const char* const> steps) {
  WK_TRY(const std::size_t version, version_of(database, steps.size()));
  for (std::size_t step = version; step < steps.size(); ++step) {
    WK_TRY(Transaction transaction, Transaction::begin(database));
    // Another process may have been faster.
    WK_TRY(const std::size_t present, version_of(database, steps.size()));
    if (present > step) continue;
    WK_TRY_VOID(database.execute(steps[step]));
    const std::string set = "PRAGMA user_version=" + std::to_string(step + 1);
    WK_TRY_VOID(database.execute(set.c_str()));
    WK_TRY_VOID(transaction.commit());
  }
  return {};
}

Result<void> check_version(Database& database, std::span<const char* const> steps) {
  WK_TRY(const std::size_t version, version_of(database, steps.size()));
  if (version != steps.size()) {
    return fail(ErrorCode::kConflict, database.name() + " has the older schema version " + std::to_string(version) +
                                          "; starting the server once brings it up to date");
  }
  return {};
}

}  // namespace wk::sqlite
