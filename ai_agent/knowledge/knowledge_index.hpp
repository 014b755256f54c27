// What the AI agent knows, found by words and, where a sentence encoder is there, by meaning.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "ai_agent/knowledge/entry.hpp"
#include "ai_agent/knowledge/settings.hpp"
#include "ai_agent/knowledge/snapshot.hpp"
#include "ai_agent/text/sentence_encoder.hpp"
#include "base/guarded.hpp"
#include "base/result.hpp"

namespace wk::ai {

struct KnowledgeVersion {
  KnowledgeEntryId entry;
  std::uint64_t revision = 0;
};

// Thread-safe. Readers work on an immutable snapshot and wait for nobody; writers follow one
// another. Holds no texts: a hit names entry and bytes. The owner of the entries keeps them, and
// applies what changed since save().
class KnowledgeIndex {
 public:
  // `encoder` may be null, and outlives the index.
  KnowledgeIndex(const KnowledgeSettings& settings, const SentenceEncoder* encoder);

  // Adds entries, or replaces those of the same id and no later revision; the last of one id in
  // `entries` counts. All or nothing: kTooLarge, kInvalidArgument. Costs what the given entries
  // cost, and now and then a merge of segments.
  Result<void> apply(std::span<const KnowledgeEntry> entries,
                     std::span<const KnowledgeEntryId> removed = {});

  KnowledgeAnswer search(const KnowledgeQuery& query) const { return snapshot()->search(query); }
  std::shared_ptr<const KnowledgeSnapshot> snapshot() const;

  std::optional<std::uint64_t> revision_of(KnowledgeEntryId entry) const;
  // Every entry that is known, in no order: what an owner compares with its own after open().
  std::vector<KnowledgeVersion> versions() const;

  // Writes the snapshot to a file beside `path` and renames it: a crash leaves the old file or the
  // new one.
  Result<void> save(const std::filesystem::path& path) const;
  // kNotFound: there is none. kCorrupt: damaged. kConflict: of another version, passage size or
  // encoder. In all three cases the caller begins with an empty index and applies its entries.
  static Result<std::unique_ptr<KnowledgeIndex>> open(const std::filesystem::path& path,
                                                      const KnowledgeSettings& settings,
                                                      const SentenceEncoder* encoder);

 private:
  // Where an entry is now.
  struct Place {
    const Segment* segment;  // kept alive by the snapshot
    std::uint32_t row;
  };
  class Change;

  std::size_t dimensions() const { return encoder_ != nullptr ? encoder_->dimensions() : 0; }

  const KnowledgeSettings settings_;
  const SentenceEncoder* const encoder_;
  Guarded<std::shared_ptr<const KnowledgeSnapshot>> snapshot_;

  mutable std::mutex
      writer_;  // protects what follows; held while segments are merged, never by a search
  std::unordered_map<KnowledgeEntryId, Place> places_;
};

}  // namespace wk::ai
