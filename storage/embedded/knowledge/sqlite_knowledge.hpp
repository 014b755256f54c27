// The AI agent's knowledge in SQLite. Thread-safe, blocks.
#pragma once

#include <filesystem>
#include <memory>

#include "core/ports/knowledge_crawls.hpp"
#include "core/ports/knowledge_store.hpp"
#include "storage/embedded/sqlite/database_pool.hpp"

namespace wk {

class SqliteKnowledge final : public KnowledgeStore, public KnowledgeCrawlStore {
 public:
  // entries_max: tests make it small.
  static Result<std::unique_ptr<SqliteKnowledge>> open(const std::filesystem::path& file,
                                                       std::size_t entries_max = limits::kKnowledgeEntriesMax);

  Result<void> put(const v1::KnowledgeEntry& entry) override;
  Result<v1::KnowledgeEntry> entry(KnowledgeEntryId id) override;
  Result<void> erase(KnowledgeEntryId id) override;
  Result<v1::KnowledgeEntryList> list(const KnowledgeFilter& filter, const Page& page) override;
  Result<std::vector<v1::KnowledgeEntry>> articles_titled(SiteId site, const std::string& title) override;
  Result<void> each(const std::function<void(v1::KnowledgeEntry&&)>& take) override;

  Result<void> put_crawl(const v1::KnowledgeCrawl& crawl) override;
  Result<void> erase_crawl(KnowledgeCrawlId id) override;
  Result<v1::KnowledgeCrawlList> crawls() override;
  Result<void> each_of_crawl(KnowledgeCrawlId id, const std::function<void(v1::KnowledgeEntry&&)>& take) override;

 private:
  SqliteKnowledge(const std::filesystem::path& file, std::size_t entries_max);

  const std::size_t entries_max_;
  sqlite::DatabasePool writer_;
  sqlite::DatabasePool readers_;
};

}  // namespace wk
