#include "ai_agent/agent/intent_report.hpp"

#include <algorithm>

#include "base/ids.hpp"

namespace wk::ai {
namespace {

std::uint32_t permille(float share) { return static_cast<std::uint32_t>(std::clamp(share, 0.0F, 1.0F) * 1'000 + 0.5F); }

}  // namespace

v1::IntentModelVersion report_of(const TrainedModel& trained, const IntentExamples& examples) {
  const Evaluation& seen = trained.evaluation;
  const auto labels = trained.model->labels();
  const auto id_of = [&](std::uint32_t intent) { return parse_id(labels[intent]).value_or(0); };
  const auto title_of = [&](std::uint32_t intent) {
    const auto title = examples.titles.find(id_of(intent));
    return title == examples.titles.end() ? std::string() : title->second;
  };
  v1::IntentModelVersion out;
  out.set_intents(static_cast<std::uint32_t>(labels.size()));
  out.set_examples(static_cast<std::uint32_t>(examples.examples.size()));
  out.set_meanings(trained.model->uses_sentences());
  out.set_accuracy_permille(permille(seen.accuracy));
  out.set_answered_right_permille(permille(seen.acted_right));
  out.set_answered_wrong_permille(permille(seen.acted_wrong));
  out.set_asked_back_permille(permille(seen.asked));
  out.set_strange_answered_permille(permille(seen.rejects_acted));
  out.set_duplicates(trained.duplicates);
  out.set_contradictions(trained.contradictions);
  out.set_examples_mark(examples.mark);
  // The evaluation counts questions that were tried: fewer than there are, as some stood for strange ones.
  std::unordered_map<std::string_view, std::uint32_t> phrasings;
  for (const TrainingExample& example : examples.examples) ++phrasings[example.intent];
  for (const std::uint32_t intent : seen.weak) {
    const IntentQuality& quality = seen.intents[intent];
    const std::uint32_t count = phrasings[labels[intent]];
    if (count >= kExamplesWanted && quality.recall >= kWeakBelow && quality.precision >= kWeakBelow) continue;
    v1::IntentQuality& weak = *out.add_weak();
    weak.set_entry_id(id_of(intent));
    weak.set_title(title_of(intent));
    weak.set_examples(count);
    weak.set_recall_permille(permille(quality.recall));
    weak.set_precision_permille(permille(quality.precision));
  }
  for (const Confusion& one : seen.confusions) {
    v1::IntentConfusion& confusion = *out.add_confusions();
    confusion.set_entry_id(id_of(one.truth));
    confusion.set_title(title_of(one.truth));
    confusion.set_taken_for_id(id_of(one.guess));
    confusion.set_taken_for(title_of(one.guess));
    confusion.set_times(one.count);
  }
  return out;
}

}  // namespace wk::ai
