// What it costs to know when each of many connections has to be looked at: the wheel, and beside it a heap (std::priority_queue).
//
// Either way a connection has its own deadline, and what it says moves that. The wheel finds out when it comes by; a heap is in order only with
// a new entry for each move, and drops the old one when that comes up.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <queue>
#include <random>
#include <vector>

#include "gateway/server/timer_wheel.hpp"

namespace wk {
namespace {

constexpr std::chrono::seconds kHeartbeat{20};
const SteadyTime kBegin{std::chrono::hours(1)};

class Wheel {
 public:
  explicit Wheel(std::size_t keys) : deadlines_(keys) {}
  void arm(std::uint64_t key, SteadyTime due) {
    deadlines_[key] = due;
    wheel_.add(key, due);
  }
  void move(std::uint64_t key, SteadyTime due) { deadlines_[key] = due; }
  template <typename Look>
  void tick(SteadyTime now, Look look) {
    wheel_.advance(now, [&](std::uint64_t key) {
      if (deadlines_[key] > now) wheel_.add(key, deadlines_[key]);
      else look(key);
    });
  }

 private:
  TimerWheel wheel_{kBegin};
  std::vector<SteadyTime> deadlines_;
};

class Heap {
 public:
  explicit Heap(std::size_t keys) : deadlines_(keys) {}
  void arm(std::uint64_t key, SteadyTime due) {
    deadlines_[key] = due;
    heap_.push({due, key});
  }
  void move(std::uint64_t key, SteadyTime due) { arm(key, due); }
  template <typename Look>
  void tick(SteadyTime now, Look look) {
    while (!heap_.empty() && heap_.top().due <= now) {
      const Entry entry = heap_.top();
      heap_.pop();
      if (deadlines_[entry.key] == entry.due) look(entry.key);
    }
  }

 private:
  struct Entry {
    SteadyTime due;
    std::uint64_t key;
    bool operator<(const Entry& other) const { return due > other.due; }
  };
  std::priority_queue<Entry> heap_;
  std::vector<SteadyTime> deadlines_;
};

// Spread over a heartbeat, in no order.
std::vector<SteadyTime> dues(std::size_t count) {
  std::minstd_rand random;
  std::uniform_int_distribution<int> millisecond(0, 19'999);
  std::vector<SteadyTime> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(kBegin + std::chrono::milliseconds(millisecond(random)));
  return out;
}

template <typename Timers>
void arm_all(Timers& timers, const std::vector<SteadyTime>& due) {
  for (std::size_t key = 0; key < due.size(); ++key) timers.arm(key, due[key]);
}

// The time of one that is added, to none at first.
template <typename Timers>
void arm(benchmark::State& state) {
  const auto due = dues(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    state.PauseTiming();
    Timers timers(due.size());
    state.ResumeTiming();
    arm_all(timers, due);
    benchmark::ClobberMemory();
    state.PauseTiming();  // for what ends here
    { const Timers gone = std::move(timers); }
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

// The time of one of those that stand that is moved; each is, in no order. What the wheel does later for it is a look as below.
template <typename Timers>
void move_one(benchmark::State& state) {
  const auto due = dues(static_cast<std::size_t>(state.range(0)));
  std::vector<std::uint64_t> keys(due.size());
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = i;
  std::shuffle(keys.begin(), keys.end(), std::minstd_rand(2));
  for (auto _ : state) {
    state.PauseTiming();
    Timers timers(due.size());
    arm_all(timers, due);
    state.ResumeTiming();
    for (const std::uint64_t key : keys) timers.move(key, due[key] + kHeartbeat);
    benchmark::ClobberMemory();
    state.PauseTiming();
    { const Timers gone = std::move(timers); }
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

// A second passes; the time of one that is looked at in it and added again for a heartbeat later.
template <typename Timers>
void tick(benchmark::State& state) {
  const auto due = dues(static_cast<std::size_t>(state.range(0)));
  Timers timers(due.size());
  arm_all(timers, due);
  SteadyTime now = kBegin;
  std::int64_t looks = 0;
  for (auto _ : state) {
    now += std::chrono::seconds(1);
    timers.tick(now, [&](std::uint64_t key) {
      ++looks;
      timers.arm(key, now + kHeartbeat);
    });
  }
  if (looks == 0) state.SkipWithError("nothing was due");
  state.SetItemsProcessed(looks);
}

BENCHMARK(arm<Wheel>)->Arg(10'000)->Arg(100'000);
BENCHMARK(arm<Heap>)->Arg(10'000)->Arg(100'000);
BENCHMARK(move_one<Wheel>)->Arg(10'000)->Arg(100'000);
BENCHMARK(move_one<Heap>)->Arg(10'000)->Arg(100'000);
BENCHMARK(tick<Wheel>)->Arg(10'000)->Arg(100'000);
BENCHMARK(tick<Heap>)->Arg(10'000)->Arg(100'000);

}  // namespace
}  // namespace wk

BENCHMARK_MAIN();
