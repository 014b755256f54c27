// A site's business hours: whether people are there, and when they are back. Pure functions; thread-safe.
//
// Hours are what the clock on the wall of their time zone shows. Where summer time takes an hour away, what begins or ends within it does so
// at the jump; where an hour comes twice, what begins within it begins with the first and what ends within it ends with the second, so that
// nobody is turned away by a clock.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

namespace v1 = ::weikeyi::v1;

struct Opening {
  bool open = true;
  // While it is closed: when it opens next; 0: not within hours_limits::kDaysAhead days.
  std::int64_t next_opens_ms = 0;
  // While it is open: when it closes; 0: not within so many days. Intervals that touch are one.
  std::int64_t closes_ms = 0;
};

// Requires: hours as checked_hours() gives them. Of a time zone that is not known (any more): open, so that nothing is promised wrongly.
Opening opening(const v1::BusinessHours& hours, std::int64_t now_ms);
// Of a site without hours: open, always.
Opening opening(const v1::Site& site, std::int64_t now_ms);

// Those that are outside their hours.
using ClosedSites = std::unordered_set<SiteId>;
ClosedSites closed_sites(const std::vector<v1::Site>& sites, std::int64_t now_ms);

// In order, or kInvalidArgument with what is wrong. Intervals of a day that overlap are refused (which of them is meant nobody knows), those
// that touch are not. Hours without any interval are never open.
Result<v1::BusinessHours> checked_hours(v1::BusinessHours hours);

}  // namespace wk
