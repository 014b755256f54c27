#include "ai_agent/agent/knowledge_base.hpp"

#include <algorithm>
#include <unordered_set>

#include "ai_agent/agent/limits.hpp"
#include "base/log.hpp"

namespace wk::ai {
namespace {

KnowledgeEntry indexed(const v1::KnowledgeEntry& entry) {
  KnowledgeEntry out;
  out.id = KnowledgeEntryId(entry.id());
  // A flow is asked for as an FAQ is.
  out.kind = entry.kind() == v1::KNOWLEDGE_KIND_ARTICLE ? EntryKind::kArticle : EntryKind::kFaq;
  out.language = language_of(entry.title() + "\n" + entry.body());
  out.title = entry.title();
  if (out.kind == EntryKind::kFaq) out.phrasings.assign(entry.phrasings().begin(), entry.phrasings().end());
  out.body = entry.body();
  out.source = entry.url();
  out.revision = static_cast<std::uint64_t>(entry.updated_ms());
  return out;
}

constexpr SiteId kEverySite{};

// 0: the title.
const std::string& phrasing_of(const v1::KnowledgeEntry& entry, std::uint32_t number) {
  return number == 0 || number > static_cast<std::uint32_t>(entry.phrasings_size()) ? entry.title() : entry.phrasings(static_cast<int>(number) - 1);
}

// Entries that are given to an index at a time while everything is read: about a second's work where each passage goes through the sentence model.
constexpr std::size_t kLoadedAtATime = 64;

// Word for word: without the marks at its end, which people write or do not.
std::string bare(std::string_view text) {
  constexpr std::string_view kMarks[] = {" ", ".", ",", ";", ":", "!", "?", "~", "。", "，", "；", "：", "！", "？", "、", "…"};
  std::string normal = normalise(text);
  const auto ends_in = [&](std::string_view mark) { return normal.ends_with(mark); };
  for (const std::string_view* mark; (mark = std::find_if(std::begin(kMarks), std::end(kMarks), ends_in)) != std::end(kMarks);) normal.resize(normal.size() - mark->size());
  return normal;
}

}  // namespace

KnowledgeBase::KnowledgeBase(KnowledgeStore& store, std::filesystem::path directory, const SentenceEncoder* encoder, const Clock& clock)
    : store_(store), directory_(std::move(directory)), encoder_(encoder), clock_(clock) {}

std::filesystem::path KnowledgeBase::file_of(SiteId site) const {
  return directory_ / (site == kEverySite ? std::string("every-site.index") : "site-" + std::to_string(site.value()) + ".index");
}

std::shared_ptr<KnowledgeIndex> KnowledgeBase::index_of(SiteId site, bool make) {
  return sites_.with([&](Sites& sites) -> std::shared_ptr<KnowledgeIndex> {
    const auto found = sites.find(site);
    if (found != sites.end()) return found->second.index;
    if (!make) return nullptr;
    return sites.emplace(site, Site{std::make_shared<KnowledgeIndex>(settings_, encoder_), std::nullopt}).first->second.index;
  });
}

void KnowledgeBase::note_change(SiteId site) {
  sites_.with([&](Sites& sites) {
    Site& one = sites.at(site);
    if (!one.changed) one.changed = clock_.steady();
  });
}

Result<std::optional<Finding>> KnowledgeBase::faq(SiteId site, KnowledgeEntryId id) const {
  auto entry = store_.entry(id);
  if (!entry && entry.error().code == ErrorCode::kNotFound) return std::optional<Finding>();
  if (!entry) return fail(std::move(entry).error());
  if (entry->disabled() || entry->kind() == v1::KNOWLEDGE_KIND_ARTICLE) return std::optional<Finding>();
  if (entry->site_id() != 0 && entry->site_id() != site.value()) return std::optional<Finding>();
  Finding finding{.entry = std::move(*entry), .text = {}, .heading = {}};
  finding.text = finding.entry.body();
  return std::optional(std::move(finding));
}

Result<void> KnowledgeBase::load() {
  const std::lock_guard lock(writer_);
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  if (error) return fail(ErrorCode::kIo, "make " + directory_.string() + ": " + error.message());
  struct Loading {
    std::shared_ptr<KnowledgeIndex> index;
    std::vector<KnowledgeEntry> batch;
    std::unordered_set<KnowledgeEntryId> seen;
    bool changed = false;
  };
  std::map<SiteId, Loading> loading;
  Result<void> applied;
  const auto flush = [&](Loading& one) {
    if (applied && loading_stopped_) applied = fail(ErrorCode::kUnavailable, "stopped before the knowledge was read");
    if (one.batch.empty() || !applied) return;
    applied = one.index->apply(one.batch);
    one.batch.clear();
    one.changed = true;
  };
  std::size_t entries = 0;
  WK_TRY_VOID(store_.each([&](v1::KnowledgeEntry&& entry) {
    if (entry.disabled()) return;
    ++entries;
    const SiteId site(entry.site_id());
    Loading& one = loading[site];
    if (!one.index) {
      auto opened = KnowledgeIndex::open(file_of(site), settings_, encoder_);
      if (!opened && opened.error().code != ErrorCode::kNotFound) log_warning("knowledge.index_made_anew", {{"reason", opened.error().context}});
      one.index = opened ? std::shared_ptr<KnowledgeIndex>(std::move(*opened)) : std::make_shared<KnowledgeIndex>(settings_, encoder_);
    }
    const KnowledgeEntryId id(entry.id());
    one.seen.insert(id);
    if (one.index->revision_of(id) == static_cast<std::uint64_t>(entry.updated_ms())) return;
    one.batch.push_back(indexed(entry));
    if (one.batch.size() >= kLoadedAtATime) flush(one);
  }));
  for (auto& [site, one] : loading) {
    flush(one);
    std::vector<KnowledgeEntryId> gone;
    for (const KnowledgeVersion& version : one.index->versions()) {
      if (!one.seen.contains(version.entry)) gone.push_back(version.entry);
    }
    if (!gone.empty() && applied) {
      applied = one.index->apply({}, gone);
      one.changed = true;
    }
  }
  WK_TRY_VOID(std::move(applied));
  sites_.with([&](Sites& sites) {
    for (auto& [site, one] : loading) {
      sites[site] = Site{one.index, one.changed ? std::optional(clock_.steady()) : std::nullopt};
    }
  });
  log_info("knowledge.loaded", {{"entries", entries}, {"sites", loading.size()}});
  return {};
}

Result<void> KnowledgeBase::save(bool now) {
  std::vector<std::pair<SiteId, std::shared_ptr<KnowledgeIndex>>> due;
  sites_.with([&](Sites& sites) {
    for (auto& [site, one] : sites) {
      if (!one.changed || (!now && clock_.steady() - *one.changed < agent_limits::kIndexSaveAfter)) continue;
      one.changed.reset();
      due.emplace_back(site, one.index);
    }
  });
  for (const auto& [site, index] : due) {
    // Without its file an index is made anew at the next start: late, nothing else.
    if (auto saved = index->save(file_of(site)); !saved) {
      note_change(site);
      return saved;
    }
  }
  return {};
}

std::vector<std::shared_ptr<KnowledgeIndex>> KnowledgeBase::indexes_for(SiteId site) const {
  std::vector<std::shared_ptr<KnowledgeIndex>> indexes;
  sites_.with([&](const Sites& sites) {
    for (const SiteId one : {site, kEverySite}) {
      const auto found = sites.find(one);
      if (found != sites.end()) indexes.push_back(found->second.index);
      if (one == site && site == kEverySite) break;
    }
  });
  return indexes;
}

bool KnowledgeBase::knows(SiteId site, std::string_view text) const {
  const auto indexes = indexes_for(site);
  return std::any_of(indexes.begin(), indexes.end(), [&](const auto& index) { return index->snapshot()->knows(text); });
}

Result<std::vector<Finding>> KnowledgeBase::search(SiteId site, std::string_view text, std::size_t findings_max, float confidence) const {
  std::vector<KnowledgeHit> hits;
  for (const auto& index : indexes_for(site)) {
    KnowledgeAnswer answer = index->search({.text = text, .hits_max = findings_max, .passages_per_entry_max = 1});
    hits.insert(hits.end(), std::make_move_iterator(answer.hits.begin()), std::make_move_iterator(answer.hits.end()));
  }
  for (KnowledgeHit& hit : hits) {
    if (confidence > 0) hit.gate = confidence;
  }
  std::stable_sort(hits.begin(), hits.end(), [](const KnowledgeHit& a, const KnowledgeHit& b) { return a.score / a.gate > b.score / b.gate; });
  const std::string question = bare(text);
  std::vector<Finding> findings;
  for (KnowledgeHit& hit : hits) {
    if (findings.size() == findings_max) break;
    auto entry = store_.entry(KnowledgeEntryId(hit.entry.value()));
    if (!entry) {
      if (entry.error().code == ErrorCode::kNotFound) continue;  // erased meanwhile
      return fail(std::move(entry).error());
    }
    // Changed meanwhile: what was found may not be what stands there now.
    if (static_cast<std::uint64_t>(entry->updated_ms()) != hit.revision || entry->disabled()) continue;
    Finding finding{.entry = std::move(*entry), .text = {}, .heading = std::move(hit.heading), .score = hit.score, .gate = hit.gate, .near = hit.near || hit.passes()};
    if (hit.kind == EntryKind::kFaq) {
      finding.text = finding.entry.body();
      finding.word_for_word = bare(phrasing_of(finding.entry, hit.passage)) == question;
      if (finding.word_for_word) {
        finding.score = 1;
        finding.near = true;
      }
    } else {
      finding.text = finding.entry.body().substr(std::min<std::size_t>(hit.begin, finding.entry.body().size()), hit.end - hit.begin);
    }
    findings.push_back(std::move(finding));
  }
  std::stable_partition(findings.begin(), findings.end(), [](const Finding& finding) { return finding.word_for_word; });
  return findings;
}

Result<void> KnowledgeBase::put(const v1::KnowledgeEntry& entry) {
  const std::lock_guard lock(writer_);
  const auto before = store_.entry(KnowledgeEntryId(entry.id()));
  WK_TRY_VOID(store_.put(entry));
  const KnowledgeEntryId id(entry.id());
  const SiteId site(entry.site_id());
  if (before && (before->site_id() != entry.site_id() || entry.disabled())) {
    if (const auto old = index_of(SiteId(before->site_id()), false)) {
      WK_TRY_VOID(old->apply({}, {&id, 1}));
      note_change(SiteId(before->site_id()));
    }
  }
  changed_(site);
  if (before && before->site_id() != entry.site_id()) changed_(SiteId(before->site_id()));
  if (entry.disabled()) return {};
  const KnowledgeEntry one = indexed(entry);
  WK_TRY_VOID(index_of(site, true)->apply({&one, 1}));
  note_change(site);
  return {};
}

Result<void> KnowledgeBase::erase(KnowledgeEntryId id) {
  const std::lock_guard lock(writer_);
  WK_TRY(const v1::KnowledgeEntry entry, store_.entry(id));
  WK_TRY_VOID(store_.erase(id));
  const SiteId site(entry.site_id());
  changed_(site);
  const KnowledgeEntryId removed(id.value());
  if (const auto index = index_of(site, false)) {
    WK_TRY_VOID(index->apply({}, {&removed, 1}));
    note_change(site);
  }
  return {};
}

}  // namespace wk::ai
