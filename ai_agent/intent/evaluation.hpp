// How good a model is on examples that it has not seen, as a value: what the console shows after
// training.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ai_agent/intent/intent_model.hpp"

namespace wk::ai {

// One classified example. kReject as `truth`: of no intent of ours.
struct Outcome {
  static constexpr std::uint32_t kReject = 0xFFFF'FFFF;
  std::uint32_t truth;
  std::uint32_t guess;
  float confidence;
  Signals signals;

  bool right() const { return truth == guess; }
};

struct IntentQuality {
  std::uint32_t intent = 0;
  std::uint32_t examples = 0;
  float recall = 0;     // of its examples, how many were seen as it
  float precision = 0;  // of what was seen as it, how much is
  float acted = 0;      // of its examples, how many were right in the zone kAct
};

struct Confusion {
  std::uint32_t truth = 0;
  std::uint32_t guess = 0;
  std::uint32_t count = 0;
};

struct Evaluation {
  std::uint32_t examples = 0;  // in scope
  std::uint32_t rejects = 0;
  float accuracy = 0;  // first intent right, zones aside
  // What people would see with the zones: shares of the examples in scope.
  float acted_right = 0;
  float acted_wrong = 0;
  float asked = 0;
  float handed_over = 0;
  // Of what is out of scope.
  float rejects_handed_over = 0;
  float rejects_acted = 0;
  std::vector<IntentQuality> intents;  // by number
  std::vector<Confusion> confusions;   // most frequent first, at most kConfusionsMax
  std::vector<std::uint32_t> weak;     // intents that want more or clearer examples, worst first
};

inline constexpr std::size_t kConfusionsMax = 50;
// An intent is weak below this recall or precision, or with fewer examples.
inline constexpr float kWeakBelow = 0.7f;
inline constexpr std::uint32_t kExamplesWanted = 5;

Evaluation evaluate(std::span<const Outcome> outcomes, std::size_t intents, const Zones& zones);

}  // namespace wk::ai
