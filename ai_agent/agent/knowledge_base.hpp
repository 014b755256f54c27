// The entries and the index of them, kept together: what is written here is found by the AI agent as soon as the call returns.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ai_agent/knowledge/knowledge_index.hpp"
#include "base/clock.hpp"
#include "base/guarded.hpp"
#include "core/ports/knowledge_store.hpp"

namespace wk::ai {

// A passage that was found, with what has to be shown of it.
struct Finding {
  v1::KnowledgeEntry entry;
  // The answer, or the passage of the article.
  std::string text;
  std::string heading;
  float score = 0;
  float gate = 0;
  // The question is one of the entry's own, but for case and width: surer than that nothing is (score 1).
  bool word_for_word = false;
  // Near enough to ask whether it was meant.
  bool near = false;
  bool passes() const { return score >= gate; }
};

// Thread-safe. Calls block (SQLite, and put() on the making of the index): on a ThreadPool.
// A site sees its own entries and those of every site: one index for each site, and one that all share.
class KnowledgeBase final : public KnowledgeStore {
 public:
  // `store`, `encoder` (may be null) and `clock` outlive it. The indexes are kept in `directory`; what is not there or is damaged is made anew.
  KnowledgeBase(KnowledgeStore& store, std::filesystem::path directory, const SentenceEncoder* encoder, const Clock& clock);

  // Brings the index to what is stored. Until it has run nothing is found.
  Result<void> load();
  // A load() that is under way, or begins later, ends soon with kUnavailable: making indexes anew may take minutes.
  void stop_loading() { loading_stopped_ = true; }
  // Writes indexes that changed a while ago, or with `now` every one that changed.
  Result<void> save(bool now);

  // Called with the site of each entry that is written or erased (SiteId{}: of every site). Before the first put().
  void set_change_listener(std::function<void(SiteId)> listener) { changed_ = std::move(listener); }

  // The answer of this FAQ or flow, as if it had been found; nothing where it is gone, switched off or of another site.
  Result<std::optional<Finding>> faq(SiteId site, KnowledgeEntryId id) const;
  // The best first, at most one of each entry. `confidence` > 0 is asked for instead of the index's own gate.
  Result<std::vector<Finding>> search(SiteId site, std::string_view text, std::size_t findings_max, float confidence) const;

  // Whether one of the indexes of the site has every word of the text.
  bool knows(SiteId site, std::string_view text) const;

  Result<void> put(const v1::KnowledgeEntry& entry) override;
  Result<v1::KnowledgeEntry> entry(KnowledgeEntryId id) override { return store_.entry(id); }
  Result<void> erase(KnowledgeEntryId id) override;
  Result<v1::KnowledgeEntryList> list(const KnowledgeFilter& filter, const Page& page) override { return store_.list(filter, page); }
  Result<std::vector<v1::KnowledgeEntry>> articles_titled(SiteId site, const std::string& title) override { return store_.articles_titled(site, title); }
  Result<void> each(const std::function<void(v1::KnowledgeEntry&&)>& take) override { return store_.each(take); }

 private:
  struct Site {
    std::shared_ptr<KnowledgeIndex> index;
    // Since when the file is behind.
    std::optional<SteadyTime> changed;
  };
  using Sites = std::map<SiteId, Site>;

  std::filesystem::path file_of(SiteId site) const;
  std::shared_ptr<KnowledgeIndex> index_of(SiteId site, bool make);
  // The site's own, and that of every site.
  std::vector<std::shared_ptr<KnowledgeIndex>> indexes_for(SiteId site) const;
  void note_change(SiteId site);

  KnowledgeStore& store_;
  const std::filesystem::path directory_;
  const SentenceEncoder* const encoder_;
  const Clock& clock_;
  const KnowledgeSettings settings_{};
  Guarded<Sites> sites_;
  // Writers follow one another, so that the index gets changes in the order the store got them.
  std::mutex writer_;
  std::atomic<bool> loading_stopped_{false};
  std::function<void(SiteId)> changed_ = [](SiteId) {};
};

}  // namespace wk::ai
