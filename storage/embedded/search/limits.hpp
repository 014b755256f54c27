// Limits of full-text search.
#pragma once

#include <cstddef>

namespace wk::limits {

// Of a query; more is cut off.
inline constexpr std::size_t kSearchQueryBytesMax = 500;
inline constexpr std::size_t kSearchTermsMax = 16;
inline constexpr std::size_t kSearchHitsMax = 100;
// A longer word is indexed and searched by its beginning.
inline constexpr std::size_t kSearchWordBytesMax = 96;
// Characters of an excerpt, and how many of them stand before the first hit.
inline constexpr std::size_t kExcerptCharactersMax = 160;
inline constexpr std::size_t kExcerptCharactersBefore = 40;
inline constexpr std::size_t kHighlightsMax = 20;
// Searches at the same time; one more waits.
inline constexpr std::size_t kSearchConnectionsMax = 3;
// Conversations whose site the index keeps in memory; at it all are forgotten (and read again).
inline constexpr std::size_t kSearchSitesCachedMax = 50'000;

}  // namespace wk::limits
