// Sites whose pages are read into the knowledge: how they are kept, and what people do with them.
#pragma once

#include <functional>
#include <string>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "core/ports/knowledge_store.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

using KnowledgeCrawlId = Id<struct KnowledgeCrawlTag>;

// Where they are kept, beside the entries they made. Embedded: storage/embedded/knowledge. Thread-safe; blocks.
class KnowledgeCrawlStore {
 public:
  virtual ~KnowledgeCrawlStore() = default;

  virtual Result<void> put_crawl(const ::weikeyi::v1::KnowledgeCrawl& crawl) = 0;
  // kNotFound. Its entries stay.
  virtual Result<void> erase_crawl(KnowledgeCrawlId id) = 0;
  // All of them, the oldest first.
  virtual Result<::weikeyi::v1::KnowledgeCrawlList> crawls() = 0;
  // The entries that have it as their crawl_id, the oldest first, one at a time.
  virtual Result<void> each_of_crawl(KnowledgeCrawlId id, const std::function<void(::weikeyi::v1::KnowledgeEntry&&)>& take) = 0;
};

// What the console shows and does of them. Thread-safe; blocks: on a ThreadPool.
class KnowledgeCrawls {
 public:
  virtual ~KnowledgeCrawls() = default;

  // The host that would be read, in lower case. kInvalidArgument: no address of a page.
  virtual Result<std::string> host_of(const std::string& start_url) = 0;
  // The newest first.
  virtual ::weikeyi::v1::KnowledgeCrawlList list() = 0;
  virtual Result<::weikeyi::v1::KnowledgeCrawl> crawl(KnowledgeCrawlId id) = 0;
  // Site, start, most pages and days are taken, the rest is the server's. It is read as soon as those before it are. kInvalidArgument;
  // kTooLarge + "crawls_full" where there are limits::kKnowledgeCrawlsMax already. Requires: there is such a site.
  virtual Result<::weikeyi::v1::KnowledgeCrawl> create(const ::weikeyi::v1::KnowledgeCrawl& crawl) = 0;
  // Counts from the next reading on.
  virtual Result<::weikeyi::v1::KnowledgeCrawl> replace(KnowledgeCrawlId id, const ::weikeyi::v1::KnowledgeCrawl& crawl) = 0;
  // Its articles go, too. kBusy where the reading of a document does not end in time.
  virtual Result<void> erase(KnowledgeCrawlId id) = 0;
  // Reads it again soon; one that waits or runs goes on. Stops: what was read stays.
  virtual Result<::weikeyi::v1::KnowledgeCrawl> run(KnowledgeCrawlId id) = 0;
  virtual Result<::weikeyi::v1::KnowledgeCrawl> stop(KnowledgeCrawlId id) = 0;
};

namespace limits {
inline constexpr std::size_t kKnowledgeCrawlsMax = 100;
}  // namespace limits

}  // namespace wk
