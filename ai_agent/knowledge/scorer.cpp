#include "ai_agent/knowledge/scorer.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "ai_agent/knowledge/limits.hpp"
#include "ai_agent/knowledge/vectors.hpp"

namespace wk::ai {
namespace {

struct WeighedTerm {
  std::uint64_t hash;
  float idf;
};

// How many passages hold the term. Where some are removed their postings are counted: what is found
// must not depend on when a segment is merged.
std::uint64_t passages_with(const Collection& collection, std::uint64_t hash) {
  std::uint64_t passages = 0;
  for (const SegmentView& view : collection.segments) {
    const TermRow* row = view.segment->find(hash);
    if (row == nullptr) continue;
    if (view.removed == nullptr) {
      passages += row->passages;
    } else {
      for_each_posting(*view.segment, *row, [&](std::uint32_t passage, std::uint32_t) {
        if (view.has(passage)) ++passages;
      });
    }
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
  std::vector<WeighedTerm> weighed;
  weighed.reserve(terms.size());
  for (const QueryTerm& term : terms) {
    const float share = term.weak && !all_weak ? question_word_weight : 1;
    if (share == 0) continue;
    const auto with = static_cast<double>(passages_with(collection, term.hash));
    const auto all = static_cast<double>(std::max<std::uint64_t>(collection.passages, knowledge_limits::kPassagesAssumed));
    const double without = all - with;
    weighed.push_back({term.hash, share * static_cast<float>(std::log1p((without + 0.5) / (with + 0.5)))});
  }
  std::sort(weighed.begin(), weighed.end(), [](const WeighedTerm& a, const WeighedTerm& b) {
    return std::tuple(-a.idf, a.hash) < std::tuple(-b.idf, b.hash);
  });
  if (weighed.size() > knowledge_limits::kQueryTermsMax)
    weighed.resize(knowledge_limits::kQueryTermsMax);
  return weighed;
}

// Adds up BM25 of every passage of the segment, as a share of `reachable`.
void score_words(const Segment& segment, std::span<const WeighedTerm> terms,
                 const KindSettings& settings, float terms_average, float reachable,
                 std::vector<float>& scores) {
  scores.assign(segment.passages.size(), 0.0F);
  const float length_fixed = settings.k1 * (1 - settings.b);
  const float length_factor = settings.k1 * settings.b / terms_average;
  for (const WeighedTerm& term : terms) {
    const TermRow* row = segment.find(term.hash);
    if (row == nullptr) continue;
    const float weight = term.idf * (settings.k1 + 1) / reachable;
    for_each_posting(segment, *row, [&](std::uint32_t passage, std::uint32_t often) {
      const auto count = static_cast<float>(often);
      const float length =
          length_fixed + length_factor * static_cast<float>(segment.passages[passage].terms);
      scores[passage] += weight * count / (count + length);
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
  const std::int32_t product = dot(
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

std::vector<Candidate> best_passages(const Collection& collection, std::span<const QueryTerm> terms,
                                     const QueryVector& vector, const KindSettings& settings,
                                     std::size_t count) {
  if (collection.passages == 0) return {};
  const std::vector<WeighedTerm> weighed = weigh(collection, terms, settings.question_word_weight);
  float reachable = 0;
  for (const WeighedTerm& term : weighed) reachable += term.idf * (settings.k1 + 1);
  if (reachable == 0) return {};
  const float terms_average =
      std::max(1.0F, static_cast<float>(static_cast<double>(collection.terms_total) /
                                        static_cast<double>(collection.passages)));
  // One float for each passage of the largest segment, kept: 400 KB a thread at 100,000 passages.
  thread_local std::vector<float> scores;
  const bool scan = vector.scale != 0 && collection.passages <= knowledge_limits::kVectorScanMax;
  Best best(collection, count);
  for (std::uint32_t i = 0; i < collection.segments.size(); ++i) {
    const SegmentView& view = collection.segments[i];
    score_words(*view.segment, weighed, settings, terms_average, reachable, scores);
    for (std::uint32_t passage = 0; passage < scores.size(); ++passage) {
      if (!scan && (scores[passage] == 0 || scores[passage] < best.bar())) continue;
      if (!view.has(passage)) continue;
      Candidate candidate{i, passage, scores[passage], scores[passage], 0, false};
      if (scan) add_meaning(*view.segment, vector, settings, candidate);
      if (candidate.score > 0) best.add(candidate);
    }
  }
  std::vector<Candidate> found = std::move(best).sorted();
  if (scan || vector.scale == 0) return found;
  Best again(collection, count);
  for (Candidate& candidate : found) {
    add_meaning(*collection.segments[candidate.segment].segment, vector, settings, candidate);
    again.add(candidate);
  }
  return std::move(again).sorted();
}

}  // namespace wk::ai
