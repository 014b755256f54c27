// Whether a shard takes on one more append, or says `busy` at once.
//
// Judged by time, not by count: how long the append would wait. That is what waits before the loop (Executor::delay) and what is
// decided and not yet durable, at the pace of the last large batches, or of small ones that were faster. A slow disk alone refuses nobody:
// it makes batches larger.
// Between limits::kAppendWaitSome and kAppendWaitMax the share of those refused rises, so that the wait settles in between instead of
// swinging. Loop-bound.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace wk {

class AppendGate {
 public:
  // A batch of so many bytes became durable, so long after it was given to the store.
  void on_stored(std::size_t bytes, SteadyTime::duration took);

  // loop_delay: what waits before the loop; queued_bytes: decided and not yet durable.
  bool admits(Milliseconds loop_delay, std::size_t queued_bytes);
  // For those it did not admit: never the same time for many.
  unsigned retry_ms();

  // What an append would wait.
  Milliseconds wait(Milliseconds loop_delay, std::size_t queued_bytes) const;

 private:
  std::uint32_t random();

  double nanoseconds_per_byte_ = 0;
  std::uint32_t state_ = 2'463'534'242;
};

}  // namespace wk
