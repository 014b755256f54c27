// Limits of people's sessions, and what happens at each.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wk::session_limits {

// What a rate of the admission settings may be, each of its two numbers, and the number of connections; more: refused.
inline constexpr std::uint32_t kRateMax = 1'000'000;
// Visitors who append over REST whose rates are known, twice; beyond, those who wrote longest ago are forgotten.
inline constexpr std::size_t kRestVisitorsMax = 50'000;

}  // namespace wk::session_limits
