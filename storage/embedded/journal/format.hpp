// The bytes of the journal: docs/journal-format.md is their home. Encoding and parsing, no I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/ports/journal.hpp"

namespace wk {

inline constexpr std::size_t kSegmentHeaderBytes = 64;
inline constexpr std::size_t kRecordHeaderBytes = 36;
inline constexpr std::uint32_t kJournalFormatVersion = 1;

struct SegmentHeader {
  // Position of the segment's first record.
  std::uint64_t base = 0;
  // Bytes of records the segment was made for.
  std::uint64_t capacity = 0;
};

std::string encode_segment_header(const SegmentHeader& header);
Result<SegmentHeader> decode_segment_header(std::string_view bytes);
// "<base as 16 hex digits>.journal", and back.
std::string segment_name(std::uint64_t base);
std::optional<std::uint64_t> parse_segment_name(std::string_view name);

// How many positions an event takes.
constexpr std::size_t journal_record_bytes(std::size_t event_bytes) { return kRecordHeaderBytes + event_bytes; }
std::size_t journal_batch_bytes(std::span<const EventRef> events);
// Where the events of a batch that ends at `end` stand: the records of a batch lie without gaps.
std::vector<JournalRecord> place_batch(std::span<const EventRef> events, JournalPosition end);

struct RecordPlace {
  std::uint64_t position = 0;
  // Where the group of batches begins that is written and synced together with this record.
  std::uint64_t group_begin = 0;
  bool last_of_batch = false;
};
void append_record(std::string& out, const RecordPlace& place, const EventRef& event);

struct ParsedRecord {
  RecordPlace place;
  ConversationId conversation;
  Seq seq = 0;
  bool visitor_may_see = true;
  // Into the bytes that were parsed.
  std::string_view event;

  std::uint64_t end() const { return place.position + journal_record_bytes(event.size()); }
};
// The record at the beginning of `bytes`, if a whole and undamaged one with this position stands there.
std::optional<ParsedRecord> parse_record(std::string_view bytes, std::uint64_t position);
// What the record that begins here claims as its whole size; nullopt where none can begin. Unverified.
std::optional<std::size_t> peek_record_bytes(std::string_view bytes);

// What is found in the records of one segment.
struct SegmentScan {
  // End of the last complete batch.
  std::uint64_t end = 0;
  std::uint64_t records = 0;
  std::uint64_t batches = 0;
  // First position that is not part of a valid record.
  std::uint64_t valid_end = 0;
  // Something else than zeros lies behind `end`.
  bool tail_dirty = false;
  // A valid record behind valid_end that was written after valid_end had been synced: what is damaged was acked.
  std::optional<std::uint64_t> valid_behind_damage;
};
// records: everything behind the segment's header.
SegmentScan scan_segment(std::string_view records, std::uint64_t base);

}  // namespace wk
