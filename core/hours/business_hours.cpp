#include "core/hours/business_hours.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include "core/hours/detail/zone.hpp"
#include "core/hours/limits.hpp"

namespace wk {
namespace {

constexpr std::uint32_t kDayMinutes = 24 * 60;

std::string date_of(LocalDay day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

bool is_date(const std::string& text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  int parts[3] = {0, 0, 0};
  std::size_t part = 0;
  for (const char c : text) {
    if (c == '-') {
      if (++part > 2) return false;
      continue;
    }
    if (c < '0' || c > '9') return false;
    parts[part] = parts[part] * 10 + (c - '0');
  }
  return std::chrono::year_month_day(std::chrono::year(parts[0]), std::chrono::month(static_cast<unsigned>(parts[1])), std::chrono::day(static_cast<unsigned>(parts[2]))).ok();
}

std::string shown(const v1::OpenHours& one) {
  constexpr std::array kDays{"", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
  return fmt::format("{} {:02}:{:02}-{:02}:{:02}", kDays[one.weekday()], one.from_minute() / 60, one.from_minute() % 60, one.to_minute() / 60, one.to_minute() % 60);
}

Error invalid(std::string why) { return {ErrorCode::kInvalidArgument, std::move(why), nullptr, 0}; }

}  // namespace

Opening opening(const v1::BusinessHours& hours, std::int64_t now_ms) {
  const auto zone = Zone::find(hours.time_zone());
  if (!zone) return {};
  const LocalDay today = zone->day_of(now_ms);
  std::optional<Opening> open;
  // From yesterday on: an interval that is under way ended on the wall may, where an hour comes twice at midnight, not have ended.
  for (LocalDay day = today - std::chrono::days(1); day <= today + std::chrono::days(hours_limits::kDaysAhead); day += std::chrono::days(1)) {
    const std::string date = hours.closed_days_size() == 0 ? std::string() : date_of(day);
    // A week through without an end, and no closed day to come: it goes on like that.
    const bool week_through = open && day - today > std::chrono::days(7) && open->closes_ms >= zone->instant(day, 0, Zone::Twice::kFirst);
    if (week_through && (date.empty() || date > *hours.closed_days().rbegin())) return Opening{};
    if (std::find(hours.closed_days().begin(), hours.closed_days().end(), date) != hours.closed_days().end()) continue;
    const unsigned weekday = std::chrono::weekday(day).iso_encoding();
    for (const v1::OpenHours& one : hours.weekly()) {
      if (one.weekday() != weekday) continue;
      const std::int64_t from = zone->instant(day, one.from_minute(), Zone::Twice::kFirst);
      const std::int64_t to = zone->instant(day, one.to_minute(), Zone::Twice::kSecond);
      // A gap may leave nothing of it.
      if (to <= from || to <= now_ms) continue;
      if (open && from > open->closes_ms) return *open;
      if (open) {
        open->closes_ms = std::max(open->closes_ms, to);
      } else if (from <= now_ms) {
        open = Opening{.open = true, .next_opens_ms = 0, .closes_ms = to};
      } else {
        return {.open = false, .next_opens_ms = from, .closes_ms = 0};
      }
    }
  }
  if (!open) return {.open = false, .next_opens_ms = 0, .closes_ms = 0};
  // Without a gap up to the last day that was looked at: no end is known.
  const bool endless = open->closes_ms >= zone->instant(today + std::chrono::days(hours_limits::kDaysAhead), 0, Zone::Twice::kFirst);
  if (endless) open->closes_ms = 0;
  return *open;
}

Opening opening(const v1::Site& site, std::int64_t now_ms) { return site.has_hours() ? opening(site.hours(), now_ms) : Opening{}; }

ClosedSites closed_sites(const std::vector<v1::Site>& sites, std::int64_t now_ms) {
  ClosedSites closed;
  for (const v1::Site& site : sites) {
    if (!opening(site, now_ms).open) closed.insert(SiteId(site.id()));
  }
  return closed;
}

Result<v1::BusinessHours> checked_hours(v1::BusinessHours hours) {
  if (hours.time_zone().size() > 100 || Zone::find(hours.time_zone()) == nullptr) {
    return fail(invalid("'" + hours.time_zone().substr(0, 100) + "' is not a time zone like Asia/Shanghai"));
  }
  if (hours.weekly_size() > hours_limits::kIntervalsMax) return fail(invalid(fmt::format("more than {} intervals", hours_limits::kIntervalsMax)));
  if (hours.closed_days_size() > hours_limits::kClosedDaysMax) return fail(invalid(fmt::format("more than {} closed days", hours_limits::kClosedDaysMax)));
  for (const v1::OpenHours& one : hours.weekly()) {
    if (one.weekday() < 1 || one.weekday() > 7) return fail(invalid("weekday must be 1 (Monday) to 7 (Sunday)"));
    if (one.to_minute() > kDayMinutes) return fail(invalid("toMinute must be at most 1440"));
    if (one.from_minute() >= one.to_minute()) return fail(invalid("fromMinute must be before toMinute; hours beyond midnight are two intervals"));
  }
  std::sort(hours.mutable_weekly()->begin(), hours.mutable_weekly()->end(),
            [](const v1::OpenHours& a, const v1::OpenHours& b) { return std::tuple(a.weekday(), a.from_minute()) < std::tuple(b.weekday(), b.from_minute()); });
  for (int i = 1; i < hours.weekly_size(); ++i) {
    const v1::OpenHours &before = hours.weekly(i - 1), &after = hours.weekly(i);
    if (before.weekday() == after.weekday() && after.from_minute() < before.to_minute()) {
      return fail(invalid(shown(before) + " and " + shown(after) + " overlap"));
    }
  }
  auto& days = *hours.mutable_closed_days();
  for (const std::string& day : days) {
    if (!is_date(day)) return fail(invalid("'" + day.substr(0, 20) + "' is not a day like 2026-12-25"));
  }
  std::sort(days.begin(), days.end());
  days.erase(std::unique(days.begin(), days.end()), days.end());
  return hours;
}

}  // namespace wk
