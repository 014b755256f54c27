#include "tests/simulator/world.hpp"

#include <array>

namespace wk::simulator {

Profile draw_profile(Random& random) {
  Profile profile;
  // Each fault is absent, rare or frequent: two that are always there hide what one alone would show.
  const auto fault = [&](unsigned rare, unsigned frequent) {
    const std::size_t kind = random.below(3);
    return kind == 0 ? 0 : kind == 1 ? rare : frequent;
  };
  profile.visitors = 1 + random.below(3);
  profile.agents = random.below(3);
  profile.steps = 150 + random.below(600);
  constexpr std::array<std::size_t, 3> kWindows{3, 12, 1'000};
  profile.dedupe_entries_max = random.one_of(kWindows);
  profile.segment_bytes = 4'096 << random.below(3);
  profile.hot_bytes = std::size_t{1'024} << random.below(6);
  profile.hot_unwarmed_bytes = std::size_t{512} << random.below(8);
  profile.text_bytes_max = random.percent(70) ? 60 : 1'500;
  profile.crash = fault(4, 12);
  profile.crash_inside = fault(4, 12);
  profile.cut = fault(8, 25);
  profile.stall = fault(8, 25);
  profile.disk_full = fault(4, 15);
  profile.write_error = fault(4, 10);
  profile.clock_jump = fault(5, 20);
  profile.warm_reader = fault(5, 50);
  profile.search_reader = fault(5, 50);
  profile.archiver = fault(3, 30);
  profile.duplicate = fault(5, 30);
  profile.late_retry = fault(5, 25);
  profile.search_lost = random.percent(20);
  return profile;
}

std::string World::uuid(std::int64_t now_ms) {
  const std::uint64_t ms = static_cast<std::uint64_t>(now_ms) & 0xFFFFFFFFFFFFULL;
  const std::uint64_t a = random.next();
  const std::uint64_t b = random.next();
  return fmt::format("{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}", ms >> 16, ms & 0xFFFF, a & 0xFFF, 0x8000 | ((a >> 12) & 0x3FFF),
                     b & 0xFFFFFFFFFFFFULL);
}

}  // namespace wk::simulator
