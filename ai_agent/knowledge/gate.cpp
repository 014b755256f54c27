#include "ai_agent/knowledge/gate.hpp"

#include <cmath>

namespace wk::ai {

std::string_view gate_signal_name(GateSignal signal) {
  constexpr std::array<std::string_view, kGateSignals> kNames{"score", "lexical", "meaning", "margin", "coverage", "rare", "unknown", "support", "length", "named", "lead"};
  return kNames[static_cast<std::size_t>(signal)];
}

float GateModel::probability(const GateSignals& signals) const {
  float sum = constant;
  for (std::size_t i = 0; i < kGateSignals; ++i) sum += weights[i] * signals[i];
  return 1 / (1 + std::exp(-sum));
}

}  // namespace wk::ai
