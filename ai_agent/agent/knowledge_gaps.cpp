#include "ai_agent/agent/knowledge_gaps.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

#include "ai_agent/agent/limits.hpp"
#include "ai_agent/knowledge/terms.hpp"
#include "ai_agent/text/text.hpp"

namespace wk::ai {
namespace {

// Two questions are alike from here on: on average of all pairs of what is put together. By eye, on questions of the demo's kind.
constexpr float kAlike = 0.34F;

// What was written in the same words is one.
struct Wording {
  std::vector<std::size_t> questions;  // the newest first
  std::vector<std::pair<std::uint64_t, float>> terms;  // by hash; of length 1
};

// Its words alone: "Gift cards?" is "gift cards".
std::string key_of(const std::string& text) {
  const std::string normal = normalise(text);
  std::string words;
  for (const Run& run : runs(normal)) words.append(run.text).append(" ");
  return words.empty() ? normal : words;
}

std::vector<Wording> wordings_of(const std::vector<v1::UnansweredQuestion>& questions, std::size_t read) {
  std::vector<Wording> wordings;
  std::unordered_map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < read; ++i) {
    const auto [place, fresh] = known.try_emplace(key_of(questions[i].text()), wordings.size());
    if (fresh) wordings.emplace_back();
    wordings[place->second].questions.push_back(i);
  }
  return wordings;
}

void weigh(std::vector<Wording>& wordings, const std::vector<v1::UnansweredQuestion>& questions) {
  TermReader reader;
  std::vector<std::vector<QueryTerm>> read(wordings.size());
  std::unordered_map<std::uint64_t, float> found_in;
  for (std::size_t i = 0; i < wordings.size(); ++i) {
    reader.query(questions[wordings[i].questions.front()].text(), read[i]);
    for (const QueryTerm& term : read[i]) found_in[term.hash] += 1;
  }
  const float all = static_cast<float>(wordings.size());
  for (std::size_t i = 0; i < wordings.size(); ++i) {
    float length = 0;
    for (const QueryTerm& term : read[i]) {
      // What only asks ("how", "哪个") says little of what is asked.
      const float weight = std::log(1 + all / found_in[term.hash]) * (term.weak ? 0.2F : 1.0F);
      wordings[i].terms.emplace_back(term.hash, weight);
      length += weight * weight;
    }
    for (auto& [hash, weight] : wordings[i].terms) weight /= std::sqrt(length);
    std::sort(wordings[i].terms.begin(), wordings[i].terms.end());
  }
}

// Similarities of n things, each pair once.
class Similarities {
 public:
  explicit Similarities(std::size_t n) : values_(n * (n - (n > 0 ? 1 : 0)) / 2) {}
  float& at(std::size_t a, std::size_t b) {
    if (a < b) std::swap(a, b);
    return values_[a * (a - 1) / 2 + b];
  }

