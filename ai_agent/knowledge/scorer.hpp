// The best passages of a collection for a question.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ai_agent/knowledge/snapshot.hpp"
#include "ai_agent/knowledge/terms.hpp"

namespace wk::ai {

struct QueryVector {
  std::vector<std::int8_t> values;
  float scale = 0;  // 0: the question has no vector
};

struct Candidate {
  std::uint32_t segment;  // of the collection
  std::uint32_t passage;
  float score;
  float lexical;
  float similarity;
  bool with_meaning;
  std::uint64_t matched;  // bit i: it has the i-th of Found::terms
};

struct WeighedTerm {
  std::uint64_t hash;
  float idf;  // how much it counts
  bool known;  // some passage has it
};

struct Found {
  std::vector<Candidate> candidates;
  // What was searched for, the rarest first.
  std::vector<WeighedTerm> terms;
};

// At most `count`, best first; equal ones in order of entry and passage, so that how the passages
// lie in segments does not show.
Found best_passages(const Collection& collection, std::span<const QueryTerm> terms,
                    const QueryVector& vector, const KindSettings& settings, std::size_t count);

// How rare a term is in the collection, as a share of what a term of one passage is: 0 to 1.
float rarity_of(const Collection& collection, std::uint64_t hash);

}  // namespace wk::ai
