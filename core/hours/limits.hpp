// Limits of business hours. Beyond them hours are refused when they are set.
#pragma once

#include <cstddef>

namespace wk::hours_limits {

inline constexpr int kIntervalsMax = 50;
inline constexpr int kClosedDaysMax = 400;
// How far ahead the next opening is looked for; what lies beyond counts as never. A year of closed days, and a few more.
inline constexpr int kDaysAhead = 370;
// How times stand in so many languages is remembered; at the number it is forgotten and found again.
inline constexpr std::size_t kLanguagesKept = 64;

}  // namespace wk::hours_limits
