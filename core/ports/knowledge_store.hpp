// What the AI agent knows: entries that people write. Embedded: storage/embedded/knowledge.
//
// Thread-safe. Blocks: call on a ThreadPool.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "core/ports/directory.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

namespace v1 = ::weikeyi::v1;

using KnowledgeEntryId = Id<struct KnowledgeEntryTag>;

struct KnowledgeFilter {
  // The site's own entries and those of every site; not set: all there are.
  std::optional<SiteId> site{};
  // In the title or in a phrasing, whatever the case of ASCII letters; empty: all.
  std::string text{};
  // UNSPECIFIED: of every kind.
  v1::KnowledgeKind kind = v1::KNOWLEDGE_KIND_UNSPECIFIED;
};

class KnowledgeStore {
 public:
  virtual ~KnowledgeStore() = default;

  // Inserts or replaces. kTooLarge + "knowledge_full" where there are limits::kKnowledgeEntriesMax already.
  virtual Result<void> put(const v1::KnowledgeEntry& entry) = 0;
  virtual Result<v1::KnowledgeEntry> entry(KnowledgeEntryId id) = 0;
  // kNotFound where it is not there.
  virtual Result<void> erase(KnowledgeEntryId id) = 0;
  // The newest first.
  virtual Result<v1::KnowledgeEntryList> list(const KnowledgeFilter& filter, const Page& page) = 0;
  // Articles that people made of exactly this site with exactly this title, the oldest first; of very many the first.
  virtual Result<std::vector<v1::KnowledgeEntry>> articles_titled(SiteId site, const std::string& title) = 0;
  // Every entry, in no order, one at a time.
  virtual Result<void> each(const std::function<void(v1::KnowledgeEntry&&)>& take) = 0;
};

namespace limits {
inline constexpr std::size_t kKnowledgeEntriesMax = 100'000;
}  // namespace limits

}  // namespace wk
