#include "net/event_loop.hpp"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <thread>
#include <vector>

#include "net/test_support.hpp"

namespace wk {
namespace {

using test::LoopThread;
using test::make_loop;
using test::turns;
using namespace std::chrono_literals;

TEST(EventLoop, RunsTasksOfManyThreadsInTheOrderOfEach) {
  constexpr int kThreads = 8;
  constexpr int kTasks = 2'000;
  LoopThread loop;
  std::vector<int> last(kThreads, -1);
  bool ordered = true;
  int count = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTasks; ++i) {
        ASSERT_EQ(loop.loop->post([&, t, i] {
          ordered = ordered && last[static_cast<std::size_t>(t)] == i - 1;
          last[static_cast<std::size_t>(t)] = i;
          ++count;
        }),
                  Enqueued::kAccepted);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(loop.sync([&] { return count; }), kThreads * kTasks);
  EXPECT_TRUE(ordered);
}

TEST(EventLoop, WakesOnceForABatch) {
  const auto loop = make_loop();
  int ran = 0;
  for (int i = 0; i < 100; ++i) ASSERT_EQ(loop->post([&] { ++ran; }), Enqueued::kAccepted);
  turns(*loop);
  EXPECT_EQ(ran, 100);
  EXPECT_EQ(loop->stats().wakeups.load(), 1U);
}

TEST(EventLoop, RunsWhatWasAcceptedThenRefuses) {
  const auto loop = make_loop();
  bool ran = false;
  bool destroyed = false;
  ASSERT_EQ(loop->post([&] { ran = true; }), Enqueued::kAccepted);
  loop->stop();
  struct Guard {
    bool* flag;
    explicit Guard(bool* f) : flag(f) {}
    Guard(Guard&& other) noexcept : flag(std::exchange(other.flag, nullptr)) {}
    ~Guard() {
      if (flag != nullptr) *flag = true;
    }
  };
  EXPECT_EQ(loop->post([guard = Guard(&destroyed)] {}), Enqueued::kRefused);
  EXPECT_TRUE(destroyed);
  loop->run();
  EXPECT_TRUE(ran);
}

TEST(EventLoop, HandleOutlivesTheLoop) {
  LoopHandle handle;
  {
    const auto loop = make_loop();
    handle = loop->handle();
    EXPECT_EQ(handle.post([] {}), Enqueued::kAccepted);
  }
  EXPECT_EQ(handle.post([] {}), Enqueued::kRefused);
}

TEST(Timers, RunInTheOrderOfTheirTimes) {
  ManualClock clock;
  const auto loop = make_loop(clock);
  std::string order;
  loop->after(30ms, [&] { order += 'c'; });
  loop->after(10ms, [&] { order += 'a'; });
  loop->after(20ms, [&] { order += 'b'; });
  turns(*loop);
  EXPECT_EQ(order, "");
  clock.advance(20ms);
  turns(*loop);
  EXPECT_EQ(order, "ab");
  clock.advance(1h);
  turns(*loop);
  EXPECT_EQ(order, "abc");
}

TEST(Timers, CancelledOnesDoNotRun) {
  ManualClock clock;
  const auto loop = make_loop(clock);
  int ran = 0;
  const TimerId first = loop->after(10ms, [&] { ++ran; });
  {
    const ScopedTimer scoped(*loop, loop->after(10ms, [&] { ++ran; }));
  }
  loop->cancel(first);
  loop->cancel(first);
  clock.advance(1s);
  turns(*loop);
  EXPECT_EQ(ran, 0);
}

TEST(Timers, EveryRepeatsUntilItCancelsItself) {
  ManualClock clock;
  const auto loop = make_loop(clock);
  int ran = 0;
  TimerId id = TimerId::kNone;
  id = loop->every(10ms, [&] {
    if (++ran == 3) loop->cancel(id);
  });
  for (int i = 0; i < 10; ++i) {
    clock.advance(10ms);
    turns(*loop, 1);
  }
  EXPECT_EQ(ran, 3);
}

TEST(Timers, ManyCancelledOnesAreForgotten) {
  ManualClock clock;
  const auto loop = make_loop(clock);
  int ran = 0;
  for (int i = 0; i < 100'000; ++i) loop->cancel(loop->after(1h, [&] { ++ran; }));
  loop->after(1ms, [&] { ++ran; });
  clock.advance(2h);
  turns(*loop);
  EXPECT_EQ(ran, 1);
}

TEST(Turn, DeferredComesBeforeOutputAndDestructionLast) {
  const auto loop = make_loop();
  std::string order;
  struct Output final : TurnEndHandler {
    explicit Output(std::string& o) : order(o) {}
    void on_turn_end() override { order += 'o'; }
    std::string& order;
  } output(order);
  struct Object {
    explicit Object(std::string& o) : order(o) {}
    ~Object() { order += 'x'; }
    std::string& order;
  };
  ASSERT_EQ(loop->post([&] {
    loop->at_turn_end(output);
    loop->at_turn_end(output);
    loop->destroy_later(std::make_unique<Object>(order));
    loop->defer([&] { order += 'd'; });
    order += 't';
  }),
            Enqueued::kAccepted);
  turns(*loop, 1);
  EXPECT_EQ(order, "tdox");
}

// Many descriptors that are always ready, each of which takes a millisecond.
class ReadyLine {
 public:
  explicit ReadyLine(std::size_t count) {
    auto made = EventLoop::create({.clock = &clock});
    EXPECT_TRUE(made);
    loop = std::move(*made);
    handlers_.resize(count);
    for (Handler& handler : handlers_) {
      handler.line = this;
      handler.fd = UniqueFd(eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC));
      EXPECT_TRUE(loop->watch(handler.fd.get(), EPOLLIN, handler));
    }
  }
  void go_away() {
    for (Handler& handler : handlers_) loop->unwatch(handler.fd.get(), handler);
  }
  Milliseconds delay() { return loop->delay(clock.steady()); }

  ManualClock clock;
  std::unique_ptr<EventLoop> loop;
  std::size_t served = 0;

 private:
  struct Handler final : FdHandler {
    void on_fd_ready(std::uint32_t) override {
      line->clock.advance(1ms);
      ++line->served;
    }
    ReadyLine* line = nullptr;
    UniqueFd fd;
  };
  std::vector<Handler> handlers_;
};

TEST(Delay, IsHowLongItTakesUntilAllThatAreReadyHadTheirTurn) {
  ReadyLine line(1'000);
  turns(*line.loop, 20);
  EXPECT_GE(line.delay(), 900ms);
  EXPECT_LE(line.delay(), 1'400ms) << "a round and the turn in which the probe comes back";
  line.go_away();
  turns(*line.loop, 2);
  EXPECT_LE(line.delay(), 1ms);
}

TEST(Delay, WithoutALineIsHowLongATurnTakes) {
  ReadyLine line(40);
  EXPECT_EQ(line.delay(), 0ms);
  turns(*line.loop, 3);
  EXPECT_EQ(line.delay(), 40ms);
  line.clock.advance(100ms);
  EXPECT_EQ(line.delay(), 140ms) << "as within a turn that has lasted so long";
}

TEST(Turn, WhatWasPostedDoesNotWaitForALineOfDescriptors) {
  ReadyLine line(2'000);
  turns(*line.loop, 10);
  std::size_t served = 0;
  ASSERT_EQ(line.loop->post([&] { served = line.served; }), Enqueued::kAccepted);
  const std::size_t before = line.served;
  turns(*line.loop, 1);
  EXPECT_EQ(served, before) << "at the begin of the next turn";
  turns(*line.loop, 20);
}

TEST(Turn, AHandlerMayCancelAnother) {
  const auto loop = make_loop();
  struct Output final : TurnEndHandler {
    void on_turn_end() override {
      ++ran;
      if (victim != nullptr) loop->cancel_turn_end(*victim);
      if (again) loop->at_turn_end(*this);
      again = false;
    }
    EventLoop* loop = nullptr;
    Output* victim = nullptr;
    bool again = false;
    int ran = 0;
  } first, second;
  first.loop = second.loop = loop.get();
  first.victim = &second;
  first.again = true;
  ASSERT_EQ(loop->post([&] {
    loop->at_turn_end(first);
    loop->at_turn_end(second);
  }),
            Enqueued::kAccepted);
  turns(*loop);
  EXPECT_EQ(first.ran, 2);
  EXPECT_EQ(second.ran, 0);
}

}  // namespace
}  // namespace wk
