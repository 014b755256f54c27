#include "storage/embedded/journal/segment.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.hpp"
#include "storage/embedded/journal/limits.hpp"

namespace wk {
namespace {

tl::unexpected<Error> corrupt(const Segment& segment, std::uint64_t position, std::string_view what) {
  return fail(ErrorCode::kCorrupt,
              fmt::format("{} at offset {}: {}", segment.path.string(), segment.file_offset(position), what));
}

// What the last segment holds that can be trusted; cuts off the rest.
Result<void> recover_last(Segment& segment, Recovery how, RecoveredJournal& out) {
  WK_TRY(const std::string records, read_segment(segment, UINT64_MAX));
  const SegmentScan scan = scan_segment(records, segment.base);
  if (scan.valid_behind_damage) {
    return corrupt(segment, scan.valid_end,
                   fmt::format("a record does not verify, but later ones do (offset {}); acked events are damaged",
                               segment.file_offset(*scan.valid_behind_damage)));
  }
  out.end = scan.end;
  out.last_file_bytes = kSegmentHeaderBytes + records.size();
  if (how == Recovery::kLookOnly) return {};
  // A killed process leaves what it had written and not yet synced. From here on it is read and acked as durable: it has to be.
  if (!scan.tail_dirty) return segment.file->sync();

  // Cut on disk, not only in mind: later writes must never bring old bytes back to life.
  const std::uint64_t cut = segment.file_offset(scan.end);
  log_warning("journal.tail_cut", {{"file", segment.path.string()},
                                   {"offset", cut},
                                   {"unfinished_bytes", scan.valid_end - scan.end}});
  WK_TRY_VOID(segment.file->truncate(cut));
  WK_TRY_VOID(segment.file->sync());
  out.last_file_bytes = cut;
  return {};
}

}  // namespace

Result<SegmentRef> open_segment(FileOps& files, const std::filesystem::path& path, FileOps::Open how) {
  WK_TRY(std::unique_ptr<File> file, files.open(path, how));
  std::string bytes(kSegmentHeaderBytes, '\0');
  WK_TRY(const std::size_t count, file->read_at(bytes, 0));
  bytes.resize(count);
  const Result<SegmentHeader> header = decode_segment_header(bytes);
  if (!header) return fail(header.error().code, fmt::format("{} at offset 0: {}", path.string(), header.error().context));
  if (path.filename() != segment_name(header->base)) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("{} at offset 0: the segment says it begins at {}", path.string(), header->base));
  }
  auto segment = std::make_shared<Segment>();
  segment->path = path;
  segment->base = header->base;
  segment->capacity = header->capacity;
  segment->file = std::move(file);
  return segment;
}

Result<std::string> read_segment(const Segment& segment, std::uint64_t end) {
  WK_TRY(const std::uint64_t file_bytes, segment.file->size());
  if (file_bytes < kSegmentHeaderBytes) return corrupt(segment, segment.base, "the file is cut short");
  std::string records(std::min(file_bytes - kSegmentHeaderBytes, end - segment.base), '\0');
  WK_TRY(const std::size_t count, segment.file->read_at(records, kSegmentHeaderBytes));
  records.resize(count);
  return records;
}

Result<RecoveredJournal> recover_journal(FileOps& files, const std::filesystem::path& directory, Recovery how) {
  WK_TRY(const std::vector<std::string> names, files.list(directory));
  RecoveredJournal out;
  for (const std::string& name : names) {  // in order of their bases: the names are hex digits of one width
    if (parse_segment_name(name)) {
      const auto mode = how == Recovery::kRepair ? FileOps::Open::kReadWrite : FileOps::Open::kRead;
      WK_TRY(SegmentRef segment, open_segment(files, directory / name, mode));
      out.segments.push_back(std::move(segment));
    } else if (how == Recovery::kRepair && name.ends_with(kUnfinishedSuffix) &&
               parse_segment_name(std::string_view(name).substr(0, name.size() - 4))) {
      WK_TRY_VOID(files.remove(directory / name));
    }
  }
  for (std::size_t i = 0; i + 1 < out.segments.size(); ++i) {
    const Segment& segment = *out.segments[i];
    WK_TRY(const std::uint64_t file_bytes, segment.file->size());
    const std::uint64_t next_base = out.segments[i + 1]->base;
    // A segment is cut to its records before the next one comes into being, so its length says whether all is there.
    if (segment.file_offset(next_base) != file_bytes) {
      return fail(ErrorCode::kCorrupt,
                  fmt::format("{} at offset {}: the file should end at {}, where {} begins", segment.path.string(),
                              file_bytes, segment.file_offset(next_base), out.segments[i + 1]->path.string()));
    }
  }
  if (!out.segments.empty()) WK_TRY_VOID(recover_last(*out.segments.back(), how, out));
  // As with the bytes: a segment that was just renamed when the process was killed is there, but only until the power fails.
  if (how == Recovery::kRepair && !names.empty()) WK_TRY_VOID(files.sync_directory(directory));
  return out;
}

Result<JournalReport> verify_segments(const std::vector<SegmentRef>& segments, std::uint64_t end) {
  JournalReport report{.begin = segments.empty() ? end : segments.front()->base, .end = end, .segments = segments.size()};
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::uint64_t segment_end = i + 1 < segments.size() ? segments[i + 1]->base : end;
    WK_TRY(const std::string records, read_segment(*segments[i], segment_end));
    const SegmentScan scan = scan_segment(records, segments[i]->base);
    if (scan.end != segment_end) return corrupt(*segments[i], scan.valid_end, "a record does not verify");
    report.batches += scan.batches;
    report.records += scan.records;
  }
  return report;
}

}  // namespace wk
