#include "ai_agent/knowledge/snapshot.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "ai_agent/knowledge/limits.hpp"
#include "ai_agent/knowledge/scorer.hpp"
#include "ai_agent/knowledge/terms.hpp"
#include "ai_agent/math/kernels.hpp"
#include "base/encoding.hpp"

namespace wk::ai {
namespace {

// How many of an entry's passages speak for it beside the best.
constexpr std::size_t kSupporting = 3;
constexpr std::size_t kRarest = 3;
// How many of the next entries a hit is compared with. They count as if each had at least this share of its score, which is what those of a right
// answer have: among few entries the others have next to nothing, or are not there, and that says nothing of this one.
constexpr std::size_t kNextEntries = 5;
constexpr float kNextShareMin = 0.3F;

struct Ranked {
  const Candidate* candidate;
  const PassageRow* passage;
  const EntryRow* entry;
  float score;
  float support;
};

// In order of their scores, to which an entry's other passages add a part.
std::vector<Ranked> ranked(const Collection& collection, std::span<const Candidate> candidates, const KindSettings& settings) {
  struct Support {
    std::size_t passages = 0;
    float sum = 0;
  };
  std::unordered_map<std::uint64_t, Support> supports;
  std::vector<Ranked> out;
  out.reserve(candidates.size());
  for (const Candidate& candidate : candidates) {
    const Segment& segment = *collection.segments[candidate.segment].segment;
    const PassageRow& passage = segment.passages[candidate.passage];
    const EntryRow& entry = segment.entries[passage.entry];
    out.push_back({&candidate, &passage, &entry, candidate.score, 0});
    Support& support = supports[entry.id];
    if (support.passages == kSupporting) continue;
    ++support.passages;
    support.sum += candidate.score;
  }
  for (Ranked& one : out) {
    const Support& support = supports[one.entry->id];
    one.support = support.sum / static_cast<float>(support.passages);
    one.score += settings.support_weight * (one.support - one.score);
  }
  std::stable_sort(out.begin(), out.end(), [](const Ranked& a, const Ranked& b) { return a.score > b.score; });
  return out;
}

struct Leader {
  std::uint64_t entry;
  float score;
};

// The best entries, in order, each with its best score; one more than a hit is compared with, since it may be one of them itself.
std::vector<Leader> leaders_of(std::span<const Ranked> all) {
  std::vector<Leader> leaders;
  leaders.reserve(kNextEntries + 1);
  for (const Ranked& one : all) {
    const bool there = std::any_of(leaders.begin(), leaders.end(), [&](const Leader& leader) { return leader.entry == one.entry->id; });
    if (!there) leaders.push_back({one.entry->id, one.score});
    if (leaders.size() == kNextEntries + 1) break;
  }
  return leaders;
}

// Requires: one.score > 0.
float lead_of(const Ranked& one, std::span<const Leader> leaders) {
  std::size_t others = 0;
  float shares = 0;
  for (const Leader& leader : leaders) {
    if (leader.entry == one.entry->id || others == kNextEntries) continue;
    ++others;
    shares += std::clamp(leader.score / one.score, kNextShareMin, 1.0F);
  }
  shares += static_cast<float>(kNextEntries - others) * kNextShareMin;
  return 1 - shares / static_cast<float>(kNextEntries);
}

// What of the question's terms, by rarity, `has` says yes to; of the first `count` terms.
template <typename Has>
float share_of(std::span<const WeighedTerm> terms, std::size_t count, Has&& has) {
  float all = 0;
  float some = 0;
  for (std::size_t i = 0; i < std::min(count, terms.size()); ++i) {
    all += terms[i].idf;
    if (has(i)) some += terms[i].idf;
  }
  return all > 0 ? some / all : 0;
}

// The distinct hashes of a question's terms, in order.
std::vector<std::uint64_t> hashes_of(std::span<const QueryTerm> terms) {
  std::vector<std::uint64_t> hashes;
  hashes.reserve(terms.size());
  for (const QueryTerm& term : terms) hashes.push_back(term.hash);
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}

// How rare the entry's name is in what it is rarest, if the question has all of it. A question that has only part of a name is often about another
// thing of the same kind, which nobody has written of.
float named(const Collection& collection, const Segment& segment, const EntryRow& entry, std::span<const std::uint64_t> question) {
  const std::span<const std::uint64_t> name = segment.name(entry);
  const auto asked = [&](std::uint64_t term) { return std::binary_search(question.begin(), question.end(), term); };
  if (!std::all_of(name.begin(), name.end(), asked)) return 0;
  float rarest = 0;
  for (const std::uint64_t term : name) rarest = std::max(rarest, rarity_of(collection, term));
  return rarest;
}

// Of each entry its best passages alone, best first. `question`: the hashes of all its terms, in order.
void add_hits(const Collection& collection, const Found& found, std::span<const std::uint64_t> question, const KindSettings& settings, std::size_t hits_max, std::size_t per_entry_max,
              std::vector<KnowledgeHit>& out) {
  const std::vector<Ranked> all = ranked(collection, found.candidates, settings);
  if (all.empty()) return;
  const std::vector<Leader> leaders = leaders_of(all);
  const float second_score = leaders.size() < 2 ? 0 : leaders[1].score;
  const float unknown = share_of(found.terms, found.terms.size(), [&](std::size_t i) { return !found.terms[i].known; });
  const std::size_t first = out.size();
  float least = 1;
  for (const Ranked& one : all) {
    if (out.size() - first == hits_max) return;
    const KnowledgeEntryId id(one.entry->id);
    const auto of_entry = std::count_if(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
                                        [&](const KnowledgeHit& hit) { return hit.entry == id; });
    if (static_cast<std::size_t>(of_entry) >= per_entry_max) continue;
    const Candidate& candidate = *one.candidate;
    const auto has = [&](std::size_t i) { return (candidate.matched >> i & 1) != 0; };
    KnowledgeHit hit;
    hit.entry = id;
    hit.revision = one.entry->revision;
    hit.kind = static_cast<EntryKind>(one.entry->kind);
    hit.passage = one.passage->number;
    hit.begin = one.passage->begin;
    hit.end = one.passage->end;
    hit.heading = collection.segments[candidate.segment].segment->heading(*one.passage);
    hit.with_meaning = candidate.with_meaning;
    const bool of_best = one.entry->id == all.front().entry->id;
    hit.signals = {one.score,
                   candidate.lexical,
                   std::max(0.0F, candidate.similarity),
                   std::min(one.score - (of_best ? second_score : all.front().score), one.score * settings.margin_share_max),
                   share_of(found.terms, found.terms.size(), has),
                   share_of(found.terms, kRarest, has),
                   unknown,
                   one.support,
                   std::log1p(static_cast<float>(found.terms.size())),
                   named(collection, *collection.segments[candidate.segment].segment, *one.entry, question),
                   lead_of(one, leaders)};
    const GateSettings& gate = candidate.with_meaning ? settings.with_meaning : settings.by_words;
    hit.score = std::min(least, gate.sure.probability(hit.signals));
    hit.gate = gate.sure_from;
    hit.near = hit.passes() || gate.found.probability(hit.signals) >= gate.found_from;
    least = hit.score;
    out.push_back(std::move(hit));
  }
}

QueryVector vector_of(std::string_view text, const SentenceEncoder* encoder) {
  QueryVector vector;
  if (encoder == nullptr) return vector;
  std::vector<float> values(encoder->dimensions());
  if (!encoder->encode(text, values)) return vector;
  vector.values.resize(values.size());
  vector.scale = quantise_i8(values.data(), vector.values.data(), values.size());
  return vector;
}

}  // namespace

void Collection::count() {
  passages = 0;
  terms_total = 0;
  for (const SegmentView& view : segments) {
    passages += view.passages();
    terms_total += view.terms_total();
  }
}

KnowledgeAnswer KnowledgeSnapshot::search(const KnowledgeQuery& query) const {
  // A cut in the middle of a character is no harm: normalising drops what is left of it.
  const std::string_view text = query.text.substr(0, knowledge_limits::kQueryBytesMax);
  const std::size_t hits_max = std::min(query.hits_max, knowledge_limits::kHitsMax);
  TermReader reader;
  std::vector<QueryTerm> terms;
  reader.query(text, terms);
  const QueryVector vector = vector_of(text, encoder_);
  const std::vector<std::uint64_t> question = hashes_of(terms);

  KnowledgeAnswer answer;
  if (query.faqs) {
    const auto found =
        best_passages(faqs, terms, vector, settings_.faq, knowledge_limits::kCandidatesMax);
    add_hits(faqs, found, question, settings_.faq, hits_max, 1, answer.hits);
  }
  if (query.texts) {
    const auto found =
        best_passages(texts, terms, vector, settings_.text, knowledge_limits::kCandidatesMax);
    add_hits(texts, found, question, settings_.text, hits_max,
             std::max<std::size_t>(query.passages_per_entry_max, 1), answer.hits);
  }
  std::stable_sort(answer.hits.begin(), answer.hits.end(),
                   [](const KnowledgeHit& a, const KnowledgeHit& b) {
                     return a.score * b.gate > b.score * a.gate;
                   });
  if (answer.hits.size() > hits_max) answer.hits.resize(hits_max);
  return answer;
}

bool KnowledgeSnapshot::knows(std::string_view text) const {
  TermReader reader;
  std::vector<QueryTerm> terms;
  reader.query(text.substr(0, knowledge_limits::kQueryBytesMax), terms);
  const auto in = [](const Collection& collection, std::uint64_t hash) {
    return std::any_of(collection.segments.begin(), collection.segments.end(), [&](const SegmentView& view) { return view.segment->find(hash) != nullptr; });
  };
  return std::all_of(terms.begin(), terms.end(), [&](const QueryTerm& term) { return in(faqs, term.hash) || in(texts, term.hash); });
}

std::size_t KnowledgeSnapshot::bytes() const {
  std::size_t bytes = 0;
  for (const Collection* collection : {&faqs, &texts}) {
    for (const SegmentView& view : collection->segments) {
      bytes += view.segment->bytes() +
               (view.removed ? view.removed->bits.size() * sizeof(std::uint64_t) : 0);
    }
  }
  return bytes;
}

}  // namespace wk::ai
