#include "storage/embedded/directory/sqlite_directory.hpp"

#include <utility>

#include "storage/embedded/directory/detail/rows.hpp"
#include "storage/embedded/directory/detail/schema.hpp"
#include "storage/embedded/sqlite/migrations.hpp"
#include "storage/embedded/sqlite/substring_tokenizer.hpp"

namespace wk {

using namespace directory_detail;

namespace {

Result<sqlite::Database> open_connection(const std::filesystem::path& file, sqlite::OpenMode mode) {
  WK_TRY(sqlite::Database database, sqlite::Database::open(file, {.mode = mode}));
  WK_TRY_VOID(sqlite::register_substring_tokenizer(database));
  return database;
}

}  // namespace

SqliteDirectory::SqliteDirectory(std::filesystem::path file, const Clock& clock)
    : file_(std::move(file)),
      clock_(clock),
      writer_([this] { return open_connection(file_, sqlite::OpenMode::kReadWriteCreate); }, 1),
      readers_([this] { return open_connection(file_, sqlite::OpenMode::kReadOnly); },
               directory_limits::kReadConnectionsMax),
      sites_(std::make_shared<const std::vector<v1::Site>>()) {}

Result<std::unique_ptr<SqliteDirectory>> SqliteDirectory::open(const std::filesystem::path& file, const Clock& clock) {
  std::unique_ptr<SqliteDirectory> directory(new SqliteDirectory(file, clock));
  {
    WK_TRY(const auto database, directory->writer_.borrow());
    WK_TRY_VOID(sqlite::migrate(*database, kSteps));
    WK_TRY_VOID(directory->reload_sites(*database));
  }
  return directory;
}

// -- sites

Result<void> SqliteDirectory::reload_sites(sqlite::Database& database) {
  auto all = std::make_shared<std::vector<v1::Site>>();
  WK_TRY(const auto select, database.cached("SELECT record FROM sites ORDER BY id"));
  for (;;) {
    WK_TRY(const bool found, select->step());
    if (!found) break;
    WK_TRY(v1::Site site, message_column<v1::Site>(*select, 0));
    all->push_back(std::move(site));
  }
  std::shared_ptr<const std::vector<v1::Site>> snapshot = std::move(all);
  // Swapped, so that the old one is destroyed after the lock.
  sites_.with([&](auto& current) { current.swap(snapshot); });
  return {};
}

Result<void> SqliteDirectory::create_site(const v1::Site& site) {
  WK_TRY(const auto database, writer_.borrow());
  {
    WK_TRY(const auto insert, database->cached("INSERT INTO sites(id,key,record) VALUES(?1,?2,?3)"));
    const std::string record = site.SerializeAsString();
    WK_TRY_VOID(with_conflict(insert->bind_all(site.id(), site.key(), sqlite::Blob{record}).run(), "key_taken"));
  }
  return reload_sites(*database);
}

Result<void> SqliteDirectory::update_site(const v1::Site& site) {
  WK_TRY(const auto database, writer_.borrow());
  {
    WK_TRY(const auto update, database->cached("UPDATE sites SET key=?2, record=?3 WHERE id=?1"));
    const std::string record = site.SerializeAsString();
    WK_TRY_VOID(with_conflict(update->bind_all(site.id(), site.key(), sqlite::Blob{record}).run(), "key_taken"));
    if (database->changes() == 0) return fail(ErrorCode::kNotFound, "no such site");
  }
  return reload_sites(*database);
}

Result<v1::Site> SqliteDirectory::site(SiteId id) {
  const auto all = sites();
  for (const v1::Site& site : *all) {
    if (site.id() == id.value()) return site;
  }
  return fail(ErrorCode::kNotFound, "no such site");
}

std::shared_ptr<const std::vector<v1::Site>> SqliteDirectory::sites() const {
  return sites_.with([](const auto& current) { return current; });
}

// -- answers under an Idempotency-Key

Result<std::optional<Directory::IdempotentAnswer>> SqliteDirectory::idempotent_answer(const std::string& scope,
                                                                                       const std::string& key) {
  WK_TRY(const auto database, readers_.borrow());
  // What is too old but not yet purged is gone already.
  WK_TRY(const auto select, database->cached("SELECT request_hash,status,body FROM idempotent_answers "
                                             "WHERE scope=?1 AND key=?2 AND created_ms>?3"));
  select->bind_all(scope, key, clock_.now_ms() - directory_limits::kIdempotentAnswerMs);
  WK_TRY(const bool found, select->step());
  if (!found) return std::optional<IdempotentAnswer>();
  return std::optional(IdempotentAnswer{
      .request_hash = select->text(0), .status = select->uint32(1), .body = select->text(2)});
}

Result<void> SqliteDirectory::put_idempotent_answer(const std::string& scope, const std::string& key,
                                                    const IdempotentAnswer& answer, std::int64_t now_ms) {
  WK_TRY(const auto database, writer_.borrow());
  // The first answer given stays the answer, unless it is too old to count.
  WK_TRY(const auto insert,
         database->cached("INSERT INTO idempotent_answers(scope,key,request_hash,status,body,created_ms) "
                          "VALUES(?1,?2,?3,?4,?5,?6) ON CONFLICT(scope,key) DO UPDATE SET "
                          "request_hash=?3,status=?4,body=?5,created_ms=?6 WHERE created_ms<=?7"));
  return insert
      ->bind_all(scope, key, answer.request_hash, answer.status, sqlite::Blob{answer.body}, now_ms,
                 now_ms - directory_limits::kIdempotentAnswerMs)
      .run();
}

// -- settings

Result<std::optional<std::string>> SqliteDirectory::setting(const std::string& name) {
  WK_TRY(const auto database, readers_.borrow());
  WK_TRY(const auto select, database->cached("SELECT value FROM settings WHERE name=?1"));
  select->bind(1, name);
  WK_TRY(const bool found, select->step());
  return found ? std::optional(select->text(0)) : std::nullopt;
}

Result<void> SqliteDirectory::put_setting(const std::string& name, const std::string& value) {
  WK_TRY(const auto database, writer_.borrow());
  WK_TRY(const auto put, database->cached("INSERT INTO settings(name,value) VALUES(?1,?2) "
                                          "ON CONFLICT(name) DO UPDATE SET value=?2"));
  return put->bind_all(name, sqlite::Blob{value}).run();
}

Result<void> SqliteDirectory::purge(std::int64_t now_ms) {
  WK_TRY(const auto database, writer_.borrow());
  WK_TRY(const auto sessions, database->cached("DELETE FROM agent_sessions WHERE expires_ms<=?1"));
  WK_TRY_VOID(sessions->bind_all(now_ms).run());
  WK_TRY(const auto answers, database->cached("DELETE FROM idempotent_answers WHERE created_ms<=?1"));
  return answers->bind_all(now_ms - directory_limits::kIdempotentAnswerMs).run();
}

}  // namespace wk
