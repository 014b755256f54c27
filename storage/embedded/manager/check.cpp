// Verifying a data directory. Everything is opened for reading only.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "core/model/fold.hpp"
#include "storage/embedded/cold/cold_store.hpp"
#include "storage/embedded/journal/segmented_journal.hpp"
#include "storage/embedded/manager/backup.hpp"
#include "storage/embedded/search/fts5_tokenizer.hpp"
#include "storage/embedded/sqlite/migrations.hpp"
#include "storage/embedded/sqlite/substring_tokenizer.hpp"
#include "storage/embedded/warm/schema.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

namespace {

namespace fs = std::filesystem;
namespace v1 = ::weikeyi::v1;
using sqlite::Database;
using sqlite::Statement;

class Check {
 public:
  Check(const fs::path& data, const ReportLine& report) : data_(data), report_(report), cold_(data / "archive") {}

  Result<void> run() {
    if (!fs::exists(data_)) return fail(ErrorCode::kNotFound, data_.string() + " does not exist");
    journal();
    databases();
    if (fs::exists(data_ / "warm.db")) {
      // Held before warm is looked at: what warm does not have yet must not be released meanwhile.
      Result<RecoveredJournal> segments;
      for (int look = 0; look < 3; ++look) {  // a server at work adds and removes segments meanwhile
        segments = recover_journal(system_files(), data_ / "journal", Recovery::kLookOnly);
        if (segments) break;
      }
      Result<void> done = conversations();
      if (done && segments) done = tail(*segments);
      if (!segments) problem("journal_tail", segments.error().context);
      if (!done) problem("conversations", done.error().context);
    }
    report_(nlohmann::json{{"check", "done"}, {"problems", problems_}}.dump());
    if (problems_ > 0) return fail(ErrorCode::kCorrupt, std::to_string(problems_) + " problems found");
    return {};
  }

