// simulator: see README.md beside this file.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "storage/embedded/directory/sqlite_directory.hpp"
#include "tests/simulator/simulation.hpp"

namespace wk::simulator {
namespace {

struct Arguments {
  std::uint64_t from = 1;
  std::uint64_t count = 1'000;
  bool trace = false;
  // Each seed twice: the second run must be the first one again.
  bool twice = false;
  bool mutations = false;
  Mutation mutation = Mutation::kNone;
};

constexpr std::uint64_t kMutationSeedsMax = 500;

constexpr const char* kUsage =
    "simulator [--seeds COUNT] [--from SEED] [--seed SEED] [--trace] [--twice] [--mutation NAME] [--mutations]\n";

std::uint64_t running_seed = 0;
const Simulation* running = nullptr;

// A failed assertion of the product ends the process: it must still be known which seed it was.
void on_abort(int) {
  const std::string line = fmt::format("seed {}: aborted at step {}\n", running_seed, running == nullptr ? 0 : running->step());
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

class WorkDirectory {
 public:
  WorkDirectory() {
    // In memory where there is such a place: nothing here is about the real disk.
    std::filesystem::path base = "/dev/shm";
    if (::access(base.c_str(), W_OK) != 0) base = std::filesystem::temp_directory_path();
    path_ = base / ("weikeyi-simulator-" + hex(random_u64()));
    std::filesystem::create_directories(path_);
  }
  ~WorkDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  static std::string hex(std::uint64_t value) { return fmt::format("{:016x}", value); }
  std::filesystem::path path_;
};

class Runner {
 public:
  explicit Runner(Directory& directory, std::filesystem::path where) : directory_(directory), where_(std::move(where)) {}

  Outcome run(std::uint64_t seed, Mutation mutation, bool trace) {
    const std::filesystem::path place = where_ / "data";
    std::filesystem::remove_all(place);
    running_seed = seed;
    Simulation simulation(seed, mutation, directory_, place);
    running = &simulation;
    // What the storage itself calls broken is a violation, too.
    std::optional<std::string> logged;
    set_log_sink([&](LogLevel, std::string_view event, std::string_view line) {
      if (event == "hot.sequence_broken" || event == "warm.seq_gap" || event == "storage.gap") logged = std::string(line);
      if (trace) std::fputs(std::string(line).c_str(), stdout);
    });
    Outcome outcome = simulation.run(trace ? [](const std::string& line) { std::puts(line.c_str()); } : std::function<void(const std::string&)>());
    set_log_sink(nullptr);
    running = nullptr;
    if (!outcome.violation && logged) outcome.violation = *logged;
    return outcome;
  }

 private:
  Directory& directory_;
  const std::filesystem::path where_;
};

int run_seeds(Runner& runner, const Arguments& arguments) {
  std::size_t events = 0, acks = 0, starts = 0, steps = 0, failed = 0;
  for (std::uint64_t seed = arguments.from; seed < arguments.from + arguments.count; ++seed) {
    Outcome outcome = runner.run(seed, arguments.mutation, arguments.trace);
    if (arguments.twice && !outcome.violation) {
      const Outcome again = runner.run(seed, arguments.mutation, false);
      if (again.digest != outcome.digest) outcome.violation = "the second run of the seed went another way";
    }
    events += outcome.events;
    acks += outcome.acks;
    starts += outcome.starts;
    steps += outcome.step;
    if (!outcome.violation) continue;
    ++failed;
    fmt::print("seed {}: step {}: {}\n  again: simulator --seed {} --trace\n", seed, outcome.step, *outcome.violation, seed);
    std::fflush(stdout);
  }
  fmt::print("{{\"seeds\":{},\"failed\":{},\"steps\":{},\"events\":{},\"acks\":{},\"starts\":{}}}\n", arguments.count, failed, steps, events,
             acks, starts);
  return failed == 0 ? 0 : 1;
}

// Whether the simulator can fail: each fault built in must be found soon.
int run_mutations(Runner& runner) {
  int missed = 0;
  for (const auto& [mutation, name] : kMutations) {
    if (mutation == Mutation::kNone) continue;
    std::uint64_t seed = 1;
    Outcome outcome;
    for (; seed <= kMutationSeedsMax; ++seed) {
      outcome = runner.run(seed, mutation, false);
      if (outcome.violation) break;
    }
    if (outcome.violation) {
      fmt::print("{}: found by seed {}: {}\n", name, seed, *outcome.violation);
    } else {
      ++missed;
      fmt::print("{}: NOT found within {} seeds\n", name, kMutationSeedsMax);
    }
    std::fflush(stdout);
  }
  return missed == 0 ? 0 : 1;
}

std::optional<Arguments> parse(int count, char** words) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--trace") { arguments.trace = true; continue; }
    if (word == "--twice") { arguments.twice = true; continue; }
    if (word == "--mutations") { arguments.mutations = true; continue; }
    if (i + 1 == count) return std::nullopt;
    const std::string_view value = words[++i];
    if (word == "--mutation") {
      const auto known = std::find_if(kMutations.begin(), kMutations.end(), [&](const auto& one) { return one.second == value; });
      if (known == kMutations.end()) return std::nullopt;
      arguments.mutation = known->first;
      continue;
    }
    std::uint64_t number = 0;
    if (std::from_chars(value.data(), value.data() + value.size(), number).ec != std::errc()) return std::nullopt;
    if (word == "--seeds") arguments.count = number;
    else if (word == "--from") arguments.from = number;
    else if (word == "--seed") { arguments.from = number; arguments.count = 1; }
    else return std::nullopt;
  }
  return arguments;
}

int run(int count, char** words) {
  const std::optional<Arguments> arguments = parse(count, words);
  if (!arguments) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  ::signal(SIGABRT, on_abort);
  set_log_level(arguments->trace ? LogLevel::kInfo : LogLevel::kError);
  const WorkDirectory where;
  auto directory = SqliteDirectory::open(where.path() / "directory.db", SystemClock::instance());
  WK_ASSERT(directory);
  AgentRecord agent;
  agent.agent.set_id(9'001);
  agent.agent.set_name("Li");
  agent.agent.set_email("li@example.com");
  agent.agent.set_role(v1::ROLE_AGENT);
  WK_ASSERT((*directory)->create_agent(agent));
  Runner runner(**directory, where.path());
  return arguments->mutations ? run_mutations(runner) : run_seeds(runner, *arguments);
}

}  // namespace
}  // namespace wk::simulator

int main(int count, char** words) { return wk::simulator::run(count, words); }
