// Bounds of a dialogue flow while it runs; those of how it is drawn are in core/model/limits.hpp.
#pragma once

#include <cstddef>

namespace wk::ai::flow_limits {

// Of one turn, tools included; then people go on. A checked flow stays below it unless it asks for many things that are known already.
inline constexpr std::size_t kStepsOfATurnMax = 100;
inline constexpr std::size_t kCallsOfATurnMax = 5;
// A step is asked so often; then it has failed.
inline constexpr unsigned kTriesMax = 2;
// Of what is said in one turn.
inline constexpr std::size_t kSaidBytesMax = 8'000;

}  // namespace wk::ai::flow_limits
