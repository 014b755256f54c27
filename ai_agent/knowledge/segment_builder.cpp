#include "ai_agent/knowledge/segment_builder.hpp"

#include <algorithm>
#include <utility>

#include "ai_agent/knowledge/chunker.hpp"
#include "ai_agent/knowledge/limits.hpp"
#include "ai_agent/math/kernels.hpp"

namespace wk::ai {

void SegmentBuilder::add_passage(PassageRow row, std::string_view heading,
                                 std::string_view meaning) {
  const auto number = static_cast<std::uint32_t>(segment_.passages.size());
  row.entry = static_cast<std::uint32_t>(segment_.entries.size());
  row.heading = static_cast<std::uint32_t>(segment_.headings.size());
  row.heading_bytes = static_cast<std::uint16_t>(heading.size());
  row.terms = static_cast<std::uint16_t>(std::min<std::size_t>(terms_.size(), 65535));
  segment_.headings += heading;
  segment_.terms_total += row.terms;
  segment_.passages.push_back(row);

  std::sort(terms_.begin(), terms_.end());
  for (auto at = terms_.begin(); at != terms_.end();) {
    const auto next = std::upper_bound(at, terms_.end(), *at);
    postings_.push_back({*at, number, static_cast<std::uint32_t>(next - at)});
    at = next;
  }
  if (encoder_ == nullptr) return;
  vector_.resize(encoder_->dimensions());
  segment_.vectors.resize(segment_.vectors.size() + vector_.size());
  const bool there = encoder_->encode(meaning, vector_);
  segment_.vector_scales.push_back(
      there ? quantise_i8(vector_.data(), segment_.vectors.data() + segment_.vectors.size() - vector_.size(), vector_.size())
            : 0.0F);
}

void SegmentBuilder::read_name(std::string_view title, EntryRow& row) {
  reader_.query(name_in(title), name_);
  std::erase_if(name_, [](const QueryTerm& term) { return term.weak; });
  // So many are a sentence.
  if (name_.size() > knowledge_limits::kNameTermsMax) return;
  for (const QueryTerm& term : name_) segment_.names.push_back(term.hash);
  row.name_terms = static_cast<std::uint16_t>(name_.size());
}

void SegmentBuilder::add(const KnowledgeEntry& entry) {
  EntryRow row{entry.id.value(),
               entry.revision,
               static_cast<std::uint32_t>(segment_.passages.size()),
               0,
               static_cast<std::uint16_t>(entry.kind),
               0,
               static_cast<std::uint32_t>(segment_.names.size())};
  if (entry.kind == EntryKind::kFaq) {
    std::uint32_t number = 0;
    const auto add_phrasing = [&](std::string_view phrasing) {
      terms_.clear();
      reader_.document(phrasing, terms_);
      if (!terms_.empty()) {
        add_passage({.entry = 0,
                     .number = number,
                     .begin = 0,
                     .end = static_cast<std::uint32_t>(phrasing.size()),
                     .heading = 0,
                     .heading_bytes = 0,
                     .terms = 0},
                    {}, phrasing);
      }
      ++number;
    };
    add_phrasing(entry.title);
    for (const std::string& phrasing : entry.phrasings) add_phrasing(phrasing);
  } else {
    read_name(entry.title, row);
    std::uint32_t number = 0;
    for (const Passage& passage : chunk(entry.body, passage_bytes_max_)) {
      const std::string_view text =
          std::string_view(entry.body).substr(passage.begin, passage.end - passage.begin);
      terms_.clear();
      // What a passage is about is often said above it only.
      reader_.document(entry.title, terms_);
      reader_.document(passage.heading, terms_);
      reader_.document(text, terms_);
      add_passage({.entry = 0,
                   .number = number++,
                   .begin = static_cast<std::uint32_t>(passage.begin),
                   .end = static_cast<std::uint32_t>(passage.end),
                   .heading = 0,
                   .heading_bytes = 0,
                   .terms = 0},
                  passage.heading, text);
    }
  }
  if (segment_.passages.size() == row.passage_first) {
    // An entry without words is kept too: that it is known, and in which revision.
    terms_.clear();
    add_passage({}, {}, {});
  }
  row.passages = static_cast<std::uint32_t>(segment_.passages.size()) - row.passage_first;
  segment_.entries.push_back(row);
}

Segment SegmentBuilder::finish() {
  std::stable_sort(postings_.begin(), postings_.end(),
                   [](const Posting& a, const Posting& b) { return a.hash < b.hash; });
  std::uint32_t previous = 0;
  for (const Posting& posting : postings_) {
    if (segment_.terms.empty() || segment_.terms.back().hash != posting.hash) {
      segment_.terms.push_back(
          {posting.hash, static_cast<std::uint32_t>(segment_.postings.size()), 0});
      previous = 0;
    }
    append_posting(segment_.postings, posting.passage - previous, posting.often);
    previous = posting.passage;
    ++segment_.terms.back().passages;
  }
  postings_.clear();
  // A language that the encoder does not know: no room for nothing.
  if (std::all_of(segment_.vector_scales.begin(), segment_.vector_scales.end(), [](float scale) { return scale == 0; })) {
    segment_.vectors = {};
    segment_.vector_scales = {};
  }
  return std::exchange(segment_, Segment{});
}

}  // namespace wk::ai
