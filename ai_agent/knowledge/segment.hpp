// An immutable piece of the index: which passages hold which terms, how often, and where those
// passages are. Arrays of plain rows, written to the index file as they are (little-endian,
// docs/ai.md).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ai_agent/knowledge/entry.hpp"

namespace wk::ai {

struct TermRow {
  std::uint64_t hash;      // rows are sorted by it
  std::uint32_t offset;    // of its postings
  std::uint32_t passages;  // that hold the term
};

struct EntryRow {
  std::uint64_t id;
  std::uint64_t revision;
  std::uint32_t passage_first;
  std::uint32_t passages;  // at least one
  std::uint16_t kind;        // EntryKind
  std::uint16_t name_terms;  // 0: it has no name
  std::uint32_t name;        // where its name's terms begin in `names`
};

struct PassageRow {
  std::uint32_t entry;   // its row
  std::uint32_t number;  // within the entry: passage, or phrasing (0: the title)
  std::uint32_t begin;   // bytes of the entry's body, or of the phrasing
  std::uint32_t end;
  std::uint32_t heading;  // where its path begins in `headings`
  std::uint16_t heading_bytes;
  std::uint16_t terms;  // with repetitions; 65535 stands for that or more
};

// Immutable once built. Shared by the snapshots that hold it.
struct Segment {
  std::vector<TermRow> terms;
  // For each term its passages in rising order, each LEB128(gap * 2 + more) and, if more, a byte
  // with how often (2 to 255); the gap is to the previous passage, of the first one its number.
  std::vector<std::uint8_t> postings;
  std::vector<PassageRow> passages;
  std::vector<EntryRow> entries;
  std::string headings;
  std::vector<std::uint64_t> names;  // terms of entries' names
  // Of each passage `dimensions` numbers, to be multiplied by the passage's scale; a scale of 0: no
  // vector. Both are empty where no passage has one.
  std::vector<std::int8_t> vectors;
  std::vector<float> vector_scales;
  std::uint64_t terms_total = 0;  // of all passages

  const TermRow* find(std::uint64_t hash) const;
  std::string_view heading(const PassageRow& passage) const {
    return std::string_view(headings).substr(passage.heading, passage.heading_bytes);
  }
  std::span<const std::uint64_t> name(const EntryRow& entry) const {
    return std::span(names).subspan(entry.name, entry.name_terms);
  }
  std::size_t bytes() const;
};

// Which passages of a segment are gone: their entry was changed or removed. Immutable; replaced as
// a whole.
struct Removed {
  std::vector<std::uint64_t> bits;
  std::uint32_t passages = 0;
  std::uint64_t terms_total = 0;

  bool has(std::uint32_t passage) const { return (bits[passage / 64] >> passage % 64 & 1) != 0; }
};

struct SegmentView {
  std::shared_ptr<const Segment> segment;
  std::shared_ptr<const Removed> removed;  // null: nothing

  std::uint32_t passages() const {
    return static_cast<std::uint32_t>(segment->passages.size()) - (removed ? removed->passages : 0);
  }
  std::uint64_t terms_total() const {
    return segment->terms_total - (removed ? removed->terms_total : 0);
  }
  bool has(std::uint32_t passage) const { return !removed || !removed->has(passage); }
};

// Calls use(passage, how often) for each posting of the term, removed ones too. Stops at what does
// not fit the segment: the file's checksum rules damage out, this that any file whatever makes us
// read elsewhere.
template <typename Use>
void for_each_posting(const Segment& segment, const TermRow& term, Use&& use) {
  const std::uint8_t* at = segment.postings.data() + term.offset;
  const std::uint8_t* const end = segment.postings.data() + segment.postings.size();
  const auto passages = static_cast<std::uint32_t>(segment.passages.size());
  std::uint32_t passage = 0;
  for (std::uint32_t i = 0; i < term.passages; ++i) {
    std::uint32_t value = 0;
    int shift = 0;
    do {
      if (at == end || shift > 28) return;
      value |= static_cast<std::uint32_t>(*at & 0x7F) << shift;
      shift += 7;
    } while ((*at++ & 0x80) != 0);
    passage += value >> 1;
    if (passage >= passages) return;
    std::uint32_t often = 1;
    if ((value & 1) != 0) {
      if (at == end) return;
      often = *at++;
    }
    use(passage, often);
  }
}

void append_posting(std::vector<std::uint8_t>& postings, std::uint32_t gap, std::uint32_t often);

// One segment of those, in their order, without what is removed. Requires: one number of
// dimensions.
Segment merge_segments(std::span<const SegmentView> parts, std::size_t dimensions);

}  // namespace wk::ai
