// Limits of the REST API, and what happens at each.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace wk::api_limits {

// JSON bodies; larger: 413.
inline constexpr std::size_t kBodyBytesMax = 256 * 1024;
// Rows of a page; a larger `limit` is cut to it.
inline constexpr std::size_t kPageRowsMax = 200;
inline constexpr std::size_t kPageRowsDefault = 50;
// An append that is not durable by then: 503 with a retry time; the client's own id makes the retry safe.
inline constexpr std::chrono::seconds kAppendWait{10};
// Idempotency-Key: longer ones are refused.
inline constexpr std::size_t kIdempotencyKeyBytesMax = 128;
// A file and all files of a site, unless settings say otherwise; beyond: 413 and 507.
inline constexpr std::uint64_t kUploadBytesMaxDefault = 256ull << 20;
inline constexpr std::uint64_t kSiteBytesMaxDefault = 20ull << 30;
// Of an entry of the knowledge: its title and each phrasing, the answer or article, how many phrasings and labels; beyond: 413.
inline constexpr std::size_t kKnowledgeTitleBytesMax = 1'000;
inline constexpr std::size_t kKnowledgeBodyBytesMax = 200'000;
inline constexpr std::size_t kKnowledgePhrasingsMax = 50;
inline constexpr std::size_t kKnowledgeLabelsMax = 10;
// Of a document that is to become knowledge (ai_agent/documents has the same bound): 413. So many are in memory at a time, each from its first byte
// to its answer, and one of them is read: 503 with a retry time.
inline constexpr std::size_t kDocumentBytesMax = 32 * 1024 * 1024;
inline constexpr std::size_t kDocumentsInFlightMax = 4;
// Of an upload in memory before the disk has it; then the sender waits.
inline constexpr std::size_t kUploadBufferBytes = 512 * 1024;
// Calls that wait for a thread; beyond: 503 with a retry time.
inline constexpr std::size_t kCallsQueuedMax = 512;
// From an address that is over its limit of connections, credentials of agents are looked at this often; beyond: 429 without a
// look. A look is a read of the database.
inline constexpr double kAgentProofsPerSecond = 20;
inline constexpr double kAgentProofsBurst = 50;

// What an answer says about why; longer reasons are cut.
inline constexpr std::size_t kProblemDetailBytesMax = 500;

}  // namespace wk::api_limits
