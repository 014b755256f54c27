// The pages of one reading of a site as articles: what is as before stays untouched, what changed is replaced in place, what is gone goes. Where
// people changed the words of one of a page's articles, all of that page stay as they are: half of each would say neither what they nor what the page
// means.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ai_agent/crawl/crawler.hpp"
#include "base/clock.hpp"
#include "core/ports/knowledge_crawls.hpp"

namespace wk::ai {

// Owner: one reading, on its thread. Blocks (SQLite, the index).
class CrawlArticles final : public CrawlListener {
 public:
  using Changed = std::function<void(const v1::KnowledgeCrawl& so_far)>;
  // `crawl`: as it begins; counts and skipped pages are told with `changed`. All outlive it.
  CrawlArticles(KnowledgeStore& knowledge, const Clock& clock, v1::KnowledgeCrawl crawl, Changed changed)
      : knowledge_(knowledge), clock_(clock), crawl_(std::move(crawl)), changed_(std::move(changed)) {}

  // What earlier readings made. Before the first page.
  Result<void> load(KnowledgeCrawlStore& store);
  // Addresses of those pages.
  std::vector<std::string> known() const;

  Result<void> on_page(CrawledPage&& page) override;
  void on_skipped(const std::string& url, const char* reason, bool gone) override;
  void on_progress(std::uint32_t pages_read, std::uint32_t pages_waiting) override;

  // Only after a reading that ended well: articles whose page is gone are taken away.
  Result<void> remove_gone();
  const v1::KnowledgeCrawl& crawl() const { return crawl_; }

 private:
  // Parts of a page, in order.
  using Parts = std::vector<KnowledgeEntryId>;

  struct Stored {
    // In the order of the parts; those that somebody erased have no id.
    std::vector<v1::KnowledgeEntry> entries;
    bool edited = false;
  };
  Result<Stored> stored(const std::string& url);
  Result<void> erase(KnowledgeEntryId id);
  void skip(const std::string& url, const char* reason);

  KnowledgeStore& knowledge_;
  const Clock& clock_;
  v1::KnowledgeCrawl crawl_;
  const Changed changed_;
  IdGenerator ids_{};
  std::map<std::string, Parts> known_;
  std::vector<std::string> gone_;
};

}  // namespace wk::ai
