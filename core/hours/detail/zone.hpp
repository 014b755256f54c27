// A time zone: between instants and what the clock on the wall shows. ICU's data; only this module names ICU.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <unicode/basictz.h>

namespace wk {

// Days since 1970-01-01 on the calendar of the wall.
using LocalDay = std::chrono::sys_days;

// Immutable.
class Zone {
 public:
  // Null: no such name among IANA's. Abbreviations that ICU knows beside them ("PST") are none.
  static std::shared_ptr<const Zone> find(const std::string& name);

  LocalDay day_of(std::int64_t time_ms) const;
  // When the wall shows `minute` of this day: in a gap the jump itself, of two times the first or the second.
  enum class Twice { kFirst, kSecond };
  std::int64_t instant(LocalDay day, unsigned minute, Twice twice) const;

  const icu::BasicTimeZone& icu() const { return *zone_; }

 private:
  explicit Zone(std::unique_ptr<const icu::BasicTimeZone> zone) : zone_(std::move(zone)) {}

  const std::unique_ptr<const icu::BasicTimeZone> zone_;
};

}  // namespace wk
