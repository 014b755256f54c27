#include "core/hours/business_hours.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>

#include "core/hours/limits.hpp"

namespace wk {
namespace {

struct Interval {
  unsigned weekday;
  unsigned from;
  unsigned to;
};

v1::BusinessHours hours(const std::string& zone, std::initializer_list<Interval> weekly, std::initializer_list<const char*> closed = {}) {
  v1::BusinessHours hours;
  hours.set_time_zone(zone);
  for (const Interval& one : weekly) {
    v1::OpenHours& open = *hours.add_weekly();
    open.set_weekday(one.weekday);
    open.set_from_minute(one.from);
    open.set_to_minute(one.to);
  }
  for (const char* day : closed) hours.add_closed_days(day);
  return hours;
}

constexpr unsigned at(unsigned hour, unsigned minute = 0) { return hour * 60 + minute; }

v1::BusinessHours every_day(const std::string& zone, unsigned from, unsigned to) {
  return hours(zone, {{1, from, to}, {2, from, to}, {3, from, to}, {4, from, to}, {5, from, to}, {6, from, to}, {7, from, to}});
}

// "2026-11-27T08:30Z"
std::int64_t utc(const char* text) {
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0;
  EXPECT_EQ(std::sscanf(text, "%d-%u-%uT%u:%uZ", &year, &month, &day, &hour, &minute), 5);
  const std::chrono::sys_days days{std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)};
  return (days.time_since_epoch().count() * 24 * 60 + static_cast<std::int64_t>(hour) * 60 + minute) * 60'000;
}

void expect_open(const v1::BusinessHours& hours, const char* now, const char* closes) {
  const Opening is = opening(hours, utc(now));
  EXPECT_TRUE(is.open) << now;
  EXPECT_EQ(is.closes_ms, *closes == '\0' ? 0 : utc(closes)) << now;
  EXPECT_EQ(is.next_opens_ms, 0) << now;
}

void expect_closed(const v1::BusinessHours& hours, const char* now, const char* opens) {
  const Opening is = opening(hours, utc(now));
  EXPECT_FALSE(is.open) << now;
  EXPECT_EQ(is.next_opens_ms, *opens == '\0' ? 0 : utc(opens)) << now;
  EXPECT_EQ(is.closes_ms, 0) << now;
}

TEST(Opening, FollowsTheWallOfItsTimeZone) {
  // 2026-11-27 is a Friday.
  const auto shop = hours("Asia/Shanghai", {{1, at(9), at(18)}, {5, at(9), at(12)}, {5, at(13, 30), at(18)}});
  expect_closed(shop, "2026-11-27T00:59Z", "2026-11-27T01:00Z");
  expect_open(shop, "2026-11-27T01:00Z", "2026-11-27T04:00Z");
  expect_open(shop, "2026-11-27T03:59Z", "2026-11-27T04:00Z");
  expect_closed(shop, "2026-11-27T04:00Z", "2026-11-27T05:30Z");
  expect_open(shop, "2026-11-27T05:30Z", "2026-11-27T10:00Z");
  // Over the weekend; Sunday in UTC is Monday in Shanghai already.
  expect_closed(shop, "2026-11-27T10:00Z", "2026-11-30T01:00Z");
  expect_closed(shop, "2026-11-29T23:00Z", "2026-11-30T01:00Z");
  expect_open(shop, "2026-11-30T09:59Z", "2026-11-30T10:00Z");
}

TEST(Opening, JoinsIntervalsThatTouchAlsoAcrossMidnight) {
  const auto night = hours("Asia/Shanghai", {{5, at(22), at(24)}, {6, 0, at(6)}, {6, at(6), at(7)}});
  // Friday 23:30 and Saturday 03:00 in Shanghai.
  expect_open(night, "2026-11-27T15:30Z", "2026-11-27T23:00Z");
  expect_open(night, "2026-11-27T19:00Z", "2026-11-27T23:00Z");
  expect_closed(night, "2026-11-27T23:00Z", "2026-12-04T14:00Z");
}

TEST(Opening, KnowsNoEndOfWhatIsAlwaysOpen) {
  const auto always = every_day("America/New_York", 0, at(24));
  expect_open(always, "2026-11-27T12:00Z", "");
  // Through both changes of the clock as well.
  expect_open(always, "2026-11-01T05:30Z", "");
  expect_open(always, "2027-03-14T07:00Z", "");
  // Until a day that is closed, however far off; not because of one that is past.
  auto holiday = every_day("UTC", 0, at(24));
  holiday.add_closed_days("2026-11-01");
  expect_open(holiday, "2026-11-27T12:00Z", "");
  holiday.add_closed_days("2027-08-01");
  expect_open(holiday, "2026-11-27T12:00Z", "2027-08-01T00:00Z");
  expect_closed(holiday, "2027-08-01T12:00Z", "2027-08-02T00:00Z");
  // A closed day in a week is no week through.
  expect_open(hours("UTC", {{5, at(9), at(18)}}, {"2026-12-04"}), "2026-11-27T12:00Z", "2026-11-27T18:00Z");
}

TEST(Opening, SkipsClosedDays) {
  const auto shop = hours("Europe/Berlin", {{4, at(9), at(17)}, {5, at(9), at(17)}}, {"2026-12-24", "2026-12-25", "2026-12-31"});
  expect_closed(shop, "2026-12-24T10:00Z", "2027-01-01T08:00Z");
  expect_open(shop, "2027-01-01T10:00Z", "2027-01-01T16:00Z");
  // An interval that went on over midnight ends there where the next day is closed.
  const auto night = hours("Europe/Berlin", {{4, at(20), at(24)}, {5, 0, at(4)}}, {"2026-12-25"});
  expect_open(night, "2026-12-24T21:00Z", "2026-12-24T23:00Z");
}

TEST(Opening, IsNeverWhereNothingComesWithinThreeHundredAndSeventyDays) {
  expect_closed(hours("Asia/Shanghai", {}), "2026-11-27T12:00Z", "");
  auto closed = hours("UTC", {{1, at(9), at(17)}});
  // Every Monday from 2026-11-30 to 2027-11-29.
  for (int week = 0; week <= 52; ++week) {
    const std::chrono::year_month_day date(std::chrono::sys_days{std::chrono::year(2026) / 11 / 30} + std::chrono::days(7 * week));
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    closed.add_closed_days(text);
  }
  expect_closed(closed, "2026-11-27T12:00Z", "");
  closed.mutable_closed_days()->RemoveLast();
  expect_closed(closed, "2026-11-27T12:00Z", "2027-11-29T09:00Z");
  // Three hundred and seventy days ahead of Tuesday, a day more ahead of Monday.
  expect_closed(closed, "2026-11-24T00:00Z", "2027-11-29T09:00Z");
  expect_closed(closed, "2026-11-23T18:00Z", "");
}

TEST(Opening, TakesNineOClockForNineOClockOnBothSidesOfSummerTime) {
  const auto berlin = every_day("Europe/Berlin", at(9), at(17));
  expect_closed(berlin, "2026-03-28T18:00Z", "2026-03-29T07:00Z");
  expect_closed(berlin, "2026-03-27T18:00Z", "2026-03-28T08:00Z");
  expect_closed(berlin, "2026-10-24T18:00Z", "2026-10-25T08:00Z");
  const auto new_york = every_day("America/New_York", at(9), at(17));
  expect_closed(new_york, "2026-03-07T23:00Z", "2026-03-08T13:00Z");
  expect_closed(new_york, "2026-10-31T23:00Z", "2026-11-01T14:00Z");
  expect_open(new_york, "2026-11-01T14:00Z", "2026-11-01T22:00Z");
}

TEST(Opening, BeginsAndEndsAtTheJumpWhereTheClockSkipsAnHour) {
  // Berlin, 2026-03-29: 02:00 becomes 03:00 at 01:00Z.
  const auto begins = hours("Europe/Berlin", {{7, at(2, 30), at(5)}});
  expect_closed(begins, "2026-03-29T00:45Z", "2026-03-29T01:00Z");
  expect_open(begins, "2026-03-29T01:00Z", "2026-03-29T03:00Z");
  const auto ends = hours("Europe/Berlin", {{7, at(1), at(2, 30)}});
  expect_open(ends, "2026-03-29T00:45Z", "2026-03-29T01:00Z");
  expect_closed(ends, "2026-03-29T01:00Z", "2026-04-04T23:00Z");
  // Within the hour that is not there: not on that day.
  expect_closed(hours("Europe/Berlin", {{7, at(2, 10), at(2, 50)}}), "2026-03-29T00:30Z", "2026-04-05T00:10Z");
}

TEST(Opening, TakesAnHourThatComesTwiceAsAWhole) {
  // Berlin, 2026-10-25: 03:00 becomes 02:00 at 01:00Z; 02:30 is at 00:30Z and at 01:30Z.
  const auto begins = hours("Europe/Berlin", {{7, at(2, 30), at(5)}});
  expect_closed(begins, "2026-10-25T00:29Z", "2026-10-25T00:30Z");
  expect_open(begins, "2026-10-25T01:10Z", "2026-10-25T04:00Z");
  const auto ends = hours("Europe/Berlin", {{7, at(1), at(2, 30)}});
  expect_open(ends, "2026-10-25T00:45Z", "2026-10-25T01:30Z");
  expect_closed(ends, "2026-10-25T01:30Z", "2026-11-01T00:00Z");
  // New York, 2026-11-01: 02:00 becomes 01:00 at 06:00Z.
  expect_open(hours("America/New_York", {{7, at(1, 30), at(3)}}), "2026-11-01T06:10Z", "2026-11-01T08:00Z");
}

TEST(Opening, LivesWithADayThatIsNotThere) {
  // Samoa had no 2011-12-30, a Friday.
  const auto apia = hours("Pacific/Apia", {{5, at(9), at(17)}, {6, at(9), at(17)}});
  expect_closed(apia, "2011-12-30T09:00Z", "2011-12-30T19:00Z");
}

TEST(Opening, OfASiteWithoutHoursIsAlways) {
  v1::Site site;
  EXPECT_TRUE(opening(site, 0).open);
  *site.mutable_hours() = hours("Asia/Shanghai", {});
  EXPECT_FALSE(opening(site, 0).open);
  // Data that another version of ICU knew.
  site.mutable_hours()->set_time_zone("Mars/Olympus");
  EXPECT_TRUE(opening(site, 0).open);
}

// ---- checked_hours

std::string refused(const v1::BusinessHours& hours) {
  const auto checked = checked_hours(hours);
  if (checked) return "";
  EXPECT_EQ(checked.error().code, ErrorCode::kInvalidArgument);
  return checked.error().context;
}

TEST(CheckedHours, PutsInOrderWhatItTakes) {
  const auto checked = checked_hours(hours("Europe/Berlin", {{5, at(13), at(17)}, {1, 0, at(24)}, {5, at(9), at(13)}}, {"2026-12-25", "2026-01-01", "2026-12-25"}));
  ASSERT_TRUE(checked) << checked.error().context;
  ASSERT_EQ(checked->weekly_size(), 3);
  EXPECT_EQ(checked->weekly(0).weekday(), 1U);
  EXPECT_EQ(checked->weekly(1).from_minute(), at(9));
  ASSERT_EQ(checked->closed_days_size(), 2);
  EXPECT_EQ(checked->closed_days(0), "2026-01-01");
}

TEST(CheckedHours, RefusesWhatNobodyCanMean) {
  for (const char* zone : {"", "Asia/Shanghia", "asia/shanghai", "PST", "CTT", "GMT+8", "Etc/Unknown", "UTC+8", "/", "Asia/Shanghai "}) EXPECT_NE(refused(hours(zone, {})), "") << zone;
  for (const char* zone : {"UTC", "Asia/Shanghai", "Asia/Urumqi", "Asia/Calcutta", "Asia/Kolkata", "Europe/Kiev", "Europe/Kyiv", "America/Argentina/Buenos_Aires", "Etc/GMT-8"}) EXPECT_EQ(refused(hours(zone, {})), "") << zone;
  EXPECT_THAT(refused(hours("UTC", {{0, 0, 60}})), testing::HasSubstr("weekday"));
  EXPECT_THAT(refused(hours("UTC", {{8, 0, 60}})), testing::HasSubstr("weekday"));
  EXPECT_THAT(refused(hours("UTC", {{1, 60, 60}})), testing::HasSubstr("fromMinute"));
  EXPECT_THAT(refused(hours("UTC", {{1, at(22), at(6)}})), testing::HasSubstr("midnight"));
  EXPECT_THAT(refused(hours("UTC", {{1, 60, 1441}})), testing::HasSubstr("1440"));
  EXPECT_EQ(refused(hours("UTC", {{3, at(11), at(15)}, {3, at(9), at(12)}})), "Wednesday 09:00-12:00 and Wednesday 11:00-15:00 overlap");
  EXPECT_NE(refused(hours("UTC", {{3, at(9), at(12)}, {3, at(9), at(12)}})), "");
  EXPECT_EQ(refused(hours("UTC", {{3, at(9), at(12)}, {3, at(12), at(15)}, {4, at(9), at(12)}})), "");
  for (const char* day : {"2026-02-29", "2026-13-01", "2026-1-1", "20261225", "2026-12-2x", "2026-12-25 ", "", "----------", "2026-00-10"}) EXPECT_THAT(refused(hours("UTC", {}, {day})), testing::HasSubstr("is not a day")) << day;
  EXPECT_EQ(refused(hours("UTC", {}, {"2028-02-29"})), "");
}

TEST(CheckedHours, HasBounds) {
  auto many = hours("UTC", {});
  for (unsigned i = 0; i <= static_cast<unsigned>(hours_limits::kIntervalsMax); ++i) {
    EXPECT_EQ(refused(many), "");
    v1::OpenHours& one = *many.add_weekly();
    one.set_weekday(1 + i % 7);
    one.set_from_minute(i * 20);
    one.set_to_minute(i * 20 + 10);
  }
  EXPECT_THAT(refused(many), testing::HasSubstr("50 intervals"));
  auto closed = hours("UTC", {});
  for (int i = 0; i < hours_limits::kClosedDaysMax; ++i) closed.add_closed_days("2026-12-25");
  EXPECT_EQ(refused(closed), "");
  closed.add_closed_days("2026-12-25");
  EXPECT_THAT(refused(closed), testing::HasSubstr("400 closed days"));
}

}  // namespace
}  // namespace wk
