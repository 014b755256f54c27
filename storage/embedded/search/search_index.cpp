#include "storage/embedded/search/search_index.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "storage/embedded/search/fts5_tokenizer.hpp"
#include "storage/embedded/search/limits.hpp"
#include "storage/embedded/search/query.hpp"
#include "storage/embedded/sqlite/migrations.hpp"

namespace wk {

using sqlite::CachedStatement;
using sqlite::Database;
using sqlite::Statement;
using sqlite::Transaction;

namespace {

// documents.id rises in the order of arrival, and is the row of `texts`: "newest first" needs no sorting.
constexpr std::array<const char*, 2> kSteps = {
    R"sql(
CREATE TABLE documents(
  id INTEGER PRIMARY KEY,
  conversation_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  site_id INTEGER NOT NULL,
  actor_kind INTEGER NOT NULL,
  actor_id INTEGER NOT NULL
);
CREATE UNIQUE INDEX documents_by_seq ON documents(conversation_id, seq);
CREATE VIRTUAL TABLE texts USING fts5(body, content='', tokenize='weikeyi');
CREATE TABLE sites(conversation_id INTEGER PRIMARY KEY, site_id INTEGER NOT NULL);
CREATE TABLE cursors(name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
)sql",
    // Filters are words of the index (tags), so that a search within one site or conversation does not look at the hits of all
    // others one by one. Without a cursor the index is filled anew at the start.
    // columnsize=0: nobody ranks by length. What one batch adds should be one segment (hashsize, bytes in memory), and more of
    // them may lie side by side before they are merged: writes come all day, searches now and then.
    R"sql(
DROP TABLE texts;
DROP TABLE documents;
DELETE FROM sites;
DELETE FROM cursors;
CREATE TABLE documents(
  id INTEGER PRIMARY KEY,
  conversation_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  time_ms INTEGER NOT NULL
);
CREATE UNIQUE INDEX documents_by_seq ON documents(conversation_id, seq);
CREATE VIRTUAL TABLE texts USING fts5(body, tags, content='', columnsize=0, tokenize='weikeyi');
INSERT INTO texts(texts, rank) VALUES('hashsize', 8388608);
INSERT INTO texts(texts, rank) VALUES('automerge', 8);
)sql"};

// The words of the column `tags`.
std::string site_tag(SiteId id) { return "s" + id.str(); }
std::string conversation_tag(ConversationId id) { return "c" + id.str(); }
std::string agent_tag(std::uint64_t id) { return "a" + std::to_string(id); }

std::string tags_of(const v1::Event& event, SiteId site) {
  std::string tags = site_tag(site) + " " + conversation_tag(ConversationId(event.conversation_id()));
  if (event.actor().kind() == v1::ACTOR_KIND_AGENT) tags += " " + agent_tag(event.actor().id());
  return tags;
}

// What the query looks for and where, for MATCH.
std::string match_of(const SearchQuery& query, const std::vector<search::Term>& terms) {
  std::string match = "body : (" + search::match_expression(terms) + ")";
  if (query.conversation) match += " AND tags : " + conversation_tag(*query.conversation);
  if (query.agent) match += " AND tags : " + agent_tag(query.agent->value());
  if (!query.sites.empty()) {
    match += " AND tags : (";
    for (std::size_t i = 0; i < query.sites.size(); ++i) match += (i == 0 ? "" : " OR ") + site_tag(query.sites[i]);
    match += ")";
  }
  return match;
}

Result<Database> open_connection(const std::filesystem::path& file, sqlite::OpenMode mode) {
  WK_TRY(Database database, Database::open(file, {.mode = mode, .cache_kibibytes = 16'384, .log_pages = 8'000}));
  WK_TRY_VOID(search::register_tokenizer(database));
  return database;
}

}  // namespace

std::string searchable_text(const v1::Event& event) {
  std::string text;
  const auto add = [&text](const auto& body) {
    text = body.text();
    for (const v1::Attachment& attachment : body.attachments()) {
      if (!text.empty()) text += '\n';
      text += attachment.name();
    }
  };
  if (event.body_case() == v1::Event::kMessage) add(event.message());
  if (event.body_case() == v1::Event::kNote) add(event.note());
  return text;
}

Result<std::unique_ptr<SearchIndex>> SearchIndex::open(const std::filesystem::path& file) {
  WK_TRY(Database writer, open_connection(file, sqlite::OpenMode::kReadWriteCreate));
  WK_TRY_VOID(sqlite::migrate(writer, kSteps));
  WK_TRY(const std::int64_t cursor, writer.scalar("SELECT position FROM cursors WHERE name = 'journal'"));
  std::unique_ptr<SearchIndex> index(new SearchIndex(file, std::move(writer)));
  index->cursor_ = static_cast<std::uint64_t>(cursor);
  return index;
}

SearchIndex::SearchIndex(std::filesystem::path file, Database writer)
    : file_(std::move(file)),
      writer_(std::move(writer)),
      readers_([path = file_] { return open_connection(path, sqlite::OpenMode::kReadOnly); }, limits::kSearchConnectionsMax) {}

Result<SiteId> SearchIndex::site_of(ConversationId conversation) {
  if (const auto found = sites_.find(conversation); found != sites_.end()) return found->second;
  WK_TRY(CachedStatement select, writer_.cached("SELECT site_id FROM sites WHERE conversation_id = ?1"));
  select->bind_all(conversation);
  WK_TRY(const bool row, select->step());
  const SiteId site = row ? select->id<SiteId>(0) : SiteId();
  if (sites_.size() >= limits::kSearchSitesCachedMax) sites_.clear();
  if (row) sites_.emplace(conversation, site);
  return site;
}

Result<void> SearchIndex::add(const EventRef& ref, v1::Event& event) {
  const std::string_view bytes = ref.bytes.view();
  if (!event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(ErrorCode::kCorrupt, "search: event " + std::to_string(ref.seq) + " of conversation " + ref.conversation.str() + " does not parse");
  }
  if (event.body_case() == v1::Event::kStarted) {
    WK_TRY(CachedStatement remember, writer_.cached("INSERT INTO sites(conversation_id, site_id) VALUES(?1, ?2) ON CONFLICT DO NOTHING"));
    remember->bind_all(ref.conversation, event.started().site_id());
    return remember->run();
  }
  const std::string text = searchable_text(event);
  if (text.empty()) return {};
  WK_TRY(const SiteId site, site_of(ref.conversation));
  WK_TRY(CachedStatement document, writer_.cached("INSERT INTO documents(conversation_id, seq, time_ms) "
                                                  "VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING"));
  document->bind_all(ref.conversation, ref.seq, event.time_ms());
  WK_TRY_VOID(document->run());
  if (writer_.changes() == 0) return {};
  const std::int64_t id = writer_.last_insert_rowid();
  WK_TRY(CachedStatement insert, writer_.cached("INSERT INTO texts(rowid, body, tags) VALUES(?1, ?2, ?3)"));
  const std::string tags = tags_of(event, site);
  insert->bind_all(id, text, tags);
  return insert->run();
}

Result<void> SearchIndex::apply(std::span<const JournalRecord> records, JournalPosition next) {
  WK_TRY(Transaction transaction, Transaction::begin(writer_));
  v1::Event event;
  for (const JournalRecord& record : records) WK_TRY_VOID(add(record.event, event));
  {
    WK_TRY(CachedStatement move, writer_.cached("INSERT INTO cursors(name, position) VALUES('journal', ?1) "
                                                "ON CONFLICT(name) DO UPDATE SET position = ?1"));
    move->bind_all(next.value);
    WK_TRY_VOID(move->run());
  }
  WK_TRY_VOID(transaction.commit());
  cursor_ = next.value;
  return {};
}

Result<void> SearchIndex::backfill(std::span<const EventRef> events) {
  WK_TRY(Transaction transaction, Transaction::begin(writer_));
  v1::Event decoded;
  for (const EventRef& event : events) WK_TRY_VOID(add(event, decoded));
  return transaction.commit();
}

Result<void> SearchIndex::set_cursor(JournalPosition cursor) { return apply({}, cursor); }

Result<SearchFound> SearchIndex::find(const SearchQuery& query) {
  if (!utf8_valid(query.text)) return fail(ErrorCode::kInvalidArgument, "text: not UTF-8");
  std::optional<std::uint64_t> below;
  if (!query.cursor.empty()) {
    below = parse_id(query.cursor);
    if (!below) return fail(ErrorCode::kInvalidArgument, "cursor: not one that a search answered");
  }
  SearchFound found;
  const std::vector<search::Term> terms = search::parse_query(query.text);
  if (terms.empty()) return found;
  const std::string match = match_of(query, terms);
  const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, limits::kSearchHitsMax);

