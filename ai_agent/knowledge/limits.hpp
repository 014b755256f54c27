// Bounds of the knowledge index, and what happens at each.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wk::ai::knowledge_limits {

// Of one entry; a larger one is refused (kTooLarge) and nothing of the call is applied.
inline constexpr std::size_t kTitleBytesMax = 1024;
inline constexpr std::size_t kBodyBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kPhrasingsMax = 64;
inline constexpr std::size_t kPhrasingBytesMax = 2048;
// What a passage may be set to hold at most. Below text_limits::kTextBytesMax, so that all of it is
// read.
inline constexpr std::size_t kPassageBytesMin = 200;
inline constexpr std::size_t kPassageBytesMax = 8 * 1024;
// "Shipping > Abroad"; a longer path loses its beginning.
inline constexpr std::size_t kHeadingBytesMax = 300;
// Of an entry's name; a longer title is no name that a question would repeat.
inline constexpr std::size_t kNameTermsMax = 24;
// Of the whole index; what would go beyond is refused (kTooLarge). Keeps a segment's postings below
// 4 GiB.
inline constexpr std::size_t kPassagesMax = 500'000;
// Read into one segment before it is written out: what a bulk load needs of memory beside the index
// (about 80 MB).
inline constexpr std::size_t kSegmentBuildPassagesMax = 4096;
// How rare a term is, is judged as if there were at least so many passages: among three, what two of them say is hardly worth more than
// nothing, and every "hello" before a question outweighs it.
inline constexpr std::uint64_t kPassagesAssumed = 1'000;
// A visitor's text: words beyond the first many are not looked at; of those the rarest are searched
// for.
inline constexpr std::size_t kQueryTermsRead = 512;
inline constexpr std::size_t kQueryTermsMax = 48;
inline constexpr std::size_t kQueryBytesMax = 4 * 1024;
// Hits a search may ask for; more are not given.
inline constexpr std::size_t kHitsMax = 50;
// The best by words (and by meaning) among which hits are chosen.
inline constexpr std::size_t kCandidatesMax = 200;
// Vectors that are compared one by one with the question's; of more, those of the best by words
// alone.
inline constexpr std::size_t kVectorScanMax = 20'000;
// Of a segment's passages, when more are removed it is written anew without them (percent).
inline constexpr std::size_t kRemovedPercentMax = 25;
// A segment is merged with the one before it unless that is so many times larger: about ten
// segments in all.
inline constexpr std::size_t kMergeFactor = 4;

}  // namespace wk::ai::knowledge_limits
