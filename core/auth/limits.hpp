// Limits of signing in. At each the comment says what happens.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace wk::auth_limits {

// Passwords outside of these are refused when they are set; longer ones also at login, before any hashing.
inline constexpr std::size_t kPasswordCharactersMin = 10;
inline constexpr std::size_t kPasswordBytesMax = 512;
inline constexpr std::size_t kEmailBytesMax = 254;
inline constexpr std::size_t kNameBytesMax = 200;
inline constexpr std::size_t kUserAgentBytesMax = 400;  // cut

// Browser sessions: sliding; written at most once a minute.
inline constexpr std::int64_t kSessionMs = 14LL * 24 * 3600 * 1000;
inline constexpr std::int64_t kSessionTouchMs = 60'000;
// Sessions of one agent; a further login ends the one unused for the longest time.
inline constexpr std::size_t kSessionsPerAgentMax = 50;
// API tokens of one agent; a further one is refused (kConflict).
inline constexpr std::size_t kApiTokensPerAgentMax = 100;
// A session or token is looked up again after this long, so that what another process ended is ended here too. At the number, the
// cache is emptied.
inline constexpr std::chrono::milliseconds kCacheFor{5'000};
inline constexpr std::size_t kCacheEntriesMax = 10'000;

inline constexpr std::int64_t kVisitorTokenMs = 30LL * 24 * 3600 * 1000;
inline constexpr std::int64_t kAttachmentLinkMs = 10LL * 60 * 1000;

inline constexpr std::size_t kJwtBytesMax = 8 * 1024;
inline constexpr std::int64_t kJwtLeewaySeconds = 60;
inline constexpr std::size_t kIdentifierBytesMax = 250;

inline constexpr std::size_t kRecoveryCodes = 10;

// Login throttle. So many attempts fail for free; each further one doubles the wait, up to the longest. An entry without a
// failure for kThrottleForget is as new. At kThrottleEntriesMax the entry that failed longest ago is forgotten.
inline constexpr unsigned kAccountFreeFailures = 5;
inline constexpr unsigned kAddressFreeFailures = 20;
inline constexpr std::chrono::milliseconds kThrottleFirstWait{1'000};
// Short for an account, so that a stranger cannot lock somebody out for long; long for an address.
inline constexpr std::chrono::milliseconds kAccountWaitMax{60'000};
inline constexpr std::chrono::milliseconds kAddressWaitMax{15 * 60'000};
inline constexpr std::chrono::milliseconds kThrottleForget{60 * 60'000};
inline constexpr std::size_t kThrottleEntriesMax = 20'000;

}  // namespace wk::auth_limits
