// Reads entries into a new segment.
#pragma once

#include <cstddef>
#include <vector>

#include "ai_agent/knowledge/segment.hpp"
#include "ai_agent/knowledge/terms.hpp"
#include "ai_agent/text/sentence_encoder.hpp"

namespace wk::ai {

// One user at a time; reads about 10,000 passages a second.
class SegmentBuilder {
 public:
  // `encoder` may be null, and outlives the builder.
  SegmentBuilder(std::size_t passage_bytes_max, const SentenceEncoder* encoder)
      : passage_bytes_max_(passage_bytes_max), encoder_(encoder) {}

  // Requires: entries of FAQs or entries of texts, never both; within knowledge_limits.
  void add(const KnowledgeEntry& entry);
  std::size_t passages() const { return segment_.passages.size(); }
  // What was added since the last call.
  Segment finish();

 private:
  struct Posting {
    std::uint64_t hash;
    std::uint32_t passage;
    std::uint32_t often;
  };
  // Notes what has to be in a question that names the entry.
  void read_name(std::string_view title, EntryRow& row);
  // Takes what terms_ holds as the terms of a new passage.
  void add_passage(PassageRow row, std::string_view heading, std::string_view meaning);

  std::size_t passage_bytes_max_;
  const SentenceEncoder* encoder_;
  TermReader reader_;
  Segment segment_;
  std::vector<std::uint64_t> terms_;
  std::vector<QueryTerm> name_;
  std::vector<Posting> postings_;
  std::vector<float> vector_;
};

}  // namespace wk::ai
