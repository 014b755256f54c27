#include "ai_agent/knowledge/knowledge_index.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "ai_agent/knowledge/limits.hpp"
#include "ai_agent/knowledge/segment_builder.hpp"

namespace wk::ai {
namespace {

using namespace knowledge_limits;

Result<void> check(const KnowledgeEntry& entry) {
  const auto too_large = [&](std::string_view what) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("knowledge entry {}: {}", entry.id.value(), what));
  };
  if (!entry.id) return fail(ErrorCode::kInvalidArgument, "a knowledge entry without an id");
  if (entry.title.size() > kTitleBytesMax) return too_large("title");
  if (entry.body.size() > kBodyBytesMax) return too_large("body");
  if (entry.phrasings.size() > kPhrasingsMax) return too_large("number of phrasings");
  for (const std::string& phrasing : entry.phrasings) {
    if (phrasing.size() > kPhrasingBytesMax) return too_large("phrasing");
  }
  return {};
}

void add_segment(SegmentBuilder& builder, std::vector<SegmentView>& out) {
  if (builder.passages() == 0) return;
  out.push_back({std::make_shared<const Segment>(builder.finish()), nullptr});
}

struct Built {
  std::vector<SegmentView> faqs;
  std::vector<SegmentView> texts;
};

Built build(std::span<const KnowledgeEntry> entries, std::size_t passage_bytes_max,
            const SentenceEncoder* encoder) {
  std::unordered_map<KnowledgeEntryId, std::size_t> last;
  for (std::size_t i = 0; i < entries.size(); ++i) last[entries[i].id] = i;
  Built built;
  SegmentBuilder faqs(passage_bytes_max, encoder);
  SegmentBuilder texts(passage_bytes_max, encoder);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (last[entries[i].id] != i) continue;
    const bool faq = entries[i].kind == EntryKind::kFaq;
    SegmentBuilder& builder = faq ? faqs : texts;
    builder.add(entries[i]);
    if (builder.passages() >= kSegmentBuildPassagesMax)
      add_segment(builder, faq ? built.faqs : built.texts);
  }
  add_segment(faqs, built.faqs);
  add_segment(texts, built.texts);
  return built;
}

}  // namespace

// A new state of the index in the making; nothing shows before finish().
class KnowledgeIndex::Change {
 public:
  Change(const KnowledgeIndex& index, KnowledgeSnapshot& next) : index_(index), next_(next) {}

