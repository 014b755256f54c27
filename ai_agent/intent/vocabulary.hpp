// Which pieces the model knows, and how a message becomes a sparse vector of them: sublinear tf x
// idf, each block a unit vector times its weight.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ai_agent/intent/features.hpp"

namespace wk::ai {

struct Feature {
  std::uint32_t index;
  float value;

  friend bool operator==(const Feature&, const Feature&) = default;
};

// Many sparse vectors one behind the other.
struct SparseRows {
  std::vector<Feature> features;
  std::vector<std::size_t> ends;

  std::size_t size() const { return ends.size(); }
  std::span<const Feature> operator[](std::size_t row) const {
    const std::size_t begin = row == 0 ? 0 : ends[row - 1];
    return {features.data() + begin, ends[row] - begin};
  }
};

using BlockWeights = std::array<float, kBlocks>;

// Immutable once built.
class Vocabulary {
 public:
  struct Entry {
    std::uint64_t key;
    float idf;
    std::uint32_t reserved = 0;  // no byte of the file is left to chance
  };
  struct Counts {
    std::size_t words = 0;  // of the message itself
    std::size_t unknown_words = 0;
  };

  Vocabulary() = default;
  // Entry i gets index i. Requires: keys are distinct.
  Vocabulary(std::vector<Entry> entries, const BlockWeights& weights);

  std::size_t size() const { return entries_.size(); }
  const std::vector<Entry>& entries() const { return entries_; }
  const BlockWeights& weights() const { return weights_; }

  // Replaces `out` by the vector of `pieces`, by rising index; hits[i] then tells the block of
  // out[i].
  struct Hit {
    std::uint32_t index;
    Block block;
  };
  Counts vector_of(std::span<const Piece> pieces, std::vector<Hit>& hits,
                   std::vector<Feature>& out) const;

 private:
  std::uint32_t find(std::uint64_t key) const;

  std::vector<Entry> entries_;
  BlockWeights weights_{};
  // Open addressing at half load: index + 1 and 32 bits of the key; 0 is empty.
  struct Slot {
    std::uint32_t fingerprint = 0;
    std::uint32_t index_plus_one = 0;
  };
  std::vector<Slot> slots_;
  std::uint64_t mask_ = 0;
};

// Counts in how many texts each piece occurs.
class VocabularyBuilder {
 public:
  void add(std::span<const Piece> pieces);
  // Pieces of at least `texts_min` texts, but words always; at most `size_max`, the most frequent
  // first.
  struct Options {
    std::uint32_t texts_min = 1;
    std::size_t size_max = 0;
    BlockWeights weights{1, 1, 1, 1};
  };
  Vocabulary build(const Options& options) const;

 private:
  struct Count {
    std::uint64_t key;
    bool word;
  };
  std::vector<Count> seen_;  // one for each text and piece; sorted and counted by build()
  std::size_t texts_ = 0;
};

}  // namespace wk::ai
