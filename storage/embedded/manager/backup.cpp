#include "storage/embedded/manager/backup.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "base/crc32c.hpp"
#include "storage/embedded/journal/segment.hpp"
#include "storage/embedded/manager/start_room.hpp"
#include "storage/embedded/sqlite/copy.hpp"

namespace wk {

namespace {

namespace fs = std::filesystem;
using Segments = std::map<std::uint64_t, SegmentRef>;

constexpr const char* kListName = "backup.list";
constexpr const char* kListHeader = "weikeyi backup 1";
constexpr std::size_t kCopyBytes = std::size_t{1} << 20;
constexpr int kAttempts = 3;

struct Copied {
  std::string path;  // relative
  std::uint64_t bytes = 0;
  std::uint32_t crc = 0;
};

// Goes through a file piece by piece; writes it to `to` where that is given.
Result<Copied> pass(const File& from, std::uint64_t bytes_max, File* to) {
  Copied copied;
  std::string piece(kCopyBytes, '\0');
  while (copied.bytes < bytes_max) {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(kCopyBytes, bytes_max - copied.bytes));
    WK_TRY(const std::size_t count, from.read_at(std::span(piece).first(wanted), copied.bytes));
    if (count == 0) break;
    const std::string_view got(piece.data(), count);
    if (to != nullptr) WK_TRY_VOID(to->write_at(got, copied.bytes));
    copied.crc = crc32c(got, copied.crc);
    copied.bytes += count;
  }
  if (to != nullptr) WK_TRY_VOID(to->sync());
  return copied;
}

Result<Copied> copy_open(const File& from, std::uint64_t bytes_max, const fs::path& root, const std::string& relative) {
  const fs::path target = root / relative;
  std::error_code error;
  fs::create_directories(target.parent_path(), error);
  if (error) return fail(ErrorCode::kIo, "make " + target.parent_path().string() + ": " + error.message());
  WK_TRY(const std::unique_ptr<File> to, system_files().open(target, FileOps::Open::kCreate));
  WK_TRY(Copied copied, pass(from, bytes_max, to.get()));
  copied.path = relative;
  return copied;
}

Result<Copied> copy_file(const fs::path& from, const fs::path& root, const std::string& relative) {
  WK_TRY(const std::unique_ptr<File> file, system_files().open(from, FileOps::Open::kRead));
  return copy_open(*file, UINT64_MAX, root, relative);
}

Result<Copied> sum_of(const fs::path& path, const std::string& relative) {
  WK_TRY(const std::unique_ptr<File> file, system_files().open(path, FileOps::Open::kRead));
  WK_TRY(Copied copied, pass(*file, UINT64_MAX, nullptr));
  copied.path = relative;
  return copied;
}

Result<Copied> copy_database(const fs::path& data, const fs::path& target, const std::string& relative) {
  std::error_code error;
  fs::create_directories((target / relative).parent_path(), error);
  {
    WK_TRY(sqlite::Database from, sqlite::Database::open(data / relative, {.mode = sqlite::OpenMode::kReadOnly}));
    WK_TRY_VOID(sqlite::copy(from, target / relative));
  }
  return sum_of(target / relative, relative);
}

// Relative paths of the regular files, sorted; without the journal and what belongs to open databases.
Result<std::vector<std::string>> files_of(const fs::path& data) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(data, error), end; !error && entry != end; entry.increment(error)) {
    const std::string relative = fs::relative(entry->path(), data).string();
    if (relative == "journal") entry.disable_recursion_pending();
    const bool of_database = relative.ends_with("-wal") || relative.ends_with("-shm");
    if (!of_database && relative != start_room::kFile && entry->is_regular_file()) files.push_back(relative);
  }
  if (error) return fail(ErrorCode::kIo, "list " + data.string() + ": " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

Result<void> require_empty(const fs::path& directory) {
  std::error_code error;
  if (fs::exists(directory, error) && !fs::is_empty(directory, error)) {
    return fail(ErrorCode::kConflict, directory.string() + " is not empty");
  }
  fs::create_directories(directory, error);
  if (error) return fail(ErrorCode::kIo, "make " + directory.string() + ": " + error.message());
  return {};
}

// A server at work adds and removes segments while we look, hence several looks.
Result<RecoveredJournal> look_at_journal(const fs::path& data) {
  Result<RecoveredJournal> found;
  for (int look = 0; look < kAttempts; ++look) {
    found = recover_journal(system_files(), data / "journal", Recovery::kLookOnly);
    if (found) break;
  }
  return found;
}

Result<std::uint64_t> cursor_of(const fs::path& database) {
  if (!fs::exists(database)) return std::uint64_t{0};
  WK_TRY(sqlite::Database opened, sqlite::Database::open(database, {.mode = sqlite::OpenMode::kReadOnly}));
  WK_TRY(const std::int64_t cursor, opened.scalar("SELECT position FROM cursors WHERE name = 'journal'"));
  return static_cast<std::uint64_t>(cursor);
}

class Backup {
 public:
  Backup(const fs::path& data, const fs::path& target) : data_(data), target_(target) {}

  Result<void> run(const ReportLine& report) {
    WK_TRY_VOID(require_empty(target_));
    WK_TRY_VOID(copy_tiers());
    // What has no cursor comes last, so that it has at least what the log names (contacts, attachments and their files).
    WK_TRY(const std::vector<std::string> files, files_of(data_));
    for (const std::string& file : files) {
      if (is_tier(file)) continue;
      Result<Copied> copied = file.ends_with(".db") ? copy_database(data_, target_, file) : copy_file(data_ / file, target_, file);
      // An upload that was given up meanwhile.
      if (!copied && copied.error().code == ErrorCode::kNotFound) continue;
      if (!copied) return fail(copied.error());
      add(std::move(*copied));
    }
    WK_TRY_VOID(write_list());
    report(nlohmann::json{{"backup", target_.string()}, {"files", copied_.size()}, {"bytes", bytes_}, {"journal_begin", journal_begin_}, {"journal_end", journal_end_}}.dump());
    return {};
  }

 private:
  static bool is_tier(const std::string& file) { return file == "warm.db" || file == "search.db" || file.starts_with("archive/"); }

  void add(Copied copied) {
    bytes_ += copied.bytes;
    copied_[copied.path] = copied;
  }

  Result<void> copy_tiers() {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      WK_TRY(const RecoveredJournal before, look_at_journal(data_));
      Segments held;
      for (const SegmentRef& segment : before.segments) held[segment->base] = segment;
      WK_TRY(const std::vector<std::string> files, files_of(data_));
      // warm.db stands behind archive/ in the alphabet and has to come first.
      std::error_code ignored;
      for (const char* first : {"warm.db", "search.db"}) {
        fs::remove(target_ / first, ignored);
        if (fs::exists(data_ / first)) {
          WK_TRY(Copied copied, copy_database(data_, target_, first));
          copied_[copied.path] = copied;
        }
      }
      for (const std::string& file : files) {
        if (!file.starts_with("archive/")) continue;
        fs::remove(target_ / file, ignored);
        WK_TRY(Copied copied, copy_database(data_, target_, file));
        copied_[copied.path] = copied;
      }
      WK_TRY(const RecoveredJournal after, look_at_journal(data_));
      for (const SegmentRef& segment : after.segments) held[segment->base] = segment;
      WK_TRY(const std::uint64_t warm, cursor_of(target_ / "warm.db"));
      WK_TRY(const std::uint64_t search, cursor_of(target_ / "search.db"));
      WK_TRY(const bool whole, copy_journal(held, after.end, std::min(warm, search)));
      if (!whole) continue;
      for (const auto& [path, copied] : copied_) bytes_ += copied.bytes;
      return {};
    }
    return fail(ErrorCode::kBusy, "the journal moved on faster than the databases could be copied");
  }

  // false: segments came and went while we copied, and what a cursor needs is not among those we hold.
  Result<bool> copy_journal(const Segments& held, std::uint64_t end, std::uint64_t needed_from) {
    std::vector<SegmentRef> chain;  // newest first
    std::uint64_t segment_end = end;
    std::vector<std::uint64_t> ends;
    for (auto it = held.rbegin(); it != held.rend(); ++it) {
      const SegmentRef& segment = it->second;
      WK_TRY(const std::uint64_t size, segment->file->size());
      // A segment that is followed by another ends exactly where that begins.
      if (!chain.empty() && segment->file_offset(segment_end) != size) break;
      chain.push_back(segment);
      ends.push_back(segment_end);
      segment_end = segment->base;
    }
    if (chain.empty()) return true;
    if (segment_end > needed_from && needed_from != 0) return false;
    journal_begin_ = segment_end;
    journal_end_ = end;
    for (std::size_t i = 0; i < chain.size(); ++i) {
      const std::string relative = "journal/" + chain[i]->path.filename().string();
      WK_TRY(Copied copied, copy_open(*chain[i]->file, chain[i]->file_offset(ends[i]), target_, relative));
      copied_[copied.path] = copied;
    }
    return true;
  }

  Result<void> write_list() {
    std::string text = std::string(kListHeader) + "\n";
    for (const auto& [path, copied] : copied_) {
      char line[64];
      std::snprintf(line, sizeof line, "%08x %llu ", copied.crc, static_cast<unsigned long long>(copied.bytes));
      text += line + path + "\n";
    }
    WK_TRY(const std::unique_ptr<File> file, system_files().open(target_ / kListName, FileOps::Open::kCreate));
    WK_TRY_VOID(file->write_at(text, 0));
    WK_TRY_VOID(file->sync());
    return system_files().sync_directory(target_);
  }

  const fs::path data_;
  const fs::path target_;
  std::map<std::string, Copied> copied_;
  std::uint64_t bytes_ = 0;
  std::uint64_t journal_begin_ = 0;
  std::uint64_t journal_end_ = 0;
};