  void remove(KnowledgeEntryId entry) {
    if (const std::optional<Place> place = find(entry)) bury(*place);
    places_[entry] = std::nullopt;
  }
  void add(Collection& collection, SegmentView view) {
    collection.segments.push_back(view);
    const Segment& segment = *view.segment;
    for (std::uint32_t row = 0; row < segment.entries.size(); ++row) {
      const EntryRow& entry = segment.entries[row];
      const KnowledgeEntryId id(entry.id);
      const std::optional<Place> known = find(id);
      if (known && known->segment->entries[known->row].revision > entry.revision) {
        bury({&segment, row});
        continue;
      }
      if (known) bury(*known);
      places_[id] = Place{&segment, row};
    }
  }
  // Lays what was buried on the collections and counts them.
  void settle() {
    for (Collection* collection : {&next_.faqs, &next_.texts}) {
      for (SegmentView& view : collection->segments) {
        if (const auto buried = buried_.find(view.segment.get()); buried != buried_.end())
          view.removed = buried->second;
      }
      collection->count();
    }
  }
  void tidy(Collection& collection, std::size_t dimensions) {
    std::vector<SegmentView>& segments = collection.segments;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const auto removed = segments[i].removed ? std::size_t{segments[i].removed->passages} : 0;
      if (removed * 100 > segments[i].segment->passages.size() * kRemovedPercentMax)
        merge(segments, i, i + 1, dimensions);
    }
    std::erase_if(segments, [](const SegmentView& view) { return view.segment->passages.empty(); });
    if (segments.empty()) return;
    std::size_t first = segments.size() - 1;
    std::size_t passages = segments[first].passages();
    while (first > 0 && segments[first - 1].passages() < passages * kMergeFactor)
      passages += segments[--first].passages();
    if (first + 1 < segments.size()) merge(segments, first, segments.size(), dimensions);
  }
  void finish(std::unordered_map<KnowledgeEntryId, Place>& places) {
    for (const auto& [id, place] : places_) {
      if (place) {
        places[id] = *place;
      } else {
        places.erase(id);
      }
    }
  }

 private:
  std::optional<Place> find(KnowledgeEntryId id) const {
    if (const auto changed = places_.find(id); changed != places_.end()) return changed->second;
    const auto known = index_.places_.find(id);
    return known != index_.places_.end() ? std::optional(known->second) : std::nullopt;
  }

  void bury(const Place& place) {
    std::shared_ptr<Removed>& removed = buried_[place.segment];
    if (removed == nullptr) removed = copy_of_removed(place.segment);
    const EntryRow& entry = place.segment->entries[place.row];
    for (std::uint32_t i = entry.passage_first; i < entry.passage_first + entry.passages; ++i) {
      removed->bits[i / 64] |= std::uint64_t{1} << i % 64;
      removed->terms_total += place.segment->passages[i].terms;
    }
    removed->passages += entry.passages;
  }
  std::shared_ptr<Removed> copy_of_removed(const Segment* segment) const {
    for (const Collection* collection : {&next_.faqs, &next_.texts}) {
      for (const SegmentView& view : collection->segments) {
        if (view.segment.get() == segment && view.removed)
          return std::make_shared<Removed>(*view.removed);
      }
    }
    auto removed = std::make_shared<Removed>();
    removed->bits.resize((segment->passages.size() + 63) / 64);
    return removed;
  }

  // Puts one segment in the place of those from first to before last.
  void merge(std::vector<SegmentView>& segments, std::size_t first, std::size_t last,
             std::size_t dimensions) {
    auto merged = std::make_shared<const Segment>(
        merge_segments(std::span(segments).subspan(first, last - first), dimensions));
    for (std::uint32_t row = 0; row < merged->entries.size(); ++row) {
      places_[KnowledgeEntryId(merged->entries[row].id)] = Place{merged.get(), row};
    }
    segments[first] = {std::move(merged), nullptr};
    segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(first) + 1,
                   segments.begin() + static_cast<std::ptrdiff_t>(last));
  }

  const KnowledgeIndex& index_;
  KnowledgeSnapshot& next_;
  std::unordered_map<KnowledgeEntryId, std::optional<Place>> places_;  // nullopt: gone
  std::unordered_map<const Segment*, std::shared_ptr<Removed>> buried_;
};

KnowledgeIndex::KnowledgeIndex(const KnowledgeSettings& settings, const SentenceEncoder* encoder)
    : settings_(settings),
      encoder_(encoder),
      snapshot_(std::make_shared<const KnowledgeSnapshot>(settings, encoder)) {}

Result<void> KnowledgeIndex::apply(std::span<const KnowledgeEntry> entries,
                                   std::span<const KnowledgeEntryId> removed) {
  for (const KnowledgeEntry& entry : entries) WK_TRY_VOID(check(entry));
  // Reading the texts is most of the work, and needs nothing of the index.
  Built built = build(entries, settings_.passage_bytes_max, encoder_);

  const std::lock_guard lock(writer_);
  auto next = std::make_shared<KnowledgeSnapshot>(*snapshot());
  Change change(*this, *next);
  for (const KnowledgeEntryId entry : removed) change.remove(entry);
  for (SegmentView& view : built.faqs) change.add(next->faqs, std::move(view));
  for (SegmentView& view : built.texts) change.add(next->texts, std::move(view));
  change.settle();
  if (next->passages() > kPassagesMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("{} passages of knowledge; at most {}",
                                                  next->passages(), kPassagesMax));
  }
  change.tidy(next->faqs, dimensions());
  change.tidy(next->texts, dimensions());
  change.finish(places_);
  // The old one is let go of outside of the lock: it may be the last that holds large segments.
  std::shared_ptr<const KnowledgeSnapshot> published = std::move(next);
  snapshot_.with([&](auto& current) { std::swap(current, published); });
  return {};
}

std::shared_ptr<const KnowledgeSnapshot> KnowledgeIndex::snapshot() const {
  return snapshot_.with([](const auto& current) { return current; });
}

std::optional<std::uint64_t> KnowledgeIndex::revision_of(KnowledgeEntryId entry) const {
  const std::lock_guard lock(writer_);
  const auto place = places_.find(entry);
  if (place == places_.end()) return std::nullopt;
  return place->second.segment->entries[place->second.row].revision;
}

std::vector<KnowledgeVersion> KnowledgeIndex::versions() const {
  const std::lock_guard lock(writer_);
  std::vector<KnowledgeVersion> versions;
  versions.reserve(places_.size());
  for (const auto& [id, place] : places_)
    versions.push_back({id, place.segment->entries[place.row].revision});
  return versions;
}

}  // namespace wk::ai
