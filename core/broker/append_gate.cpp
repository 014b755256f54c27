#include "core/broker/append_gate.hpp"

#include <chrono>

#include "core/broker/limits.hpp"

namespace wk {

namespace {
// A smaller batch tells how long a sync takes, not how fast bytes are written: only that they are written at least so fast.
constexpr std::size_t kPaceBytesMin = std::size_t{256} << 10;
// Weight of the newest of the large batches.
constexpr double kPaceWeight = 0.25;
}  // namespace

void AppendGate::on_stored(std::size_t bytes, SteadyTime::duration took) {
  if (bytes == 0) return;
  const double newest = std::chrono::duration<double, std::nano>(took).count() / static_cast<double>(bytes);
  // After one slow sync the gate may let in too little for a large batch ever to come; small ones then have to bring the pace back.
  if (bytes < kPaceBytesMin && newest >= nanoseconds_per_byte_) return;
  nanoseconds_per_byte_ = nanoseconds_per_byte_ == 0 ? newest : nanoseconds_per_byte_ + kPaceWeight * (newest - nanoseconds_per_byte_);
}

Milliseconds AppendGate::wait(Milliseconds loop_delay, std::size_t queued_bytes) const {
  if (queued_bytes < kPaceBytesMin) return loop_delay;
  const std::chrono::duration<double, std::nano> queued(nanoseconds_per_byte_ * static_cast<double>(queued_bytes));
  return loop_delay + std::chrono::duration_cast<Milliseconds>(queued);
}

bool AppendGate::admits(Milliseconds loop_delay, std::size_t queued_bytes) {
  const Milliseconds expected = wait(loop_delay, queued_bytes);
  if (expected < limits::kAppendWaitSome) return true;
  if (expected >= limits::kAppendWaitMax) return false;
  const auto range = static_cast<std::uint32_t>((limits::kAppendWaitMax - limits::kAppendWaitSome).count());
  return random() % range >= static_cast<std::uint32_t>((expected - limits::kAppendWaitSome).count());
}

unsigned AppendGate::retry_ms() {
  return limits::kBusyRetryMs + random() % (limits::kBusyRetryMsMax - limits::kBusyRetryMs + 1);
}

// Marsaglia's xorshift: nobody gains by guessing it.
std::uint32_t AppendGate::random() {
  state_ ^= state_ << 13;
  state_ ^= state_ >> 17;
  state_ ^= state_ << 5;
  return state_;
}

}  // namespace wk
