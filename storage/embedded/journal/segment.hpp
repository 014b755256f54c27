// One segment file as readers and the committer see it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "storage/embedded/journal/file_ops.hpp"
#include "storage/embedded/journal/format.hpp"

namespace wk {

// Immutable once it is on the journal's list, but for the file's contents; readers keep it alive after release() took it off the list.
struct Segment {
  std::filesystem::path path;
  std::uint64_t base = 0;
  std::uint64_t capacity = 0;
  std::unique_ptr<File> file;

  std::uint64_t file_offset(std::uint64_t position) const { return kSegmentHeaderBytes + position - base; }
};
using SegmentRef = std::shared_ptr<Segment>;

// Opens it and checks its header against its name.
Result<SegmentRef> open_segment(FileOps& files, const std::filesystem::path& path, FileOps::Open how);
// All of its records: what stands behind the header, at most up to `end`.
Result<std::string> read_segment(const Segment& segment, std::uint64_t end);

struct RecoveredJournal {
  // Oldest first, each beginning where the one before ends.
  std::vector<SegmentRef> segments;
  std::uint64_t end = 0;
  // How long the last segment's file is, header included.
  std::uint64_t last_file_bytes = 0;
};

enum class Recovery {
  // Cuts the torn tail and removes half-made segments. Requires: the directory is locked.
  kRepair,
  // Touches nothing.
  kLookOnly,
};
// Only the last segment is read through: of the others the header and the length must fit their neighbours.
// kCorrupt (with file and offset): something that was acked is missing or damaged; nothing has been changed then.
Result<RecoveredJournal> recover_journal(FileOps& files, const std::filesystem::path& directory, Recovery how);

struct JournalReport {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t segments = 0;
  std::uint64_t batches = 0;
  std::uint64_t records = 0;
};
// Reads every record up to `end`. kCorrupt with file and offset at the first that does not verify.
Result<JournalReport> verify_segments(const std::vector<SegmentRef>& segments, std::uint64_t end);

// Segments under construction; what a crash left of them is removed at the next start.
inline constexpr const char* kUnfinishedSuffix = ".new";

}  // namespace wk
