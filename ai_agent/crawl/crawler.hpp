// Reads a site: breadth first, one page after the other, as its robots.txt allows, and says what it found.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "ai_agent/documents/document.hpp"
#include "base/result.hpp"

namespace wk::ai {

struct CrawledPage {
  // Where it is, after redirects, in normal form.
  std::string url;
  DocumentText document;
};

// Told on the crawler's thread, in order.
class CrawlListener {
 public:
  virtual ~CrawlListener() = default;
  // Each address once. An error ends the run, with it.
  virtual Result<void> on_page(CrawledPage&& page) = 0;
  // `gone`: the page is not there any more, or may not be read; else it may be there next time. `reason`: a stable code (docs/ai.md).
  virtual void on_skipped(const std::string& url, const char* reason, bool gone) = 0;
  virtual void on_progress(std::uint32_t pages_read, std::uint32_t pages_waiting) = 0;
};

struct CrawlPlan {
  std::string start_url;
  // 1 to kPagesMax.
  std::uint32_t pages_max = 0;
  bool private_addresses = false;
  std::string version;
  // Pages that were there before: looked at too, after those that are linked.
  std::vector<std::string> known{};
};

// Reads the site and returns: an error only where it could not begin or go on, with a reason_code: invalid_url, robots_disallowed,
// robots_unreachable, unreachable, private_address, redirected_elsewhere, start_not_found, start_refused, stopped, or the listener's. Blocks for up to
// crawl_limits::kTimeMax, and ends within a second of a stop (while a document is read: as document_limits has it).
Result<void> crawl_site(const CrawlPlan& plan, CrawlListener& listener, const std::stop_token& stop);

// http or https, with a host, no user, and not too long. Nothing: it is not. Else its host, in normal form.
Result<std::string> crawl_host(const std::string& start_url);
// The address in normal form. Requires: crawl_host() takes it.
std::string crawl_address(const std::string& start_url);
// The page is one that a crawl from this start may read.
bool crawl_holds(const std::string& start_url, const std::string& url);

}  // namespace wk::ai
