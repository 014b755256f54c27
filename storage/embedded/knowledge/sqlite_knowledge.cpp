#include "storage/embedded/knowledge/sqlite_knowledge.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "storage/embedded/sqlite/migrations.hpp"

namespace wk {
namespace {

constexpr std::size_t kReadConnectionsMax = 2;
constexpr std::size_t kPageRowsMax = 200;
// Each may be 200 KB.
constexpr std::int64_t kTitledRowsMax = 20;

// words: the title and the phrasings, a line each.
constexpr std::array<const char*, 3> kSteps = {
    "CREATE TABLE entries(id INTEGER PRIMARY KEY, site_id INTEGER NOT NULL, words TEXT NOT NULL, record BLOB NOT NULL);",
    "ALTER TABLE entries ADD COLUMN crawl_id INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX entries_by_crawl ON entries(crawl_id) WHERE crawl_id<>0;"
    "CREATE TABLE crawls(id INTEGER PRIMARY KEY, record BLOB NOT NULL);",
    // 0 until take_kinds() has read it out of the record. A column behind the record is slow to read where that is long: lists of one kind go by the index.
    "ALTER TABLE entries ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX entries_by_kind ON entries(kind);",
};

Result<v1::KnowledgeEntry> parsed(const sqlite::Statement& row, int column) {
  const std::string_view bytes = row.view(column);
  v1::KnowledgeEntry entry;
  if (!entry.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(ErrorCode::kCorrupt, "knowledge.db: a stored entry does not parse");
  }
  return entry;
}

// Of entries that were stored before there was the column.
Result<void> take_kinds(sqlite::Database& database) {
  std::vector<std::pair<std::int64_t, v1::KnowledgeKind>> kinds;
  {
    WK_TRY(sqlite::Statement select, database.prepare("SELECT id,record FROM entries WHERE kind=0"));
    for (;;) {
      WK_TRY(const bool found, select.step());
      if (!found) break;
      WK_TRY(const v1::KnowledgeEntry entry, parsed(select, 1));
      kinds.emplace_back(select.int64(0), entry.kind());
    }
  }
  if (kinds.empty()) return {};
  WK_TRY(sqlite::Transaction transaction, sqlite::Transaction::begin(database));
  for (const auto& [id, kind] : kinds) {
    WK_TRY(const auto update, database.cached("UPDATE entries SET kind=?2 WHERE id=?1"));
    WK_TRY_VOID(update->bind_all(id, std::int64_t{kind}).run());
  }
  return transaction.commit();
}

// A LIKE pattern that finds `text` anywhere.
std::string anywhere(const std::string& text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

}  // namespace

SqliteKnowledge::SqliteKnowledge(const std::filesystem::path& file, std::size_t entries_max)
    : entries_max_(entries_max),
      writer_([file] { return sqlite::Database::open(file); }, 1),
      readers_([file] { return sqlite::Database::open(file, {.mode = sqlite::OpenMode::kReadOnly}); }, kReadConnectionsMax) {}

Result<std::unique_ptr<SqliteKnowledge>> SqliteKnowledge::open(const std::filesystem::path& file, std::size_t entries_max) {
  std::unique_ptr<SqliteKnowledge> store(new SqliteKnowledge(file, entries_max));
  WK_TRY(const auto database, store->writer_.borrow());
  WK_TRY_VOID(sqlite::migrate(*database, kSteps));
  WK_TRY_VOID(take_kinds(*database));
  return store;
}

Result<void> SqliteKnowledge::put(const v1::KnowledgeEntry& entry) {
  std::string words = entry.title();
  for (const std::string& phrasing : entry.phrasings()) words += "\n" + phrasing;
  const std::string record = entry.SerializeAsString();
  WK_TRY(const auto database, writer_.borrow());
  WK_TRY(sqlite::Transaction transaction, sqlite::Transaction::begin(*database));
  {
    WK_TRY(const auto upsert, database->cached("INSERT INTO entries(id,site_id,words,record,crawl_id,kind) VALUES(?1,?2,?3,?4,?5,?6) "
                                               "ON CONFLICT(id) DO UPDATE SET site_id=?2,words=?3,record=?4,crawl_id=?5,kind=?6"));
    WK_TRY_VOID(upsert->bind_all(entry.id(), entry.site_id(), words, sqlite::Blob{record}, entry.crawl_id(), std::int64_t{entry.kind()}).run());
  }
  WK_TRY(const std::int64_t count, database->scalar("SELECT count(*) FROM entries"));
  if (static_cast<std::size_t>(count) > entries_max_) {
    return fail(Error{ErrorCode::kTooLarge, "no more than " + std::to_string(entries_max_) + " entries", "knowledge_full", 0});
  }
  return transaction.commit();
}

Result<v1::KnowledgeEntry> SqliteKnowledge::entry(KnowledgeEntryId id) {
  WK_TRY(const auto database, readers_.borrow());
  WK_TRY(const auto select, database->cached("SELECT record FROM entries WHERE id=?1"));
  select->bind(1, id);
  WK_TRY(const bool found, select->step());
  if (!found) return fail(ErrorCode::kNotFound, "no such entry");
  return parsed(*select, 0);
}

Result<void> SqliteKnowledge::erase(KnowledgeEntryId id) {
  WK_TRY(const auto database, writer_.borrow());
  WK_TRY(const auto remove, database->cached("DELETE FROM entries WHERE id=?1"));
  remove->bind(1, id);
  WK_TRY_VOID(remove->run());
  if (database->changes() == 0) return fail(ErrorCode::kNotFound, "no such entry");
  return {};
}

Result<v1::KnowledgeEntryList> SqliteKnowledge::list(const KnowledgeFilter& filter, const Page& page) {
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  if (!page.cursor.empty()) {
    const auto id = parse_id(page.cursor);
    if (!id) return fail(ErrorCode::kInvalidArgument, "not a cursor of this list");
    before = static_cast<std::int64_t>(*id);
  }
  const std::size_t rows = std::clamp<std::size_t>(page.limit, 1, kPageRowsMax);
  // Bound and not copied: it outlives the last step.
  const std::string pattern = anywhere(filter.text);
  WK_TRY(const auto database, readers_.borrow());
  constexpr const char* kOfEveryKind =
      "SELECT record FROM entries WHERE id<?1 AND (?2=0 OR site_id IN (0,?3)) AND words LIKE ?4 ESCAPE '\\' AND ?6=0 ORDER BY id DESC LIMIT ?5";
  constexpr const char* kOfOneKind =
      "SELECT record FROM entries WHERE kind=?6 AND id<?1 AND (?2=0 OR site_id IN (0,?3)) AND words LIKE ?4 ESCAPE '\\' ORDER BY id DESC LIMIT ?5";
  WK_TRY(const auto select, database->cached(filter.kind == v1::KNOWLEDGE_KIND_UNSPECIFIED ? kOfEveryKind : kOfOneKind));
  select->bind_all(before, std::int64_t{filter.site ? 1 : 0}, filter.site ? filter.site->value() : 0, pattern,
                   static_cast<std::int64_t>(rows + 1), std::int64_t{filter.kind});
  v1::KnowledgeEntryList list;
  for (;;) {
    WK_TRY(const bool found, select->step());
    if (!found) return list;
    if (static_cast<std::size_t>(list.entries_size()) == rows) break;
    WK_TRY(*list.add_entries(), parsed(*select, 0));
  }
  list.set_next_cursor(std::to_string(list.entries(list.entries_size() - 1).id()));
  return list;
}

Result<std::vector<v1::KnowledgeEntry>> SqliteKnowledge::articles_titled(SiteId site, const std::string& title) {
  std::vector<v1::KnowledgeEntry> found;
  WK_TRY(const auto database, readers_.borrow());
  // An article has no phrasings: its words are its title.
  WK_TRY(const auto select, database->cached("SELECT record FROM entries WHERE kind=?1 AND site_id=?2 AND words=?3 AND crawl_id=0 ORDER BY id LIMIT ?4"));
  select->bind_all(std::int64_t{v1::KNOWLEDGE_KIND_ARTICLE}, site, title, kTitledRowsMax);
  for (;;) {
    WK_TRY(const bool row, select->step());
    if (!row) return found;
    WK_TRY(v1::KnowledgeEntry entry, parsed(*select, 0));
    found.push_back(std::move(entry));
  }
}

Result<void> SqliteKnowledge::each(const std::function<void(v1::KnowledgeEntry&&)>& take) {
  WK_TRY(const auto database, readers_.borrow());
  WK_TRY(sqlite::Statement select, database->prepare("SELECT record FROM entries"));
  for (;;) {
    WK_TRY(const bool found, select.step());
    if (!found) return {};
    WK_TRY(v1::KnowledgeEntry entry, parsed(select, 0));
    take(std::move(entry));
  }
}

Result<void> SqliteKnowledge::put_crawl(const v1::KnowledgeCrawl& crawl) {
  const std::string record = crawl.SerializeAsString();
  WK_TRY(const auto database, writer_.borrow());
  WK_TRY(const auto upsert, database->cached("INSERT INTO crawls(id,record) VALUES(?1,?2) ON CONFLICT(id) DO UPDATE SET record=?2"));
  return upsert->bind_all(crawl.id(), sqlite::Blob{record}).run();
}

Result<void> SqliteKnowledge::erase_crawl(KnowledgeCrawlId id) {
  WK_TRY(const auto database, writer_.borrow());
  WK_TRY(const auto remove, database->cached("DELETE FROM crawls WHERE id=?1"));
  remove->bind(1, id);
  WK_TRY_VOID(remove->run());
  if (database->changes() == 0) return fail(ErrorCode::kNotFound, "no such crawl");
  return {};
}

Result<v1::KnowledgeCrawlList> SqliteKnowledge::crawls() {
  WK_TRY(const auto database, readers_.borrow());
  WK_TRY(const auto select, database->cached("SELECT record FROM crawls ORDER BY id"));
  v1::KnowledgeCrawlList list;
  for (;;) {
    WK_TRY(const bool found, select->step());
    if (!found) return list;
    const std::string_view bytes = select->view(0);
    if (!list.add_crawls()->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return fail(ErrorCode::kCorrupt, "knowledge.db: a stored crawl does not parse");
  }
}

Result<void> SqliteKnowledge::each_of_crawl(KnowledgeCrawlId id, const std::function<void(v1::KnowledgeEntry&&)>& take) {
  WK_TRY(const auto database, readers_.borrow());
  // Said twice, so that the partial index serves.
  WK_TRY(const auto select, database->cached("SELECT record FROM entries WHERE crawl_id=?1 AND crawl_id<>0 ORDER BY id"));
  select->bind(1, id);
  for (;;) {
    WK_TRY(const bool found, select->step());
    if (!found) return {};
    WK_TRY(v1::KnowledgeEntry entry, parsed(*select, 0));
    take(std::move(entry));
  }
}

}  // namespace wk