 private:
  void problem(const std::string& where, const std::string& what) {
    ++problems_;
    report_(nlohmann::json{{"problem", where}, {"what", what}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  void problem(ConversationId id, const std::string& what) { problem("conversation " + id.str(), what); }

  void journal() {
    const Result<JournalReport> checked = SegmentedJournal::check(data_ / "journal");
    if (!checked) return problem("journal", "damaged: " + checked.error().context);
    report_(nlohmann::json{{"check", "journal"}, {"begin", checked->begin}, {"end", checked->end}, {"segments", checked->segments}, {"records", checked->records}}.dump());
  }

  void databases() {
    std::error_code error;
    std::vector<fs::path> files;
    for (fs::recursive_directory_iterator entry(data_, error), end; !error && entry != end; entry.increment(error)) {
      if (entry->is_regular_file() && entry->path().extension() == ".db") files.push_back(entry->path());
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      const std::string name = fs::relative(file, data_).string();
      const Result<void> done = database(file, name);
      if (!done) problem(name, done.error().context);
    }
  }

  Result<void> database(const fs::path& file, const std::string& name) {
    WK_TRY(Database opened, Database::open(file, {.mode = sqlite::OpenMode::kReadOnly}));
    WK_TRY_VOID(search::register_tokenizer(opened));
    WK_TRY_VOID(sqlite::register_substring_tokenizer(opened));
    WK_TRY(Statement verify, opened.prepare("PRAGMA integrity_check"));
    bool ok = true;
    for (;;) {
      WK_TRY(const bool row, verify.step());
      if (!row) break;
      if (verify.view(0) == "ok") continue;
      ok = false;
      problem(name, verify.text(0));
    }
    if (ok) report_(nlohmann::json{{"check", name}, {"integrity", "ok"}}.dump());
    return {};
  }

  Result<void> conversations() {
    WK_TRY(Database warm, Database::open(data_ / "warm.db", {.mode = sqlite::OpenMode::kReadOnly}));
    WK_TRY_VOID(sqlite::check_version(warm, warm::schema_steps()));
    WK_TRY_VOID(warm.execute("BEGIN"));  // all of it as of one moment
    WK_TRY(const std::int64_t cursor, warm.scalar("SELECT position FROM cursors WHERE name = 'journal'"));
    cursor_ = static_cast<std::uint64_t>(cursor);
    WK_TRY(Statement all, warm.prepare("SELECT id, summary FROM conversations"));
    std::uint64_t events = 0;
    for (;;) {
      WK_TRY(const bool row, all.step());
      if (!row) break;
      const auto id = all.id<ConversationId>(0);
      v1::ConversationSummary summary;
      if (!summary.ParseFromString(all.text(1))) {
        problem(id, "its row does not parse");
        continue;
      }
      last_seqs_[id] = summary.last_seq();
      WK_TRY_VOID(conversation(warm, id, summary));
      events += summary.last_seq();
    }
    WK_TRY(const std::int64_t orphans, warm.scalar("SELECT count(*) FROM events WHERE conversation_id NOT IN (SELECT id FROM conversations)"));
    if (orphans > 0) problem("warm.db", std::to_string(orphans) + " events belong to no conversation");
    // Either way round: what is counted and not there, or there and not counted.
    WK_TRY(const std::int64_t miscounted, warm.scalar(R"sql(
WITH counted AS (SELECT site_id, state, holder_kind, holder_agent, count(*) AS conversations FROM conversations GROUP BY 1, 2, 3, 4),
  kept AS (SELECT site_id, state, holder_kind, holder_agent, conversations FROM tallies WHERE conversations <> 0)
SELECT (SELECT count(*) FROM (SELECT * FROM counted EXCEPT SELECT * FROM kept)) + (SELECT count(*) FROM (SELECT * FROM kept EXCEPT SELECT * FROM counted))
)sql"));
    if (miscounted > 0) problem("warm.db", std::to_string(miscounted) + " tallies are not what the conversations are");
    report_(nlohmann::json{{"check", "conversations"}, {"conversations", last_seqs_.size()}, {"events", events}}.dump());
    return {};
  }

  Result<void> conversation(Database& warm, ConversationId id, const v1::ConversationSummary& row) {
    std::map<Seq, std::string> events;
    const auto take = [&](Seq seq, std::string_view bytes) {
      const auto [place, first] = events.try_emplace(seq, bytes);
      if (!first && place->second != bytes) problem(id, "seq " + std::to_string(seq) + " has two contents");
    };
    {
      WK_TRY(sqlite::CachedStatement spans, warm.cached("SELECT month FROM archived WHERE conversation_id = ?1"));
      spans->bind_all(id);
      for (;;) {
        WK_TRY(const bool more, spans->step());
        if (!more) break;
        Result<std::vector<EventRef>> archived = cold_.read(static_cast<int>(spans->int64(0)), id);
        if (!archived) {
          problem(id, archived.error().context);
          continue;
        }
        for (const EventRef& event : *archived) take(event.seq, event.bytes.view());
      }
    }
    {
      WK_TRY(sqlite::CachedStatement select, warm.cached("SELECT seq, bytes FROM events WHERE conversation_id = ?1"));
      select->bind_all(id);
      for (;;) {
        WK_TRY(const bool more, select->step());
        if (!more) break;
        take(select->uint32(0), select->view(1));
      }
    }
    return compare(id, events, row);
  }

  Result<void> compare(ConversationId id, const std::map<Seq, std::string>& events, const v1::ConversationSummary& row) {
    v1::ConversationSummary folded;
    v1::Event event;
    for (const auto& [seq, bytes] : events) {
      if (seq != folded.last_seq() + 1) {
        problem(id, "seq " + std::to_string(folded.last_seq() + 1) + " is missing");
        return {};
      }
      if (!event.ParseFromString(bytes) || event.seq() != seq || event.conversation_id() != id.value()) {
        problem(id, "seq " + std::to_string(seq) + " is damaged");
        return {};
      }
      fold(folded, event);
    }
    if (folded.last_seq() != row.last_seq()) {
      problem(id, "has " + std::to_string(folded.last_seq()) + " events, its row says " + std::to_string(row.last_seq()));
    } else if (folded.SerializeAsString() != row.SerializeAsString()) {
      problem(id, "its row is not the fold of its events");
    }
    return {};
  }

  // What the journal has beyond warm's cursor must go on where warm ends.
  Result<void> tail(const RecoveredJournal& journal) {
    std::uint64_t events = 0;
    for (std::size_t i = 0; i < journal.segments.size(); ++i) {
      const Segment& segment = *journal.segments[i];
      const std::uint64_t end = i + 1 < journal.segments.size() ? journal.segments[i + 1]->base : journal.end;
      if (end <= cursor_) continue;
      WK_TRY(const std::string records, read_segment(segment, end));
      for (std::uint64_t at = segment.base; at < end;) {
        const auto record = parse_record(std::string_view(records).substr(at - segment.base), at);
        if (!record) break;  // told by journal() already
        at = record->end();
        if (record->place.position < cursor_) continue;
        ++events;
        Seq& last = last_seqs_[record->conversation];
        if (record->seq != last + 1) problem(record->conversation, "the journal goes on with seq " + std::to_string(record->seq) + " after " + std::to_string(last));
        last = record->seq;
      }
    }
    report_(nlohmann::json{{"check", "journal_tail"}, {"events_not_yet_warm", events}}.dump());
    return {};
  }

  const fs::path data_;
  const ReportLine& report_;
  ColdStore cold_;
  std::uint64_t problems_ = 0;
  std::uint64_t cursor_ = 0;
  std::unordered_map<ConversationId, Seq> last_seqs_;
};

}  // namespace

Result<void> check(const fs::path& data, const ReportLine& report) { return Check(data, report).run(); }

}  // namespace wk
