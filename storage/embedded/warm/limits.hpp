// Limits of the warm tier.
#pragma once

#include <cstddef>

namespace wk::limits {

// Connections that read at the same time; one more borrower waits.
inline constexpr std::size_t kWarmReadConnectionsMax = 4;
// Folds the writer keeps decoded between batches. At it the older half is forgotten (and read again when needed).
inline constexpr std::size_t kWarmFoldsCachedMax = 20'000;
// Conversations one list answers at the most.
inline constexpr std::size_t kListConversationsMax = 200;

}  // namespace wk::limits
