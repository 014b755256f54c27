// What one search tells of its hits, and a logistic regression over it: scores alone are no probabilities, and differ between sites. Learned
// from public sets by bench/ai/learn_gate.mjs; what it reaches is in docs/ai.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wk::ai {

enum class GateSignal : std::uint8_t {
  kScore,     // what passages are ordered by
  kLexical,   // of the best phrasing or passage: BM25 as a share of what could be reached
  kMeaning,   // cosine of the meanings
  kMargin,    // score less that of the best other entry, up to a share of it
  kCoverage,  // share of the question's terms that the passage has, by rarity
  kRare,      // the same of the three rarest
  kUnknown,   // share of the question's terms that no passage has, by rarity
  kSupport,   // mean score of the entry's best three
  kLength,    // log(1 + terms of the question)
  kNamed,     // how rare the entry's name is, if the question has all of it; 0: it has not, or the entry is an FAQ
  kLead,      // 0 to 0.7: what the next five entries lack of its score, as a share of it; of one that lacks more, or is not there, 0.7
};
inline constexpr std::size_t kGateSignals = 11;
using GateSignals = std::array<float, kGateSignals>;
std::string_view gate_signal_name(GateSignal signal);

struct GateModel {
  std::array<float, kGateSignals> weights{};
  float constant = 0;

  float probability(const GateSignals& signals) const;
};

}  // namespace wk::ai
