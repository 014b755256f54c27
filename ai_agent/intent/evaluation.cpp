#include "ai_agent/intent/evaluation.hpp"

#include <algorithm>
#include <map>

namespace wk::ai {
namespace {

float share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<float>(part) / static_cast<float>(whole);
}

}  // namespace

Evaluation evaluate(std::span<const Outcome> outcomes, std::size_t intents, const Zones& zones) {
  struct Count {
    std::uint32_t examples = 0;
    std::uint32_t right = 0;
    std::uint32_t guessed = 0;
    std::uint32_t acted = 0;
  };
  std::vector<Count> counts(intents);
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> confused;
  std::size_t right = 0;
  std::size_t acted_right = 0;
  std::size_t acted_wrong = 0;
  std::size_t asked = 0;
  std::size_t rejects_handed_over = 0;
  std::size_t rejects_acted = 0;
  Evaluation out;
  for (const Outcome& o : outcomes) {
    const bool act = o.confidence >= zones.act;
    const bool ask = !act && o.confidence >= zones.ask;
    if (o.truth == Outcome::kReject) {
      ++out.rejects;
      rejects_acted += act ? 1 : 0;
      rejects_handed_over += !act && !ask ? 1 : 0;
      continue;
    }
    ++out.examples;
    Count& truth = counts[o.truth];
    ++truth.examples;
    ++counts[o.guess].guessed;
    right += o.right() ? 1 : 0;
    asked += ask ? 1 : 0;
    if (o.right()) {
      ++truth.right;
      truth.acted += act ? 1 : 0;
      acted_right += act ? 1 : 0;
    } else {
      acted_wrong += act ? 1 : 0;
      ++confused[{o.truth, o.guess}];
    }
  }
  out.accuracy = share(right, out.examples);
  out.acted_right = share(acted_right, out.examples);
  out.acted_wrong = share(acted_wrong, out.examples);
  out.asked = share(asked, out.examples);
  out.handed_over = share(out.examples - acted_right - acted_wrong - asked, out.examples);
  out.rejects_handed_over = share(rejects_handed_over, out.rejects);
  out.rejects_acted = share(rejects_acted, out.rejects);

  for (std::uint32_t i = 0; i < intents; ++i) {
    const Count& c = counts[i];
    out.intents.push_back({.intent = i,
                           .examples = c.examples,
                           .recall = share(c.right, c.examples),
                           .precision = share(c.right, c.guessed),
                           .acted = share(c.acted, c.examples)});
    const auto& quality = out.intents.back();
    if (c.examples < kExamplesWanted || quality.recall < kWeakBelow ||
        quality.precision < kWeakBelow)
      out.weak.push_back(i);
  }
  std::stable_sort(out.weak.begin(), out.weak.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::min(out.intents[a].recall, out.intents[a].precision) <
           std::min(out.intents[b].recall, out.intents[b].precision);
  });
  for (const auto& [pair, count] : confused)
    out.confusions.push_back({pair.first, pair.second, count});
  std::stable_sort(out.confusions.begin(), out.confusions.end(),
                   [](const Confusion& a, const Confusion& b) { return a.count > b.count; });
  if (out.confusions.size() > kConfusionsMax) out.confusions.resize(kConfusionsMax);
  return out;
}

}  // namespace wk::ai
