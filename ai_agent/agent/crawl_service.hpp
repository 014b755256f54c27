// Sites that are read into the knowledge: one at a time, in the background, again after so many days.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <thread>

#include "ai_agent/agent/crawl_articles.hpp"

namespace wk::ai {

// Thread-safe. A reading that the process's end cut short begins again with the next start. What waits is bounded by how many there may be.
class CrawlService final : public KnowledgeCrawls {
 public:
  struct Options {
    // Also of addresses that are not on the internet.
    bool private_addresses = false;
    std::string version;
  };
  // All outlive it. `knowledge` is written to, `store` keeps the crawls beside its entries.
  CrawlService(KnowledgeCrawlStore& store, KnowledgeStore& knowledge, const Clock& clock, Options options);
  ~CrawlService() override { stop(); }

  // Takes up those there are.
  Result<void> load();
  // A thread of its own, of low priority; until stop(), which waits for it (a second; for a document that is being read, up to 20).
  void start();
  // Returns at once.
  void ask_to_stop();
  void stop();
  // Reads one that waits or is due. False: none.
  bool read_next(const std::stop_token& stop);

  Result<std::string> host_of(const std::string& start_url) override;
  v1::KnowledgeCrawlList list() override;
  Result<v1::KnowledgeCrawl> crawl(KnowledgeCrawlId id) override;
  Result<v1::KnowledgeCrawl> create(const v1::KnowledgeCrawl& crawl) override;
  Result<v1::KnowledgeCrawl> replace(KnowledgeCrawlId id, const v1::KnowledgeCrawl& crawl) override;
  Result<void> erase(KnowledgeCrawlId id) override;
  Result<v1::KnowledgeCrawl> run(KnowledgeCrawlId id) override;
  Result<v1::KnowledgeCrawl> stop(KnowledgeCrawlId id) override;

 private:
  // Requires: mutex_ held.
  v1::KnowledgeCrawl* find(KnowledgeCrawlId id);
  void queue_due();
  // What people chose, checked, into `crawl`.
  Result<void> take(const v1::KnowledgeCrawl& from, v1::KnowledgeCrawl& crawl) const;
  // Writes it as it is now; one that is gone is not written.
  Result<void> keep(KnowledgeCrawlId id);
  void read(KnowledgeCrawlId id, v1::KnowledgeCrawl crawl, const std::stop_token& stop, const std::stop_token& process_stop);

  KnowledgeCrawlStore& store_;
  KnowledgeStore& knowledge_;
  const Clock& clock_;
  const Options options_;
  IdGenerator ids_{};
  // Writers to the store follow one another, so that the last one writes what is newest.
  std::mutex writer_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  // mutex_:
  std::map<KnowledgeCrawlId, v1::KnowledgeCrawl> crawls_;
  std::deque<KnowledgeCrawlId> waiting_;
  std::set<KnowledgeCrawlId> erasing_;
  std::optional<KnowledgeCrawlId> running_;
  std::stop_source running_stop_;
  bool stopping_ = false;
  std::jthread thread_;
};

}  // namespace wk::ai
