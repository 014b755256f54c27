#include "core/broker/append_gate.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/broker/limits.hpp"

namespace wk {
namespace {

using namespace std::chrono_literals;

std::size_t admitted_of_1000(AppendGate& gate, Milliseconds delay, std::size_t bytes = 0) {
  std::size_t admitted = 0;
  for (int i = 0; i < 1'000; ++i) admitted += gate.admits(delay, bytes) ? 1 : 0;
  return admitted;
}

TEST(AppendGate, AdmitsAllWhileNobodyWaits) {
  AppendGate gate;
  EXPECT_EQ(admitted_of_1000(gate, 0ms), 1'000u);
  EXPECT_EQ(admitted_of_1000(gate, limits::kAppendWaitSome - 1ms), 1'000u);
}

TEST(AppendGate, RefusesTheMoreTheLongerTheWait) {
  AppendGate gate;
  const Milliseconds middle = (limits::kAppendWaitSome + limits::kAppendWaitMax) / 2;
  const std::size_t some = admitted_of_1000(gate, middle);
  EXPECT_GT(some, 400u);
  EXPECT_LT(some, 600u);
  EXPECT_LT(admitted_of_1000(gate, limits::kAppendWaitMax - 6ms), 200u);
  EXPECT_EQ(admitted_of_1000(gate, limits::kAppendWaitMax), 0u);
  EXPECT_EQ(admitted_of_1000(gate, 10min), 0u);
}

TEST(AppendGate, CountsWhatIsNotDurableAtThePaceOfLargeBatches) {
  AppendGate gate;
  constexpr std::size_t kMebibyte = std::size_t{1} << 20;
  EXPECT_EQ(gate.wait(5ms, 8 * kMebibyte), 5ms) << "no pace is known yet";
  for (int i = 0; i < 50; ++i) gate.on_stored(kMebibyte, 20ms);
  EXPECT_NEAR(static_cast<double>(gate.wait(5ms, 4 * kMebibyte).count()), 85, 2);
  EXPECT_EQ(admitted_of_1000(gate, 0ms, 8 * kMebibyte), 0u);
  for (int i = 0; i < 50; ++i) gate.on_stored(kMebibyte, 1ms);
  EXPECT_EQ(admitted_of_1000(gate, 0ms, 6 * kMebibyte), 1'000u);
}

// A disk whose sync takes long is slow for everybody alike; refusing would not make it faster.
TEST(AppendGate, ASlowSyncOfSmallBatchesRefusesNobody) {
  AppendGate gate;
  for (int i = 0; i < 50; ++i) gate.on_stored(2'000, 150ms);
  EXPECT_EQ(admitted_of_1000(gate, 0ms, 100'000), 1'000u);
}

// While it refuses, what it lets in makes no large batches any more.
TEST(AppendGate, OneSlowSyncIsForgottenWhereOnlySmallBatchesFollow) {
  AppendGate gate;
  constexpr std::size_t kLarge = std::size_t{512} << 10;
  constexpr std::size_t kSmall = std::size_t{150} << 10;
  for (int i = 0; i < 50; ++i) gate.on_stored(kLarge, 10ms);
  EXPECT_EQ(admitted_of_1000(gate, 0ms, kLarge), 1'000u);
  gate.on_stored(kLarge, 1s);
  EXPECT_EQ(admitted_of_1000(gate, 0ms, kLarge), 0u);
  for (int i = 0; i < 20; ++i) gate.on_stored(kSmall, 5ms);
  EXPECT_EQ(admitted_of_1000(gate, 0ms, kLarge), 1'000u);
  // Slower ones say nothing of the pace.
  for (int i = 0; i < 20; ++i) gate.on_stored(kSmall, 500ms);
  EXPECT_EQ(admitted_of_1000(gate, 0ms, kLarge), 1'000u);
}

TEST(AppendGate, SendsThoseItRefusesBackAtDifferentTimes) {
  AppendGate gate;
  std::set<unsigned> times;
  for (int i = 0; i < 200; ++i) {
    const unsigned ms = gate.retry_ms();
    EXPECT_GE(ms, limits::kBusyRetryMs);
    EXPECT_LE(ms, limits::kBusyRetryMsMax);
    times.insert(ms);
  }
  EXPECT_GT(times.size(), 100u);
}

}  // namespace
}  // namespace wk
