// How sure the model may be of its first intent: signals of one classification, and a logistic
// regression over them that is trained on what the model gets right and wrong on examples it has
// not seen. Scores of support vector machines are no probabilities; a fixed threshold on them means
// something else for each site.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace wk::ai {

enum class Signal : std::uint8_t {
  kScore,            // of the first intent
  kMargin,           // to the second
  kLexicalScore,     // of the first intent, words alone
  kLexicalMargin,    // to the best other, words alone
  kAgree,            // both heads have the same first
  kNearestWords,     // best cosine of words to an example of the first intent
  kNearestSentence,  // best cosine of sentence vectors to one
  kNearSentences,    // mean of the best five
  kSentenceMargin,   // best cosine to the first less that to the second
  kUnknownWords,     // share
  kLength,           // log(1 + words)
};
inline constexpr std::size_t kSignals = 11;
using Signals = std::array<float, kSignals>;
std::string_view signal_name(Signal signal);

// Immutable once trained.
struct ConfidenceModel {
  // Each signal, its square, and a constant; signals first brought to about mean 0 and deviation 1,
  // by constants.
  static constexpr std::size_t kTerms = 2 * kSignals + 1;
  std::array<float, kSignals> mean{};
  std::array<float, kSignals> inverse_deviation{};
  std::array<float, kTerms> weights{};

  // Probability that the first intent is right, in scope included.
  float probability(const Signals& signals) const;
};

struct ConfidenceExample {
  Signals signals;
  bool right;
  float weight;
};

// Begins at what public sets teach (`sentence`: with sentence vectors) and stays there where
// examples of either kind are missing.
ConfidenceModel train_confidence(std::span<const ConfidenceExample> examples, bool sentence);

}  // namespace wk::ai
