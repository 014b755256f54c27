// What a loop's timers and posts cost: one heartbeat of each connection is a timer that is moved again and again.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "net/event_loop.hpp"

namespace wk {
namespace {

constexpr Milliseconds kHeartbeat{20'000};

// arg: timers that stand. One of them is cancelled and started anew, as at every sign of life.
void BM_MoveTimer(benchmark::State& state) {
  ManualClock clock;
  const auto loop = EventLoop::create({.clock = &clock}).value();
  std::vector<TimerId> timers;
  for (int i = 0; i < state.range(0); ++i) timers.push_back(loop->after(kHeartbeat + Milliseconds(i), [] {}));
  std::minstd_rand random;
  for (auto _ : state) {
    TimerId& timer = timers[random() % timers.size()];
    loop->cancel(timer);
    timer = loop->after(kHeartbeat, [] {});
  }
}
BENCHMARK(BM_MoveTimer)->Arg(100)->Arg(20'000)->Arg(200'000);

// arg: timers that stand, spread over a heartbeat; each runs once in it. The time is that of one that runs.
void BM_RunTimers(benchmark::State& state) {
  ManualClock clock;
  const auto loop = EventLoop::create({.clock = &clock}).value();
  std::int64_t ran = 0;
  for (int i = 0; i < state.range(0); ++i) {
    (void)loop->after(Milliseconds(i * kHeartbeat.count() / state.range(0)), [&] {
      (void)loop->every(kHeartbeat, [&ran] { ++ran; });
    });
  }
  clock.advance(kHeartbeat);
  loop->run_once(Milliseconds(0));
  for (auto _ : state) {
    clock.advance(Milliseconds(10));
    loop->run_once(Milliseconds(0));
  }
  state.SetItemsProcessed(ran);
}
BENCHMARK(BM_RunTimers)->Arg(20'000)->Arg(200'000);

void BM_Post(benchmark::State& state) {
  const auto loop = EventLoop::create().value();
  int ran = 0;
  for (auto _ : state) {
    for (int i = 0; i < state.range(0); ++i) (void)loop->post([&ran] { ++ran; });
    loop->run_once(Milliseconds(0));
  }
  if (ran != state.iterations() * state.range(0)) state.SkipWithError("a task was lost");
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Post)->Arg(1)->Arg(100);

}  // namespace
}  // namespace wk

BENCHMARK_MAIN();
