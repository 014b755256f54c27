#include "ai_agent/intent/vocabulary.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace wk::ai {
namespace {
constexpr std::uint32_t kNone = 0xFFFF'FFFF;
}

Vocabulary::Vocabulary(std::vector<Entry> entries, const BlockWeights& weights)
    : entries_(std::move(entries)), weights_(weights) {
  slots_.resize(std::bit_ceil(std::max<std::size_t>(entries_.size() * 2, 16)));
  mask_ = slots_.size() - 1;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    std::uint64_t at = (entries_[i].key >> 32) & mask_;
    while (slots_[at].index_plus_one != 0) at = (at + 1) & mask_;
    slots_[at] = {static_cast<std::uint32_t>(entries_[i].key), static_cast<std::uint32_t>(i + 1)};
  }
}

std::uint32_t Vocabulary::find(std::uint64_t key) const {
  const auto fingerprint = static_cast<std::uint32_t>(key);
  for (std::uint64_t at = (key >> 32) & mask_; slots_[at].index_plus_one != 0;
       at = (at + 1) & mask_) {
    if (slots_[at].fingerprint == fingerprint &&
        entries_[slots_[at].index_plus_one - 1].key == key) {
      return slots_[at].index_plus_one - 1;
    }
  }
  return kNone;
}

Vocabulary::Counts Vocabulary::vector_of(std::span<const Piece> pieces, std::vector<Hit>& hits,
                                         std::vector<Feature>& out) const {
  Counts counts;
  hits.clear();
  out.clear();
  if (slots_.empty()) return counts;
  for (const Piece& piece : pieces) {
    const std::uint32_t index = find(piece.key);
    if (piece.word) {
      ++counts.words;
      if (index == kNone) ++counts.unknown_words;
    }
    if (index != kNone) hits.push_back({index, piece.block});
  }
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) { return a.index < b.index; });
  std::array<float, kBlocks> squares{};
  for (std::size_t i = 0; i < hits.size();) {
    std::size_t end = i + 1;
    while (end < hits.size() && hits[end].index == hits[i].index) ++end;
    const float tf = end - i == 1 ? 1.0f : 1.0f + std::log(static_cast<float>(end - i));
    const float value = tf * entries_[hits[i].index].idf;
    squares[static_cast<std::size_t>(hits[i].block)] += value * value;
    hits[out.size()] = hits[i];  // the block of the feature that follows
    out.push_back({hits[i].index, value});
    i = end;
  }
  std::array<float, kBlocks> factors{};
  for (std::size_t b = 0; b < kBlocks; ++b)
    factors[b] = squares[b] > 0 ? weights_[b] / std::sqrt(squares[b]) : 0;
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i].value *= factors[static_cast<std::size_t>(hits[i].block)];
  return counts;
}

void VocabularyBuilder::add(std::span<const Piece> pieces) {
  const std::size_t begin = seen_.size();
  for (const Piece& piece : pieces) seen_.push_back({piece.key, piece.word});
  const auto first = seen_.begin() + static_cast<std::ptrdiff_t>(begin);
  std::sort(first, seen_.end(), [](const Count& a, const Count& b) { return a.key < b.key; });
  seen_.erase(std::unique(first, seen_.end(),
                          [](const Count& a, const Count& b) { return a.key == b.key; }),
              seen_.end());
  ++texts_;
}

Vocabulary VocabularyBuilder::build(const Options& options) const {
  std::vector<Count> seen = seen_;
  std::sort(seen.begin(), seen.end(), [](const Count& a, const Count& b) { return a.key < b.key; });
  struct Kept {
    std::uint64_t key;
    std::uint32_t texts;
  };
  std::vector<Kept> kept;
  for (std::size_t i = 0; i < seen.size();) {
    std::size_t end = i + 1;
    while (end < seen.size() && seen[end].key == seen[i].key) ++end;
    const auto texts = static_cast<std::uint32_t>(end - i);
    if (texts >= options.texts_min || seen[i].word) kept.push_back({seen[i].key, texts});
    i = end;
  }
  const auto more_frequent = [](const Kept& a, const Kept& b) {
    return a.texts != b.texts ? a.texts > b.texts : a.key < b.key;
  };
  std::sort(kept.begin(), kept.end(), more_frequent);
  if (kept.size() > options.size_max) kept.resize(options.size_max);
  std::vector<Vocabulary::Entry> entries;
  entries.reserve(kept.size());
  const auto all = static_cast<float>(1 + texts_);
  for (const Kept& k : kept)
    entries.push_back({k.key, std::log(all / static_cast<float>(1 + k.texts)) + 1});
  return {std::move(entries), options.weights};
}

}  // namespace wk::ai
