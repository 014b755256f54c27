// Limits of the directory on SQLite.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace wk::directory_limits {

// Readers at a time; one more waits for a connection.
inline constexpr std::size_t kReadConnectionsMax = 4;
// Rows of one page; a larger wish is cut to it.
inline constexpr std::size_t kPageRowsMax = 200;
// Of the text that contacts are looked for by; more is cut off.
inline constexpr std::size_t kContactTextBytesMax = 200;
// How long an answer under an Idempotency-Key is kept.
inline constexpr std::int64_t kIdempotentAnswerMs = 24LL * 3600 * 1000;

}  // namespace wk::directory_limits
