#include "ai_agent/knowledge/segment.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace wk::ai {

static_assert(std::endian::native == std::endian::little, "the file's rows are read as they are");
static_assert(sizeof(TermRow) == 16 && sizeof(EntryRow) == 32 && sizeof(PassageRow) == 24);

const TermRow* Segment::find(std::uint64_t hash) const {
  const auto row = std::lower_bound(
      terms.begin(), terms.end(), hash,
      [](const TermRow& term, std::uint64_t wanted) { return term.hash < wanted; });
  return row != terms.end() && row->hash == hash ? &*row : nullptr;
}

std::size_t Segment::bytes() const {
  return terms.size() * sizeof(TermRow) + postings.size() + passages.size() * sizeof(PassageRow) +
         entries.size() * sizeof(EntryRow) + headings.size() +
         names.size() * sizeof(std::uint64_t) + vectors.size() +
         vector_scales.size() * sizeof(float);
}

void append_posting(std::vector<std::uint8_t>& postings, std::uint32_t gap, std::uint32_t often) {
  std::uint32_t value = gap << 1 | (often > 1 ? 1U : 0U);
  while (value >= 0x80) {
    postings.push_back(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  postings.push_back(static_cast<std::uint8_t>(value));
  if (often > 1) postings.push_back(static_cast<std::uint8_t>(std::min<std::uint32_t>(often, 255)));
}

namespace {

constexpr std::uint32_t kGone = std::numeric_limits<std::uint32_t>::max();

// Copies entries, passages and vectors; answers the new number of each old passage.
std::vector<std::uint32_t> copy_passages(const SegmentView& part, std::size_t dimensions,
                                         bool vectors, Segment& out) {
  const Segment& from = *part.segment;
  std::vector<std::uint32_t> numbers(from.passages.size(), kGone);
  for (const EntryRow& entry : from.entries) {
    // An entry goes as a whole: its first passage speaks for all.
    if (!part.has(entry.passage_first)) continue;
    EntryRow copy = entry;
    copy.passage_first = static_cast<std::uint32_t>(out.passages.size());
    copy.name = static_cast<std::uint32_t>(out.names.size());
    const auto name = from.name(entry);
    out.names.insert(out.names.end(), name.begin(), name.end());
    for (std::uint32_t i = 0; i < entry.passages; ++i) {
      const std::uint32_t old = entry.passage_first + i;
      PassageRow passage = from.passages[old];
      const std::string_view heading = from.heading(passage);
      passage.entry = static_cast<std::uint32_t>(out.entries.size());
      passage.heading = static_cast<std::uint32_t>(out.headings.size());
      out.headings += heading;
      numbers[old] = static_cast<std::uint32_t>(out.passages.size());
      out.terms_total += passage.terms;
      out.passages.push_back(passage);
      if (!vectors) continue;
      if (from.vector_scales.empty()) {
        out.vector_scales.push_back(0);
        out.vectors.resize(out.vectors.size() + dimensions);
        continue;
      }
      out.vector_scales.push_back(from.vector_scales[old]);
      const auto vector = from.vectors.begin() + static_cast<std::ptrdiff_t>(old * dimensions);
      out.vectors.insert(out.vectors.end(), vector,
                         vector + static_cast<std::ptrdiff_t>(dimensions));
    }
    out.entries.push_back(copy);
  }
  return numbers;
}

}  // namespace

Segment merge_segments(std::span<const SegmentView> parts, std::size_t dimensions) {
  Segment out;
  std::vector<std::vector<std::uint32_t>> numbers;
  std::size_t postings = 0;
  std::size_t passages = 0;
  bool vectors = false;
  for (const SegmentView& part : parts) {
    vectors = vectors || !part.segment->vector_scales.empty();
    postings += part.segment->postings.size();
    passages += part.segment->passages.size();
  }
  out.postings.reserve(postings);
  out.passages.reserve(passages);
  if (vectors) out.vectors.reserve(dimensions * passages);
  for (const SegmentView& part : parts) numbers.push_back(copy_passages(part, dimensions, vectors, out));

  std::vector<std::size_t> next(parts.size());
  for (;;) {
    std::uint64_t hash = std::numeric_limits<std::uint64_t>::max();
    bool any = false;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (next[i] == parts[i].segment->terms.size()) continue;
      hash = std::min(hash, parts[i].segment->terms[next[i]].hash);
      any = true;
    }
    if (!any) break;
    TermRow row{hash, static_cast<std::uint32_t>(out.postings.size()), 0};
    std::uint32_t previous = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const Segment& from = *parts[i].segment;
      if (next[i] == from.terms.size() || from.terms[next[i]].hash != hash) continue;
      for_each_posting(from, from.terms[next[i]], [&](std::uint32_t old, std::uint32_t often) {
        const std::uint32_t passage = numbers[i][old];
        if (passage == kGone) return;
        append_posting(out.postings, passage - previous, often);
        previous = passage;
        ++row.passages;
      });
      ++next[i];
    }
    if (row.passages != 0) out.terms.push_back(row);
  }
  out.terms.shrink_to_fit();
  out.postings.shrink_to_fit();
  return out;
}

}  // namespace wk::ai
