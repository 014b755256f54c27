// What outlives a server process in a simulation, and what everything in it shares: choices, time, disk, books.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "storage/embedded/journal/testing/simulated_files.hpp"
#include "tests/simulator/ledger.hpp"
#include "tests/simulator/mutation.hpp"
#include "tests/simulator/random.hpp"

namespace wk::simulator {

// How a seed plays: drawn once, so that seeds differ in kind and not only in order.
struct Profile {
  std::size_t visitors = 1;
  std::size_t agents = 1;
  std::size_t steps = 300;
  std::size_t dedupe_entries_max = 1'000;
  std::uint64_t segment_bytes = 4'096;
  std::size_t hot_bytes = 8'192;
  std::size_t hot_unwarmed_bytes = 4'096;
  std::size_t text_bytes_max = 60;
  // How often, against an ordinary step's 100.
  unsigned crash = 0;
  unsigned crash_inside = 0;  // within a journal step, between two calls to the file system
  unsigned cut = 0;
  unsigned stall = 0;
  unsigned disk_full = 0;
  unsigned write_error = 0;
  unsigned clock_jump = 0;
  unsigned warm_reader = 30;
  unsigned search_reader = 30;
  unsigned archiver = 5;
  unsigned duplicate = 5;  // percent of frames sent twice
  unsigned late_retry = 3;
  bool search_lost = false;
};
Profile draw_profile(Random& random);

class World {
 public:
  World(std::uint64_t seed, Mutation with, std::filesystem::path where)
      : random(seed), mutation(with), directory(std::move(where)), profile(draw_profile(random)), ledger(*this) {}

  // The first one ends the seed.
  void violate(std::string what) {
    if (!violation) violation = std::move(what);
  }
  // One thing that happened. Every line also goes into `digest`: two runs of a seed must agree on it.
  template <typename... Args>
  void trace(fmt::format_string<Args...> format, Args&&... args) {
    const std::string line = fmt::format(format, std::forward<Args>(args)...);
    for (const char c : line) digest = (digest ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    if (on_trace) on_trace(fmt::format("{:5} {}", step, line));
  }
  std::string uuid(std::int64_t now_ms);

  Random random;
  const Mutation mutation;
  // Where the SQLite tiers are; the journal is on `disk`.
  const std::filesystem::path directory;
  const Profile profile;
  ManualClock clock;
  std::unique_ptr<testing::SimulatedFiles> disk = std::make_unique<testing::SimulatedFiles>();
  Ledger ledger;

  // The process that is running has died: what it still does is not seen by anybody.
  bool dead = false;
  // Which thread of the process the present step stands for; its posts keep their order among themselves.
  std::size_t thread = 0;

  std::size_t step = 0;
  std::uint64_t digest = 0xCBF29CE484222325ULL;
  std::optional<std::string> violation;
  std::function<void(const std::string&)> on_trace;
};

}  // namespace wk::simulator
