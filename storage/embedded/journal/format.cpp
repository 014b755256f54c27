#include "storage/embedded/journal/format.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstring>

#include "base/crc32c.hpp"
#include "storage/embedded/journal/limits.hpp"

namespace wk {
namespace {

constexpr std::string_view kMagic = "WKJOURNL";
constexpr std::string_view kSuffix = ".journal";
constexpr std::uint32_t kFlagLastOfBatch = 1;
constexpr std::uint32_t kFlagHiddenFromVisitor = 2;
constexpr std::uint32_t kFlagsKnown = kFlagLastOfBatch | kFlagHiddenFromVisitor;
// Of a record: what `length` does not count (itself and the checksum).
constexpr std::size_t kPrefixBytes = 8;

template <typename T>
void put(char* to, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) to[i] = static_cast<char>((value >> (8 * i)) & 0xff);
}

template <typename T>
T get(std::string_view bytes, std::size_t at) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(value | (static_cast<T>(static_cast<unsigned char>(bytes[at + i])) << (8 * i)));
  }
  return value;
}

// The length is covered as well: a flipped bit in it must not lead the reader astray.
std::uint32_t record_crc(std::string_view record) {
  return crc32c(record.substr(kPrefixBytes), crc32c(record.substr(0, 4)));
}

bool all_zero(std::string_view bytes) {
  return bytes.empty() || (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

}  // namespace

std::string encode_segment_header(const SegmentHeader& header) {
  std::string out(kSegmentHeaderBytes, '\0');
  std::memcpy(out.data(), kMagic.data(), kMagic.size());
  put<std::uint32_t>(out.data() + 8, kJournalFormatVersion);
  put<std::uint32_t>(out.data() + 12, kSegmentHeaderBytes);
  put<std::uint64_t>(out.data() + 16, header.base);
  put<std::uint64_t>(out.data() + 24, header.capacity);
  put<std::uint32_t>(out.data() + 60, crc32c(std::string_view(out).substr(0, 60)));
  return out;
}

Result<SegmentHeader> decode_segment_header(std::string_view bytes) {
  if (bytes.size() < kSegmentHeaderBytes) return fail(ErrorCode::kCorrupt, "the segment header is cut short");
  if (bytes.substr(0, kMagic.size()) != kMagic) return fail(ErrorCode::kCorrupt, "not a journal segment");
  if (get<std::uint32_t>(bytes, 60) != crc32c(bytes.substr(0, 60))) {
    return fail(ErrorCode::kCorrupt, "the segment header does not match its checksum");
  }
  const auto version = get<std::uint32_t>(bytes, 8);
  if (version != kJournalFormatVersion || get<std::uint32_t>(bytes, 12) != kSegmentHeaderBytes) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("format version {} of the segment is not known to this program ({})", version,
                            kJournalFormatVersion));
  }
  return SegmentHeader{.base = get<std::uint64_t>(bytes, 16), .capacity = get<std::uint64_t>(bytes, 24)};
}

std::string segment_name(std::uint64_t base) { return fmt::format("{:016x}{}", base, kSuffix); }

std::optional<std::uint64_t> parse_segment_name(std::string_view name) {
  if (name.size() != 16 + kSuffix.size() || name.substr(16) != kSuffix) return std::nullopt;
  std::uint64_t base = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + 16, base, 16);
  if (error != std::errc() || end != name.data() + 16 || segment_name(base) != name) return std::nullopt;
  return base;
}

std::size_t journal_batch_bytes(std::span<const EventRef> events) {
  std::size_t bytes = 0;
  for (const EventRef& event : events) bytes += journal_record_bytes(event.bytes.size());
  return bytes;
}

std::vector<JournalRecord> place_batch(std::span<const EventRef> events, JournalPosition end) {
  std::vector<JournalRecord> records;
  records.reserve(events.size());
  std::uint64_t position = end.value - journal_batch_bytes(events);
  for (const EventRef& event : events) {
    records.push_back({JournalPosition{position}, event});
    position += journal_record_bytes(event.bytes.size());
  }
  return records;
}

