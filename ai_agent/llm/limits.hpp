// Bounds of talking to language models, and what happens at each.
#pragma once

#include <cstddef>

#include "base/clock.hpp"

namespace wk::ai::llm_limits {

using namespace std::chrono_literals;

// Of a stream. Beyond any of these the call fails with kTooLarge and counts as a failure of the provider.
inline constexpr std::size_t kLineBytesMax = 256 * 1024;
inline constexpr std::size_t kStreamBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kAnswerBytesMax = 16 * 1024;
inline constexpr std::size_t kToolCallsMax = 8;
inline constexpr std::size_t kToolNameBytesMax = 64;
inline constexpr std::size_t kToolArgumentsBytesMax = 8 * 1024;
inline constexpr std::size_t kToolArgumentBytesMax = 200;
// Rounds in which a model may ask for tools, and how many of one round are called; then it has to answer.
inline constexpr unsigned kToolRoundsMax = 2;
inline constexpr std::size_t kToolCallsARound = 3;
// Of the configuration.
inline constexpr std::size_t kToolsMax = 16;
inline constexpr std::size_t kToolArgumentsMax = 8;
inline constexpr std::size_t kToolResponseBytesMax = 32 * 1024;
// Of the body of a refusal, to say why; the rest is not read.
inline constexpr std::size_t kErrorBodyBytesMax = 16 * 1024;
inline constexpr std::size_t kErrorWordBytesMax = 64;
// Of what is sent: larger is refused before anything is sent.
inline constexpr std::size_t kRequestBytesMax = 1024 * 1024;

// Of the configuration: more is refused.
inline constexpr std::size_t kConfigBytesMax = 256 * 1024;
inline constexpr std::size_t kProvidersMax = 8;
inline constexpr std::size_t kKeyBytesMax = 4 * 1024;

// Connections kept open to a provider between calls; more are closed.
inline constexpr std::size_t kIdleConnectionsMax = 4;
// How soon a stop is noticed.
inline constexpr Milliseconds kPollAtMost = 100ms;

// A provider that failed this often in a row is left alone, this long at first and twice as long each further time, up to the last.
inline constexpr unsigned kFailuresToOpen = 3;
inline constexpr Milliseconds kOpenAtFirst = 15s;
inline constexpr Milliseconds kOpenAtMost = 5min;
// Told to come back later than this, it is asked again after this.
inline constexpr Milliseconds kRetryAfterMax = 10min;
// Told to come back without a time.
inline constexpr Milliseconds kRetryAfterUnknown = 5s;
// The key was refused: nothing gets better by asking again soon.
inline constexpr Milliseconds kKeyRefusedFor = 5min;

// Answers kept to be given again: the oldest goes.
inline constexpr std::size_t kCachedAnswersMax = 1'000;
inline constexpr std::size_t kCachedBytesMax = 4 * 1024 * 1024;

// Whose use of tokens is remembered: of more conversations the one that used it the longest ago is forgotten; of more sites none is served.
inline constexpr std::size_t kConversationsCountedMax = 20'000;
inline constexpr std::size_t kSitesCountedMax = 10'000;

}  // namespace wk::ai::llm_limits
