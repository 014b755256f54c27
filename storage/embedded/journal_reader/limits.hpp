// What one step of a reader holds in memory. More waits in the journal: that is what it is for.
#pragma once

#include <cstddef>

#include "base/clock.hpp"

namespace wk::limits {

// Events a reader applies in one transaction.
inline constexpr std::size_t kReaderBatchEventsMax = 10'000;
// Encoded bytes it asks the journal for at a time.
inline constexpr std::size_t kReaderBatchBytesMax = std::size_t{4} << 20;
// After a commit a reader gathers for this long, so that a trickle of events does not cost a sync each and many events share the
// pages they change. Nobody waits for it: who needs what is in the journal hurries the reader (wait_until).
inline constexpr Milliseconds kReaderGather{200};
// Between tries while a batch fails (disk full, file locked).
inline constexpr Milliseconds kReaderBackoffMin{100};
inline constexpr Milliseconds kReaderBackoffMax{5'000};

}  // namespace wk::limits
