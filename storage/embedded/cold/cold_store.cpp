#include "storage/embedded/cold/cold_store.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "storage/embedded/cold/limits.hpp"
#include "storage/embedded/cold/segment_codec.hpp"
#include "storage/embedded/sqlite/migrations.hpp"

namespace wk {

using sqlite::CachedStatement;
using sqlite::Database;
using sqlite::Transaction;

namespace {

constexpr std::array<const char*, 1> kSteps = {R"sql(
CREATE TABLE segments(
  conversation_id INTEGER PRIMARY KEY,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  events INTEGER NOT NULL,
  data BLOB NOT NULL
);
)sql"};

constexpr int kCacheKibibytes = 512;  // rows are read whole and seldom

std::vector<EventRef> united(std::vector<EventRef> there, std::span<const EventRef> added) {
  there.insert(there.end(), added.begin(), added.end());
  // Stable: of two with one seq the one that was there first stays.
  std::stable_sort(there.begin(), there.end(), [](const EventRef& a, const EventRef& b) { return a.seq < b.seq; });
  there.erase(std::unique(there.begin(), there.end(), [](const EventRef& a, const EventRef& b) { return a.seq == b.seq; }), there.end());
  return there;
}

Result<std::vector<EventRef>> read_row(Database& database, ConversationId conversation) {
  WK_TRY(CachedStatement select, database.cached("SELECT data FROM segments WHERE conversation_id = ?1"));
  select->bind_all(conversation);
  WK_TRY(const bool row, select->step());
  if (!row) return std::vector<EventRef>();
  return cold::decode_segment(conversation, select->view(0));
}

}  // namespace

int month_of(std::int64_t time_ms) {
  using namespace std::chrono;
  const year_month_day date(floor<days>(sys_time<milliseconds>(milliseconds(time_ms))));
  return static_cast<int>(date.year()) * 100 + static_cast<int>(static_cast<unsigned>(date.month()));
}

std::filesystem::path ColdStore::file_of(int month) const {
  char name[32];
  std::snprintf(name, sizeof name, "%04d-%02d.db", month / 100, month % 100);
  return directory_ / name;
}

Result<sqlite::DatabasePool*> ColdStore::pool_of(int month) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<sqlite::DatabasePool>& pool = pools_[month];
  if (!pool) {
    pool = std::make_unique<sqlite::DatabasePool>(
        [file = file_of(month)]() -> Result<Database> {
          WK_TRY(Database database, Database::open(file, {.mode = sqlite::OpenMode::kReadOnly, .cache_kibibytes = kCacheKibibytes}));
          WK_TRY_VOID(sqlite::check_version(database, kSteps));
          return database;
        },
        limits::kColdConnectionsPerMonthMax);
  }
  return pool.get();
}

Result<void> ColdStore::put(int month, ConversationId conversation, std::span<const EventRef> events) {
  if (events.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  if (error) return fail(ErrorCode::kIo, "make " + directory_.string() + ": " + error.message());
  WK_TRY(Database database, Database::open(file_of(month), {.cache_kibibytes = kCacheKibibytes}));
  WK_TRY_VOID(sqlite::migrate(database, kSteps));
  WK_TRY(Transaction transaction, Transaction::begin(database));
  {
    WK_TRY(std::vector<EventRef> there, read_row(database, conversation));
    const std::vector<EventRef> all = united(std::move(there), events);
    const std::string data = cold::encode_segment(all);
    WK_TRY(CachedStatement put, database.cached("INSERT INTO segments(conversation_id, first_seq, last_seq, events, data) VALUES(?1, ?2, ?3, ?4, ?5) "
                                                "ON CONFLICT(conversation_id) DO UPDATE SET first_seq = ?2, last_seq = ?3, events = ?4, data = ?5"));
    put->bind_all(conversation, all.front().seq, all.back().seq, static_cast<std::int64_t>(all.size()), sqlite::Blob{data});
    WK_TRY_VOID(put->run());
  }
  return transaction.commit();
}

Result<std::vector<EventRef>> ColdStore::read(int month, ConversationId conversation) {
  if (!std::filesystem::exists(file_of(month))) {
    return fail(ErrorCode::kCorrupt, "archive: " + file_of(month).string() + " is missing");
  }
  WK_TRY(sqlite::DatabasePool * pool, pool_of(month));
  WK_TRY(auto database, pool->borrow());
  return read_row(*database, conversation);
}

Result<std::vector<int>> ColdStore::months() const {
  std::vector<int> months;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory_, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    int year = 0;
    int month = 0;
    const char* const text = name.c_str();
    if (name.size() == 10 && name.ends_with(".db") && std::from_chars(text, text + 4, year).ptr == text + 4 && name[4] == '-' &&
        std::from_chars(text + 5, text + 7, month).ptr == text + 7) {
      months.push_back(year * 100 + month);
    }
  }
  std::sort(months.begin(), months.end());
  return months;
}

Result<void> ColdStore::for_each(int month, const Visit& visit) {
  WK_TRY(sqlite::DatabasePool * pool, pool_of(month));
  WK_TRY(auto database, pool->borrow());
  WK_TRY(sqlite::Statement select, database->prepare("SELECT conversation_id, data FROM segments ORDER BY conversation_id"));
  for (;;) {
    WK_TRY(const bool row, select.step());
    if (!row) return {};
    const auto conversation = select.id<ConversationId>(0);
    WK_TRY(std::vector<EventRef> events, cold::decode_segment(conversation, select.view(1)));
    WK_TRY_VOID(visit(conversation, std::move(events)));
  }
}

ColdStore::Stats ColdStore::stats() const {
  Stats stats;
  const auto listed = months();
  if (!listed) return stats;
  for (const int month : *listed) {
    ++stats.months;
    std::error_code ignored;
    const auto bytes = std::filesystem::file_size(file_of(month), ignored);
    if (!ignored) stats.bytes += bytes;
  }
  return stats;
}

}  // namespace wk
