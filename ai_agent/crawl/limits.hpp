// Bounds of reading a site, and what happens at each.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace wk::ai::crawl_limits {

// Pages that are read in a run: what a crawl says, the default, the most. What waits then is told as skipped ("pages_max").
inline constexpr std::uint32_t kPagesDefault = 200;
inline constexpr std::uint32_t kPagesMax = 2'000;
// Requests for pages, whatever comes of them, for each page that may be read: a site of nothing but refusals and copies ends too.
inline constexpr std::uint32_t kRequestsPerPage = 4;
// Of a page as it comes, HTML and text; other files have the bound of documents. More: skipped ("too_large").
inline constexpr std::size_t kPageBytesMax = std::size_t{8} << 20;
inline constexpr std::size_t kFileBytesMax = std::size_t{32} << 20;
// Of a run, everything that came: it ends, and what waits is skipped ("bytes_max").
inline constexpr std::uint64_t kBytesMax = std::uint64_t{1} << 30;
// Of a run; beyond it what waits is skipped ("time_max").
inline constexpr std::chrono::hours kTimeMax{6};
// Of one request, first byte to last; until connected; and what is slower than this many bytes a second for the time below is given up.
inline constexpr std::chrono::seconds kRequestTimeMax{60};
inline constexpr std::chrono::seconds kConnectTimeMax{10};
inline constexpr long kSlowBytesPerSecond = 64;
inline constexpr std::chrono::seconds kSlowFor{20};
// Redirects that are followed, one after another: of a page, and of robots.txt (RFC 9309, 2.3.1.2: at least five).
inline constexpr unsigned kRedirectsMax = 5;
// Of an address; longer ones are not followed. No more than an entry may have (limits::kUrlBytesMax).
inline constexpr std::size_t kUrlBytesMax = 2'000;
// Addresses that a run remembers, waiting and seen; further ones are not followed.
inline constexpr std::size_t kAddressesMax = 20'000;
// How often the same part may be in a path: more is a trap (/a/b/a/b/…).
inline constexpr unsigned kSegmentRepeatsMax = 3;
// What is kept of a header, and all headers of a response.
inline constexpr std::size_t kHeaderBytesMax = 8 * 1024;
inline constexpr std::size_t kHeadersBytesMax = 128 * 1024;
inline constexpr std::size_t kRobotsTagsMax = 20;

// Read of robots.txt (RFC 9309, 2.5: at least 500 KiB), rules kept of it, bytes of one, and sitemaps named.
inline constexpr std::size_t kRobotsBytesMax = 500 * 1024;
inline constexpr std::size_t kRobotsRulesMax = 5'000;
inline constexpr std::size_t kRobotsPatternBytesMax = 2'000;
// Sitemaps read in a run, bytes of one, addresses taken out of one.
inline constexpr std::size_t kSitemapsMax = 10;
inline constexpr std::size_t kSitemapBytesMax = std::size_t{8} << 20;
inline constexpr std::size_t kSitemapUrlsMax = 10'000;

// Between two requests; a Crawl-delay goes before it, up to a bound. On this machine itself there is nobody to be polite to.
inline constexpr std::chrono::milliseconds kPause{1'000};
inline constexpr std::chrono::milliseconds kPauseOnLoopback{2};
inline constexpr std::chrono::seconds kCrawlDelayMax{30};
// 429 and 503: waited for as told, up to a bound (without being told: kRetryWait), this often for one page.
inline constexpr std::chrono::seconds kRetryAfterMax{60};
inline constexpr std::chrono::seconds kRetryWait{5};
inline constexpr unsigned kRetriesMax = 2;
// So many pages in a row that the server failed or refused for being too busy: the site is not there ("unreachable").
inline constexpr unsigned kFailuresInARowMax = 20;

}  // namespace wk::ai::crawl_limits
