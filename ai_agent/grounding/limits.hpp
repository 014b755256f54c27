// Bounds of what a language model is given and of what is believed, and what happens at each.
#pragma once

#include <cstddef>

namespace wk::ai::grounding_limits {

// Things masked in one prompt; what else is found is replaced by a mark that cannot be put back.
inline constexpr std::size_t kMaskedMax = 200;
// A number of this many digits says who somebody is more often than it says how much.
inline constexpr std::size_t kDigitsToMask = 9;

// Shares of what the model can read.
inline constexpr double kEvidenceShare = 0.40;
inline constexpr double kSummaryShare = 0.15;
inline constexpr double kAnswerShareMin = 0.20;
// History above this part of its room is to be summarised.
inline constexpr double kSummariseFrom = 0.75;
// Of a turn in a summary that is made of extracts.
inline constexpr std::size_t kExtractBytesMax = 200;

// A sentence is believed if this share of its words is in the passages it names.
inline constexpr double kSupportMin = 0.5;
// Of a language's tag, as RFC 5646 asks for at least.
inline constexpr std::size_t kLanguageTagBytesMax = 35;

// Of the answer; further sentences are left out.
inline constexpr std::size_t kSentencesMax = 40;

}  // namespace wk::ai::grounding_limits