 private:
  std::vector<float> values_;
};

Similarities compare(const std::vector<Wording>& wordings) {
  Similarities alike(wordings.size());
  std::unordered_map<std::uint64_t, std::vector<std::pair<std::size_t, float>>> holders;
  for (std::size_t i = 0; i < wordings.size(); ++i) {
    for (const auto& [hash, weight] : wordings[i].terms) {
      auto& others = holders[hash];
      for (const auto& [other, its] : others) alike.at(i, other) += weight * its;
      others.emplace_back(i, weight);
    }
  }
  return alike;
}

// Chains of nearest neighbours: two that are each other's nearest are joined, which gives the same as joining the nearest two of all each time, in
// n² steps. Average linkage, so that nothing is joined by a bridge of one.
std::vector<std::vector<std::size_t>> cluster(std::size_t n, Similarities& alike) {
  std::vector<std::vector<std::size_t>> members(n);
  for (std::size_t i = 0; i < n; ++i) members[i] = {i};
  std::vector<bool> open(n, true);
  std::vector<std::size_t> chain;
  std::size_t start = 0;
  for (;;) {
    if (chain.empty()) {
      while (start < n && !open[start]) ++start;
      if (start == n) break;
      chain.push_back(start);
    }
    const std::size_t here = chain.back();
    const std::size_t before = chain.size() > 1 ? chain[chain.size() - 2] : n;
    std::size_t nearest = n;
    float best = kAlike;
    // Of equals the one it came from, or the chain would go in circles.
    if (before < n && alike.at(here, before) >= best) {
      best = alike.at(here, before);
      nearest = before;
    }
    for (std::size_t other = 0; other < n; ++other) {
      if (other == here || !open[other]) continue;
      if (const float value = alike.at(here, other); value > best || (nearest == n && value >= best)) {
        best = value;
        nearest = other;
      }
    }
    if (nearest == n) {  // nothing is near enough, now or later: what is joined to others is no nearer than its nearest part
      open[here] = false;
      chain.pop_back();
      continue;
    }
    if (nearest != before) {
      chain.push_back(nearest);
      continue;
    }
    chain.resize(chain.size() - 2);
    const auto ours = static_cast<float>(members[here].size());
    const auto theirs = static_cast<float>(members[nearest].size());
    for (std::size_t other = 0; other < n; ++other) {
      if (other == here || other == nearest || !open[other]) continue;
      alike.at(here, other) = (ours * alike.at(here, other) + theirs * alike.at(nearest, other)) / (ours + theirs);
    }
    members[here].insert(members[here].end(), members[nearest].begin(), members[nearest].end());
    members[nearest].clear();
    open[nearest] = false;
  }
  return members;
}

v1::KnowledgeGap gap_of(const std::vector<std::size_t>& members, const std::vector<Wording>& wordings, const std::vector<v1::UnansweredQuestion>& questions) {
  // The sum of all of them: what is nearest to it is the most typical. One that was written often counts as often.
  std::unordered_map<std::uint64_t, float> middle;
  v1::KnowledgeGap gap;
  std::vector<std::size_t> all;
  for (const std::size_t member : members) {
    const Wording& wording = wordings[member];
    for (const auto& [hash, weight] : wording.terms) middle[hash] += weight * static_cast<float>(wording.questions.size());
    all.insert(all.end(), wording.questions.begin(), wording.questions.end());
  }
  std::vector<std::pair<float, std::size_t>> typical;
  for (const std::size_t member : members) {
    float near = 0;
    for (const auto& [hash, weight] : wordings[member].terms) near += weight * middle[hash];
    typical.emplace_back(-near, member);
  }
  std::sort(typical.begin(), typical.end());
  for (const auto& [near, member] : typical) {
    if (static_cast<std::size_t>(gap.phrasings_size()) == agent_limits::kGapPhrasings) break;
    gap.add_phrasings(questions[wordings[member].questions.front()].text());
  }
  gap.set_question(gap.phrasings(0));
  gap.set_questions(static_cast<std::uint32_t>(all.size()));
  std::sort(all.begin(), all.end());  // the newest first, as they came
  gap.set_newest_ms(questions[all.front()].time_ms());
  for (const std::size_t at : all) {
    if (questions[at].by_people()) gap.set_by_people(gap.by_people() + 1);
    if (static_cast<std::size_t>(gap.examples_size()) < agent_limits::kGapExamples) *gap.add_examples() = questions[at];
  }
  return gap;
}

}  // namespace

v1::KnowledgeGapList knowledge_gaps(const std::vector<v1::UnansweredQuestion>& questions) {
  const std::size_t read = std::min(questions.size(), agent_limits::kGapQuestionsRead);
  std::vector<Wording> wordings = wordings_of(questions, read);
  weigh(wordings, questions);
  Similarities alike = compare(wordings);
  v1::KnowledgeGapList list;
  list.set_questions(static_cast<std::uint32_t>(read));
  list.set_more(read < questions.size());
  std::vector<v1::KnowledgeGap> gaps;
  for (const std::vector<std::size_t>& members : cluster(wordings.size(), alike)) {
    if (!members.empty()) gaps.push_back(gap_of(members, wordings, questions));
  }
  std::sort(gaps.begin(), gaps.end(), [](const v1::KnowledgeGap& a, const v1::KnowledgeGap& b) {
    return std::pair(a.questions(), a.newest_ms()) > std::pair(b.questions(), b.newest_ms());
  });
  for (std::size_t i = 0; i < std::min(gaps.size(), agent_limits::kGapsListed); ++i) *list.add_gaps() = std::move(gaps[i]);
  return list;
}

}  // namespace wk::ai