Result<std::vector<Copied>> read_list(const fs::path& from) {
  const Error damaged{ErrorCode::kCorrupt, (from / kListName).string() + ": missing or not a whole list; this is not a finished backup", nullptr, 0};
  Result<std::unique_ptr<File>> file = system_files().open(from / kListName, FileOps::Open::kRead);
  if (!file) return fail(damaged);
  WK_TRY(const std::uint64_t size, (*file)->size());
  std::string text(size, '\0');
  WK_TRY(const std::size_t count, (*file)->read_at(text, 0));
  text.resize(count);
  std::istringstream lines(text);
  std::string line;
  if (!std::getline(lines, line) || line != kListHeader || !text.ends_with('\n')) return fail(damaged);
  std::vector<Copied> list;
  while (std::getline(lines, line)) {
    Copied entry;
    const char* const end = line.data() + line.size();
    const auto crc = std::from_chars(line.data(), end, entry.crc, 16);
    if (crc.ec != std::errc() || crc.ptr == end) return fail(damaged);
    const auto bytes = std::from_chars(crc.ptr + 1, end, entry.bytes);
    if (bytes.ec != std::errc() || bytes.ptr == end) return fail(damaged);
    entry.path.assign(bytes.ptr + 1, end);
    // A list from elsewhere must not write elsewhere.
    const fs::path path(entry.path);
    if (path.is_absolute() || entry.path.empty() || std::find(path.begin(), path.end(), "..") != path.end()) return fail(damaged);
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace

Result<void> backup(const fs::path& data, const fs::path& target, const ReportLine& report) { return Backup(data, target).run(report); }

Result<void> restore(const fs::path& data, const fs::path& from, const ReportLine& report) {
  WK_TRY(const std::vector<Copied> list, read_list(from));
  const auto differs = [](const Copied& is, const Copied& should) { return is.bytes != should.bytes || is.crc != should.crc; };
  // All of it is verified before anything is written.
  for (const Copied& entry : list) {
    WK_TRY(const Copied is, sum_of(from / entry.path, entry.path));
    if (differs(is, entry)) return fail(ErrorCode::kCorrupt, (from / entry.path).string() + " does not have the checksum of the list");
  }
  WK_TRY_VOID(require_empty(data));
  std::uint64_t bytes = 0;
  for (const Copied& entry : list) {
    WK_TRY(const Copied copied, copy_file(from / entry.path, data, entry.path));
    if (differs(copied, entry)) return fail(ErrorCode::kCorrupt, (data / entry.path).string() + " changed while it was copied");
    bytes += copied.bytes;
  }
  report(nlohmann::json{{"restored", data.string()}, {"files", list.size()}, {"bytes", bytes}}.dump());
  return {};
}

}  // namespace wk
