#include "ai_agent/agent/intent_examples.hpp"

#include <algorithm>

#include "ai_agent/agent/limits.hpp"
#include "base/crc32c.hpp"

namespace wk::ai {
namespace {

// Another number where the same examples should make another model than before.
constexpr std::uint32_t kTrainingVersion = 2;

// 64 bits that differ where the examples do: their checksum and their size.
class Mark {
 public:
  void add(std::string_view text) {
    crc_ = crc32c(text, crc32c(std::string_view("\0", 1), crc_));
    bytes_ += static_cast<std::uint32_t>(text.size()) + 1;
  }
  std::uint64_t value() const { return std::uint64_t{crc_} << 32 | bytes_; }

 private:
  std::uint32_t crc_ = 0;
  std::uint32_t bytes_ = 0;
};

}  // namespace

Result<IntentExamples> collect_intent_examples(KnowledgeStore& store, SiteId site, std::string_view encoder) {
  IntentExamples out;
  std::vector<v1::KnowledgeEntry> entries;
  WK_TRY_VOID(store.each([&](v1::KnowledgeEntry&& entry) {
    if (entry.disabled() || entry.kind() == v1::KNOWLEDGE_KIND_ARTICLE) return;
    if (entry.site_id() != 0 && entry.site_id() != site.value()) return;
    if (static_cast<std::size_t>(entry.phrasings_size()) + 1 < agent_limits::kIntentPhrasingsMin) {
      ++out.too_few;
      return;
    }
    entry.clear_body();
    entry.clear_steps();
    entries.push_back(std::move(entry));
  }));
  std::sort(entries.begin(), entries.end(), [](const v1::KnowledgeEntry& a, const v1::KnowledgeEntry& b) { return a.id() > b.id(); });
  if (entries.size() > agent_limits::kIntentsMax) entries.resize(agent_limits::kIntentsMax);

  Mark mark;
  mark.add(std::to_string(kTrainingVersion));
  mark.add(encoder);
  for (v1::KnowledgeEntry& entry : entries) {
    if (entry.site_id() != 0) ++out.own_entries;
    const std::string label = std::to_string(entry.id());
    mark.add(label);
    mark.add(entry.title());
    out.examples.push_back({label, entry.title(), {}});
    for (std::string& phrasing : *entry.mutable_phrasings()) {
      mark.add(phrasing);
      out.examples.push_back({label, std::move(phrasing), {}});
    }
    out.titles.emplace(entry.id(), std::move(*entry.mutable_title()));
  }
  out.mark = mark.value();
  return out;
}

}  // namespace wk::ai