void append_record(std::string& out, const RecordPlace& place, const EventRef& event) {
  const std::string_view payload = event.bytes.view();
  const std::size_t begin = out.size();
  out.resize(begin + kRecordHeaderBytes);
  char* const to = out.data() + begin;
  const std::uint32_t flags =
      (place.last_of_batch ? kFlagLastOfBatch : 0U) | (event.visitor_may_see ? 0U : kFlagHiddenFromVisitor);
  put<std::uint32_t>(to, static_cast<std::uint32_t>(journal_record_bytes(payload.size()) - kPrefixBytes));
  put<std::uint64_t>(to + 8, place.position);
  put<std::uint64_t>(to + 16, event.conversation.value());
  put<std::uint32_t>(to + 24, event.seq);
  put<std::uint32_t>(to + 28, flags);
  put<std::uint32_t>(to + 32, static_cast<std::uint32_t>(place.position - place.group_begin));
  out.append(payload);
  const std::uint32_t crc = record_crc(std::string_view(out).substr(begin));
  put<std::uint32_t>(out.data() + begin + 4, crc);
}

std::optional<std::size_t> peek_record_bytes(std::string_view bytes) {
  if (bytes.size() < kRecordHeaderBytes) return std::nullopt;
  const std::size_t size = get<std::uint32_t>(bytes, 0) + kPrefixBytes;
  if (size < kRecordHeaderBytes || size > journal_record_bytes(limits::kJournalEventBytesMax)) return std::nullopt;
  return size;
}

std::optional<ParsedRecord> parse_record(std::string_view bytes, std::uint64_t position) {
  const std::optional<std::size_t> size = peek_record_bytes(bytes);
  if (!size || *size > bytes.size()) return std::nullopt;
  const std::string_view record = bytes.substr(0, *size);
  if (get<std::uint64_t>(record, 8) != position || get<std::uint32_t>(record, 4) != record_crc(record)) return std::nullopt;
  const auto flags = get<std::uint32_t>(record, 28);
  const auto group_back = get<std::uint32_t>(record, 32);
  if ((flags & ~kFlagsKnown) != 0 || group_back > position) return std::nullopt;
  return ParsedRecord{.place = {.position = position,
                                .group_begin = position - group_back,
                                .last_of_batch = (flags & kFlagLastOfBatch) != 0},
                      .conversation = ConversationId(get<std::uint64_t>(record, 16)),
                      .seq = get<std::uint32_t>(record, 24),
                      .visitor_may_see = (flags & kFlagHiddenFromVisitor) == 0,
                      .event = record.substr(kRecordHeaderBytes)};
}

SegmentScan scan_segment(std::string_view records, std::uint64_t base) {
  SegmentScan scan{.end = base, .valid_end = base, .valid_behind_damage = std::nullopt};
  std::uint64_t records_of_batch = 0;
  while (const auto record = parse_record(records.substr(scan.valid_end - base), scan.valid_end)) {
    scan.valid_end = record->end();
    ++records_of_batch;
    if (record->place.last_of_batch) {
      scan.end = scan.valid_end;
      scan.records += records_of_batch;
      ++scan.batches;
      records_of_batch = 0;
    }
  }
  scan.tail_dirty = !all_zero(records.substr(scan.end - base));
  if (!scan.tail_dirty || all_zero(records.substr(scan.valid_end - base))) return scan;

  // The pages of a group reach the disk in any order, so valid records behind a hole are no damage by themselves. But a
  // group is written only after the one before it was synced: a record whose group begins behind the hole proves that
  // what stood in the hole was acked.
  std::size_t at = scan.valid_end - base + 1;
  while (at + kRecordHeaderBytes <= records.size()) {
    const std::uint64_t position = base + at;
    if (get<std::uint64_t>(records, at + 8) != position) {
      ++at;
      continue;
    }
    const auto record = parse_record(records.substr(at), position);
    if (record && record->place.group_begin > scan.valid_end) {
      scan.valid_behind_damage = position;
      return scan;
    }
    at = record ? record->end() - base : at + 1;
  }
  return scan;
}

}  // namespace wk
