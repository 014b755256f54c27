// Every bound of TLS, and what happens at it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace wk::net_limits {

// Tickets are made with a key for so long, and taken for as long again.
inline constexpr Milliseconds kTicketKeyLifetime{4 * 3'600'000};
// Records in a row that carry no data (changes of keys, empty ones): the connection fails beyond.
inline constexpr std::uint8_t kTlsRecordsWithoutDataMax = 32;
// Records sealed with one key before it is changed; AES-GCM is good for 2^24.5 of them (RFC 8446, section 5.5).
inline constexpr std::uint64_t kTlsRecordsPerKeyMax = 1u << 23;
// A read needs room for a whole record, its header and its tag.
inline constexpr std::size_t kTlsReadBytesMin = 20 * 1024;
// Sealed and handed to the kernel in one call; what it does not take is kept until it does.
inline constexpr std::size_t kTlsSealedAtOnceBytesMax = 64 * 1024;

}  // namespace wk::net_limits
