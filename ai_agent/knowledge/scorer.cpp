#include "ai_agent/knowledge/scorer.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "ai_agent/knowledge/limits.hpp"
#include "ai_agent/math/kernels.hpp"

namespace wk::ai {
namespace {

// A term that is this much less rare than the question's rarest says nothing beside it, and is in
// more passages than all others together: it is not searched for.
constexpr float kRarityShareMin = 0.15F;

float idf_of(const Collection& collection, std::uint64_t passages) {
  const auto with = static_cast<double>(passages);
  const auto all = static_cast<double>(std::max<std::uint64_t>(collection.passages, knowledge_limits::kPassagesAssumed));
  const double without = all - with;
  return static_cast<float>(std::log1p((without + 0.5) / (with + 0.5)));
}

struct Occurrence {
  std::uint64_t hash;
  float share = 1;                // of its rarity that counts
  std::uint64_t passages = 0;     // removed ones too
  std::uint64_t removed_max = 0;  // of which at most so many
};

Occurrence occurrence_of(const Collection& collection, std::uint64_t hash, float share) {
  Occurrence occurrence{.hash = hash, .share = share};
  for (const SegmentView& view : collection.segments) {
    const TermRow* row = view.segment->find(hash);
    if (row == nullptr) continue;
    occurrence.passages += row->passages;
    if (view.removed) occurrence.removed_max += std::min(row->passages, view.removed->passages);
  }
  return occurrence;
}

// How many passages hold the term. Where some are removed its postings are counted: what is found
// must not depend on when a segment is merged.
std::uint64_t passages_with(const Collection& collection, const Occurrence& occurrence) {
  if (occurrence.removed_max == 0) return occurrence.passages;
  std::uint64_t passages = 0;
  for (const SegmentView& view : collection.segments) {
    const TermRow* row = view.segment->find(occurrence.hash);
    if (row == nullptr) continue;
    if (view.removed == nullptr) {
      passages += row->passages;
      continue;
    }
    for_each_posting(*view.segment, *row, [&](std::uint32_t passage, std::uint32_t) {
      if (view.has(passage)) ++passages;
    });
  }
  return passages;
}

// The rarest terms first. A term that nothing holds weighs most of all: the more of them, the less
// is found.
std::vector<WeighedTerm> weigh(const Collection& collection, std::span<const QueryTerm> terms,
                               float question_word_weight) {
  // A question of nothing else ("how are you") is searched for as it stands.
  const bool all_weak =
      std::all_of(terms.begin(), terms.end(), [](const QueryTerm& term) { return term.weak; });
  std::vector<Occurrence> occurrences;
  occurrences.reserve(terms.size());
  for (const QueryTerm& term : terms) {
    const float share = term.weak && !all_weak ? question_word_weight : 1;
    if (share != 0) occurrences.push_back(occurrence_of(collection, term.hash, share));
  }
  std::sort(occurrences.begin(), occurrences.end(),
            [](const Occurrence& a, const Occurrence& b) { return a.passages < b.passages; });
  std::vector<WeighedTerm> weighed;
  weighed.reserve(occurrences.size());
  float rarest = 0;
  for (const Occurrence& occurrence : occurrences) {
    // Even if all that are removed held it: no need to count.
    const std::uint64_t fewest = occurrence.passages - occurrence.removed_max;
    if (idf_of(collection, fewest) < rarest * kRarityShareMin) continue;
    const std::uint64_t passages = passages_with(collection, occurrence);
    const float idf = idf_of(collection, passages);
    rarest = std::max(rarest, idf);
    weighed.push_back({occurrence.hash, occurrence.share * idf, passages != 0});
    if (idf < rarest * kRarityShareMin) weighed.pop_back();
  }
  std::sort(weighed.begin(), weighed.end(), [](const WeighedTerm& a, const WeighedTerm& b) {
    return std::tuple(-a.idf, a.hash) < std::tuple(-b.idf, b.hash);
  });
  if (weighed.size() > knowledge_limits::kQueryTermsMax)
    weighed.resize(knowledge_limits::kQueryTermsMax);
  return weighed;
}

static_assert(knowledge_limits::kQueryTermsMax <= 64, "Candidate::matched has a bit for each");

// Adds up BM25 of every passage of the segment, as a share of `reachable`, and notes which terms it has.
void score_words(const Segment& segment, std::span<const WeighedTerm> terms,
                 const KindSettings& settings, float terms_average, float reachable,
                 std::vector<float>& scores, std::vector<std::uint64_t>& matched) {
  scores.assign(segment.passages.size(), 0.0F);
  matched.assign(segment.passages.size(), 0);
  const float length_fixed = settings.k1 * (1 - settings.b);
  const float length_factor = settings.k1 * settings.b / terms_average;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const WeighedTerm& term = terms[i];
    const TermRow* row = segment.find(term.hash);
    if (row == nullptr) continue;
    const std::uint64_t bit = std::uint64_t{1} << i;
    const float weight = term.idf * (settings.k1 + 1) / reachable;
    for_each_posting(segment, *row, [&](std::uint32_t passage, std::uint32_t often) {
      const auto count = static_cast<float>(often);
      const float length =
          length_fixed + length_factor * static_cast<float>(segment.passages[passage].terms);
      scores[passage] += weight * count / (count + length);
      matched[passage] |= bit;
    });
  }
}

// Similarity goes into the score where both sides have a vector.
void add_meaning(const Segment& segment, const QueryVector& vector, const KindSettings& settings,
                 Candidate& candidate) {
  candidate.score = candidate.lexical;
  if (vector.scale == 0 || segment.vector_scales.empty() ||
      segment.vector_scales[candidate.passage] == 0)
    return;
  const std::size_t dimensions = vector.values.size();
  const std::int32_t product = dot_i8(
      vector.values.data(), segment.vectors.data() + candidate.passage * dimensions, dimensions);
  candidate.similarity =
      static_cast<float>(product) * vector.scale * segment.vector_scales[candidate.passage];
  candidate.score = settings.lexical_weight * candidate.lexical +
                    (1 - settings.lexical_weight) * std::max(0.0F, candidate.similarity);
  candidate.with_meaning = true;
}

// Keeps the best `count` of what it is given.
class Best {
 public:
  Best(const Collection& collection, std::size_t count) : collection_(collection), count_(count) {
    heap_.reserve(count + 1);
  }

