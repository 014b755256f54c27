#include "ai_agent/knowledge/snapshot.hpp"

#include <algorithm>

#include "ai_agent/knowledge/limits.hpp"
#include "ai_agent/knowledge/scorer.hpp"
#include "ai_agent/knowledge/terms.hpp"
#include "ai_agent/knowledge/vectors.hpp"
#include "base/encoding.hpp"

namespace wk::ai {
namespace {

// Of each entry its best passages alone, in the given order.
void add_hits(const Collection& collection, std::span<const Candidate> candidates,
              const KindSettings& settings, std::size_t hits_max, std::size_t per_entry_max,
              std::vector<KnowledgeHit>& out) {
  const std::size_t first = out.size();
  for (const Candidate& candidate : candidates) {
    if (out.size() - first == hits_max) return;
    const Segment& segment = *collection.segments[candidate.segment].segment;
    const PassageRow& passage = segment.passages[candidate.passage];
    const EntryRow& entry = segment.entries[passage.entry];
    const KnowledgeEntryId id(entry.id);
    const auto of_entry = std::count_if(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
                                        [&](const KnowledgeHit& hit) { return hit.entry == id; });
    if (static_cast<std::size_t>(of_entry) >= per_entry_max) continue;
    KnowledgeHit hit;
    hit.entry = id;
    hit.revision = entry.revision;
    hit.kind = static_cast<EntryKind>(entry.kind);
    hit.passage = passage.number;
    hit.begin = passage.begin;
    hit.end = passage.end;
    hit.heading = segment.heading(passage);
    hit.score = candidate.score;
    hit.gate = candidate.with_meaning ? settings.gate_with_meaning : settings.gate;
    hit.lexical = candidate.lexical;
    hit.similarity = candidate.similarity;
    out.push_back(std::move(hit));
  }
}

QueryVector vector_of(std::string_view text, const SentenceEncoder* encoder) {
  QueryVector vector;
  if (encoder == nullptr) return vector;
  std::vector<float> values(encoder->dimensions());
  if (!encoder->encode(text, values)) return vector;
  vector.values.resize(values.size());
  vector.scale = quantise(values, vector.values.data());
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

  KnowledgeAnswer answer;
  if (query.faqs) {
    const auto found =
        best_passages(faqs, terms, vector, settings_.faq, knowledge_limits::kCandidatesMax);
    add_hits(faqs, found, settings_.faq, hits_max, 1, answer.hits);
  }
  if (query.texts) {
    const auto found =
        best_passages(texts, terms, vector, settings_.text, knowledge_limits::kCandidatesMax);
    add_hits(texts, found, settings_.text, hits_max,
             std::max<std::size_t>(query.passages_per_entry_max, 1), answer.hits);
  }
  std::stable_sort(answer.hits.begin(), answer.hits.end(),
                   [](const KnowledgeHit& a, const KnowledgeHit& b) {
                     return a.score * b.gate > b.score * a.gate;
                   });
  if (answer.hits.size() > hits_max) answer.hits.resize(hits_max);
  return answer;
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
