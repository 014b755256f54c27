#include "net/work_line.hpp"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/test_support.hpp"

namespace wk {
namespace {

using namespace std::chrono_literals;
using test::make_loop;

class Place final : public LinePlace {
 public:
  explicit Place(std::function<void()> work) : work_(std::move(work)) {}

 private:
  void on_turn() override { work_(); }
  std::function<void()> work_;
};

// A loop of this thread and many who stand in its line, each of which writes its number down when it is its turn.
class WorkLineTest : public ::testing::Test {
 protected:
  void join(int count) {
    for (int i = 0; i < count; ++i) {
      const int number = static_cast<int>(places.size());
      places.push_back(std::make_unique<Place>([this, number] { served.push_back(number); }));
      loop->handshakes().join(*places.back());
    }
  }
  static std::vector<int> numbers(int from, int to) {
    std::vector<int> all;
    for (int i = from; i < to; ++i) all.push_back(i);
    return all;
  }

  static constexpr int kPerTurn = static_cast<int>(net_limits::kTlsHandshakeStepsPerTurnMax);
  ManualClock clock;
  std::unique_ptr<EventLoop> loop = make_loop(clock);
  std::deque<std::unique_ptr<Place>> places;
  std::vector<int> served;
};

TEST_F(WorkLineTest, ServesSoManyATurnInTheOrderTheyCame) {
  join(2 * kPerTurn + 3);
  for (int i = 1; i <= 2; ++i) {
    // While somebody stands in line the loop does not wait: no turn here takes a minute.
    loop->run_once(60s);
    EXPECT_EQ(served, numbers(0, i * kPerTurn));
  }
  loop->run_once(60s);
  EXPECT_EQ(served, numbers(0, 2 * kPerTurn + 3));
  EXPECT_TRUE(loop->handshakes().empty());
}

TEST_F(WorkLineTest, TakesNoMoreOfATurnThanItMay) {
  for (int i = 0; i < 10; ++i) {
    places.push_back(std::make_unique<Place>([this, i] {
      served.push_back(i);
      clock.advance(3ms);
    }));
    loop->handshakes().join(*places.back());
  }
  loop->run_once(0ms);
  EXPECT_EQ(served, numbers(0, 2)) << "3 ms are below the limit, 6 ms are not";
  loop->run_once(0ms);
  EXPECT_EQ(served, numbers(0, 4));
}

TEST_F(WorkLineTest, OthersAreServedBetween) {
  join(3 * kPerTurn);
  struct Ready final : FdHandler {
    void on_fd_ready(std::uint32_t) override { seen.push_back(served->size()); }
    std::vector<int>* served = nullptr;
    std::vector<std::size_t> seen;
  } ready;
  ready.served = &served;
  const UniqueFd fd(eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC));
  ASSERT_TRUE(loop->watch(fd.get(), EPOLLIN, ready));
  for (int i = 0; i < 3; ++i) loop->run_once(0ms);
  const std::size_t each = kPerTurn;
  EXPECT_EQ(ready.seen, (std::vector<std::size_t>{0, each, 2 * each}));
  loop->unwatch(fd.get(), ready);
}

TEST_F(WorkLineTest, WhoJoinsInItsTurnStandsBehindAllOthers) {
  Place* again = nullptr;
  places.push_back(std::make_unique<Place>([&] {
    served.push_back(0);
    if (served.size() < 3) loop->handshakes().join(*again);
  }));
  again = places.back().get();
  loop->handshakes().join(*again);
  loop->handshakes().join(*again);
  join(1);
  EXPECT_EQ(loop->handshakes().size(), 2U) << "whoever joins twice has one place";
  loop->run_once(0ms);
  EXPECT_EQ(served, (std::vector<int>{0, 1})) << "the second time is for the next turn";
  loop->run_once(0ms);
  EXPECT_EQ(served, (std::vector<int>{0, 1, 0}));
}

TEST_F(WorkLineTest, WhoLeavesOrDiesHasNoTurn) {
  join(6);
  places[0]->leave();
  places[0]->leave();
  places[3].reset();
  places[5].reset();
  EXPECT_EQ(loop->handshakes().size(), 3U);
  loop->run_once(0ms);
  EXPECT_EQ(served, (std::vector<int>{1, 2, 4}));
}

TEST_F(WorkLineTest, OneMayEndAnotherOrItselfInItsTurn) {
  places.push_back(std::make_unique<Place>([&] {
    places[2].reset();
    places[0].reset();
  }));
  loop->handshakes().join(*places[0]);
  join(3);
  loop->run_once(0ms);
  EXPECT_EQ(served, (std::vector<int>{1, 3}));
}

TEST_F(WorkLineTest, TheLineMayGoFirst) {
  join(3);
  loop.reset();
  EXPECT_FALSE(places[1]->in_line());
  places.clear();
  EXPECT_TRUE(served.empty());
}

}  // namespace
}  // namespace wk