  // Nothing below this gets in.
  float bar() const { return heap_.size() < count_ ? 0.0F : heap_.front().score; }
  void add(const Candidate& candidate) {
    const auto better = [this](const Candidate& a, const Candidate& b) { return before(a, b); };
    if (heap_.size() == count_ && !before(candidate, heap_.front())) return;
    heap_.push_back(candidate);
    std::push_heap(heap_.begin(), heap_.end(), better);
    if (heap_.size() <= count_) return;
    std::pop_heap(heap_.begin(), heap_.end(), better);
    heap_.pop_back();
  }
  std::vector<Candidate> sorted() && {
    std::sort(heap_.begin(), heap_.end(),
              [this](const Candidate& a, const Candidate& b) { return before(a, b); });
    return std::move(heap_);
  }

 private:
  bool before(const Candidate& a, const Candidate& b) const {
    if (a.score != b.score) return a.score > b.score;
    const auto place = [this](const Candidate& candidate) {
      const Segment& segment = *collection_.segments[candidate.segment].segment;
      const PassageRow& passage = segment.passages[candidate.passage];
      return std::pair(segment.entries[passage.entry].id, passage.number);
    };
    return place(a) < place(b);
  }

  const Collection& collection_;
  std::size_t count_;
  std::vector<Candidate> heap_;
};

}  // namespace

float rarity_of(const Collection& collection, std::uint64_t hash) {
  const std::uint64_t passages = passages_with(collection, occurrence_of(collection, hash, 1));
  return std::clamp(idf_of(collection, passages) / idf_of(collection, 1), 0.0F, 1.0F);
}

Found best_passages(const Collection& collection, std::span<const QueryTerm> terms,
                    const QueryVector& vector, const KindSettings& settings, std::size_t count) {
  Found out;
  if (collection.passages == 0) return out;
  out.terms = weigh(collection, terms, settings.question_word_weight);
  float reachable = 0;
  for (const WeighedTerm& term : out.terms) reachable += term.idf * (settings.k1 + 1);
  if (reachable == 0) return out;
  const float terms_average =
      std::max(1.0F, static_cast<float>(static_cast<double>(collection.terms_total) /
                                        static_cast<double>(collection.passages)));
  // For each passage of the largest segment, kept: 1.2 MB a thread at 100,000 passages.
  thread_local std::vector<float> scores;
  thread_local std::vector<std::uint64_t> matched;
  const bool scan = vector.scale != 0 && collection.passages <= knowledge_limits::kVectorScanMax;
  Best best(collection, count);
  for (std::uint32_t i = 0; i < collection.segments.size(); ++i) {
    const SegmentView& view = collection.segments[i];
    score_words(*view.segment, out.terms, settings, terms_average, reachable, scores, matched);
    for (std::uint32_t passage = 0; passage < scores.size(); ++passage) {
      if (!scan && (scores[passage] == 0 || scores[passage] < best.bar())) continue;
      if (!view.has(passage)) continue;
      Candidate candidate{i, passage, scores[passage], scores[passage], 0, false, matched[passage]};
      if (scan) add_meaning(*view.segment, vector, settings, candidate);
      if (candidate.score > 0) best.add(candidate);
    }
  }
  out.candidates = std::move(best).sorted();
  if (scan || vector.scale == 0) return out;
  Best again(collection, count);
  for (Candidate& candidate : out.candidates) {
    add_meaning(*collection.segments[candidate.segment].segment, vector, settings, candidate);
    again.add(candidate);
  }
  out.candidates = std::move(again).sorted();
  return out;
}

}  // namespace wk::ai
