#include "storage/embedded/warm/warm_store.hpp"

#include <algorithm>

#include "storage/embedded/sqlite/migrations.hpp"
#include "storage/embedded/warm/limits.hpp"
#include "storage/embedded/warm/schema.hpp"

namespace wk {

using sqlite::CachedStatement;
using sqlite::Database;

Result<std::unique_ptr<WarmStore>> WarmStore::open(const std::filesystem::path& file, Options options) {
  WK_TRY(Database writer, Database::open(file, {.cache_kibibytes = 32'768, .log_pages = 8'000}));
  WK_TRY_VOID(sqlite::migrate(writer, warm::schema_steps()));
  WK_TRY(const std::int64_t cursor, writer.scalar("SELECT position FROM cursors WHERE name = 'journal'"));
  std::unique_ptr<WarmStore> store(new WarmStore(file, options, std::move(writer)));
  store->cursor_ = static_cast<std::uint64_t>(cursor);
  return store;
}

WarmStore::WarmStore(std::filesystem::path file, Options options, Database writer)
    : file_(std::move(file)),
      options_(options),
      writer_(std::move(writer)),
      readers_([path = file_] { return Database::open(path, {.mode = sqlite::OpenMode::kReadOnly}); },
               limits::kWarmReadConnectionsMax) {}

Result<std::optional<v1::ConversationSummary>> WarmStore::conversation(ConversationId id) {
  WK_TRY(auto database, readers_.borrow());
  WK_TRY(CachedStatement select, database->cached("SELECT summary FROM conversations WHERE id = ?1"));
  select->bind_all(id);
  WK_TRY(const bool row, select->step());
  if (!row) return std::optional<v1::ConversationSummary>();
  v1::ConversationSummary summary;
  const std::string_view bytes = select->view(0);
  if (!summary.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(ErrorCode::kCorrupt, "warm: the row of conversation " + id.str() + " does not parse");
  }
  return std::optional(std::move(summary));
}

namespace {

Result<std::vector<ArchivedSpan>> spans_of(Database& database, ConversationId id) {
  WK_TRY(CachedStatement select, database.cached("SELECT month, first_seq, last_seq FROM archived "
                                                 "WHERE conversation_id = ?1 ORDER BY first_seq"));
  select->bind_all(id);
  std::vector<ArchivedSpan> spans;
  for (;;) {
    WK_TRY(const bool row, select->step());
    if (!row) return spans;
    spans.push_back({static_cast<int>(select->int64(0)), select->uint32(1), select->uint32(2)});
  }
}

Result<std::vector<EventRef>> events_of(Database& database, ConversationId id, Seq from, Direction direction,
                                        std::size_t limit) {
  const char* sql = direction == Direction::kForward
                        ? "SELECT seq, flags, bytes FROM events WHERE conversation_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3"
                        : "SELECT seq, flags, bytes FROM events WHERE conversation_id = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3";
  WK_TRY(CachedStatement select, database.cached(sql));
  select->bind_all(id, from, static_cast<std::int64_t>(limit));
  std::vector<EventRef> events;
  for (;;) {
    WK_TRY(const bool row, select->step());
    if (!row) return events;
    events.push_back({id, select->uint32(0), SharedBytes(select->text(2)), (select->int64(1) & 1) != 0});
  }
}

}  // namespace

Result<WarmRead> WarmStore::read(ConversationId id, Seq from, Direction direction, std::size_t limit) {
  WK_TRY(auto database, readers_.borrow());
  // One transaction: what the archiver moves meanwhile is seen either here or in the archive, never in neither.
  WK_TRY_VOID(database->execute("BEGIN"));
  auto read = [&]() -> Result<WarmRead> {
    WarmRead answer;
    WK_TRY(std::vector<ArchivedSpan> spans, spans_of(*database, id));
    for (const ArchivedSpan& span : spans) {
      const bool overlaps = direction == Direction::kForward ? span.last_seq > from : span.first_seq < from;
      if (overlaps) answer.archived.push_back(span);
    }
    WK_TRY(answer.events, events_of(*database, id, from, direction, limit));
    return answer;
  };
  Result<WarmRead> answer = read();
  WK_TRY_VOID(database->execute("COMMIT"));
  return answer;
}

Result<WarmStore::Scan> WarmStore::scan(std::int64_t after, std::size_t limit) {
  WK_TRY(auto database, readers_.borrow());
  WK_TRY(CachedStatement select, database->cached("SELECT id, conversation_id, seq, flags, bytes FROM events WHERE id > ?1 ORDER BY id LIMIT ?2"));
  select->bind_all(after, static_cast<std::int64_t>(limit));
  Scan scan{{}, after};
  for (;;) {
    WK_TRY(const bool row, select->step());
    if (!row) return scan;
    scan.next = select->int64(0);
    scan.events.push_back({select->id<ConversationId>(1), select->uint32(2), SharedBytes(select->text(4)), (select->int64(3) & 1) != 0});
  }
}

Result<WarmStore::Stats> WarmStore::stats() {
  WK_TRY(auto database, readers_.borrow());
  Stats stats;
  stats.gaps = gaps_.load();
  WK_TRY(const std::int64_t conversations, database->scalar("SELECT sum(conversations) FROM tallies"));
  // Exact counting reads the whole index; what lies between the ends is close enough for a gauge.
  WK_TRY(const std::int64_t newest, database->scalar("SELECT max(id) FROM events"));
  WK_TRY(const std::int64_t oldest, database->scalar("SELECT min(id) FROM events"));
  stats.conversations = static_cast<std::uint64_t>(conversations);
  stats.events = newest == 0 ? 0 : static_cast<std::uint64_t>(newest - oldest + 1);
  std::error_code ignored;
  for (const char* suffix : {"", "-wal"}) {
    const auto bytes = std::filesystem::file_size(file_.string() + suffix, ignored);
    if (!ignored) stats.bytes += bytes;
  }
  return stats;
}

}  // namespace wk
