#include "core/hours/detail/zone.hpp"

#include <unicode/unistr.h>

namespace wk {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMs = 24 * 60 * kMinuteMs;

}  // namespace

std::shared_ptr<const Zone> Zone::find(const std::string& name) {
  if (name != "UTC" && name.find('/') == std::string::npos) return nullptr;
  const auto id = icu::UnicodeString::fromUTF8(name);
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString canonical;
  UBool of_system = false;
  icu::TimeZone::getCanonicalID(id, canonical, of_system, status);
  if (U_FAILURE(status) || !of_system || id == icu::UnicodeString(u"Etc/Unknown")) return nullptr;
  std::unique_ptr<const icu::TimeZone> zone(icu::TimeZone::createTimeZone(id));
  const auto* basic = dynamic_cast<const icu::BasicTimeZone*>(zone.get());
  if (basic == nullptr) return nullptr;
  (void)zone.release();
  return std::shared_ptr<const Zone>(new Zone(std::unique_ptr<const icu::BasicTimeZone>(basic)));
}

LocalDay Zone::day_of(std::int64_t time_ms) const {
  UErrorCode status = U_ZERO_ERROR;
  std::int32_t raw = 0, summer = 0;
  zone_->getOffset(static_cast<UDate>(time_ms), false, raw, summer, status);
  return std::chrono::floor<std::chrono::days>(std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(time_ms + raw + summer)));
}

std::int64_t Zone::instant(LocalDay day, unsigned minute, Twice twice) const {
  const std::int64_t wall = day.time_since_epoch().count() * kDayMs + static_cast<std::int64_t>(minute) * kMinuteMs;
  UErrorCode status = U_ZERO_ERROR;
  std::int32_t raw = 0, summer = 0;
  // In a gap the offset before it, which lands behind the jump.
  zone_->getOffsetFromLocal(static_cast<UDate>(wall), UCAL_TZ_LOCAL_FORMER, twice == Twice::kFirst ? UCAL_TZ_LOCAL_FORMER : UCAL_TZ_LOCAL_LATTER, raw, summer, status);
  const std::int64_t time = wall - raw - summer;
  std::int32_t raw_then = 0, summer_then = 0;
  zone_->getOffset(static_cast<UDate>(time), false, raw_then, summer_then, status);
  if (time + raw_then + summer_then == wall) return time;
  icu::TimeZoneTransition jump;
  return zone_->getPreviousTransition(static_cast<UDate>(time), true, jump) ? static_cast<std::int64_t>(jump.getTime()) : time;
}

}  // namespace wk