  std::string sql = "SELECT d.id, d.conversation_id, d.seq FROM texts JOIN documents d ON d.id = texts.rowid WHERE texts MATCH ?";
  std::vector<std::int64_t> values;
  const auto where = [&](const char* condition, std::int64_t value) {
    sql += condition;
    values.push_back(value);
  };
  if (below) where(" AND texts.rowid < ?", static_cast<std::int64_t>(*below));
  if (query.since_ms) where(" AND d.time_ms >= ?", *query.since_ms);
  if (query.until_ms) where(" AND d.time_ms < ?", *query.until_ms);
  sql += " ORDER BY texts.rowid DESC LIMIT ?";
  values.push_back(static_cast<std::int64_t>(limit + 1));

  WK_TRY(auto database, readers_.borrow());
  WK_TRY(Statement select, database->prepare(sql));
  select.bind(1, match);
  for (std::size_t i = 0; i < values.size(); ++i) select.bind(static_cast<int>(i + 2), values[i]);
  std::int64_t last = 0;
  for (;;) {
    WK_TRY(const bool row, select.step());
    if (!row) return found;
    if (found.places.size() == limit) {
      found.next_cursor = std::to_string(last);
      return found;
    }
    last = select.int64(0);
    found.places.push_back({select.id<ConversationId>(1), select.uint32(2)});
  }
}

}  // namespace wk
