// When people are back, in words: as a person reads them who sits somewhere else. ICU knows the languages. Thread-safe.
#pragma once

#include <cstdint>
#include <string>

namespace wk {

struct OpeningWords {
  // "today", "tomorrow", "Monday" within a week, "Monday 14 December" beyond; 今天、明天、星期一、12月14日星期一.
  std::string day;
  // The day is today or tomorrow: no "on" before it.
  bool near = false;
  // "09:00", "9:00 AM".
  std::string time;
  // "China Time", 中国时间.
  std::string zone;
};

struct OpeningMoment {
  std::int64_t opens_ms = 0;
  std::int64_t now_ms = 0;
  std::string time_zone;
};
// `locale`: BCP 47, as browsers say it; of one that is not known: as in English. Empty words where the time zone is not known.
OpeningWords opening_words(const OpeningMoment& moment, const std::string& locale);

}  // namespace wk
