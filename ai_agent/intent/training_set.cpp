#include "ai_agent/intent/training_set.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "fmt/format.h"

namespace wk::ai {
namespace {

// Encoded between two looks at the stop token.
constexpr std::size_t kEncodedAtOnce = 64;

Result<void> check_limits(std::span<const TrainingExample> examples) {
  if (examples.size() > intent_limits::kExamplesMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("{} examples; at most {}", examples.size(),
                                                  intent_limits::kExamplesMax));
  }
  std::set<std::string_view> labels;
  for (const TrainingExample& e : examples) {
    if (e.intent.size() > intent_limits::kLabelBytesMax)
      return fail(ErrorCode::kTooLarge, "an intent's name is too long");
    if (!e.intent.empty()) labels.insert(e.intent);
  }
  if (labels.size() > intent_limits::kIntentsMax) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("{} intents; at most {}", labels.size(), intent_limits::kIntentsMax));
  }
  if (labels.size() * examples.size() > intent_limits::kTrainingCellsMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("{} examples of {} intents are too many together",
                                                  examples.size(), labels.size()));
  }
  return {};
}

}  // namespace

Result<TrainingSet> make_training_set(std::span<const TrainingExample> examples,
                                      const SentenceEncoder* encoder,
                                      const TrainingOptions& options, const std::stop_token& stop) {
  WK_TRY_VOID(check_limits(examples));
  // By label in the order given; texts that are the same once normalised count once. Rejects (no
  // label) go last.
  std::map<std::string_view, std::vector<const TrainingExample*>> by_label;
  std::vector<const TrainingExample*> rejects;
  std::set<std::string> known;
  std::unordered_map<std::string, std::string_view> label_of_text;
  TrainingSet out;
  for (const TrainingExample& e : examples) {
    if (!e.intent.empty()) by_label.try_emplace(e.intent);
    std::string text =
        normalise(std::string_view(e.text).substr(0, intent_limits::kMessageBytesMax));
    if (runs(text).empty()) continue;
    text += '\n' + e.context;
    if (!known.insert(e.intent + '\n' + text).second) {
      ++out.duplicates;
      continue;
    }
    if (const auto [at, fresh] = label_of_text.try_emplace(text, e.intent);
        !fresh && at->second != e.intent)
      ++out.contradictions;
    e.intent.empty() ? rejects.push_back(&e) : by_label[e.intent].push_back(&e);
  }
  for (const auto& [label, list] : by_label) {
    if (list.empty()) {
      out.left_out.emplace_back(label);
      continue;
    }
    out.examples.insert(out.examples.end(), list.begin(), list.end());
    out.truth.resize(out.examples.size(), static_cast<std::uint32_t>(out.labels.size()));
    out.labels.emplace_back(label);
  }
  if (out.labels.empty())
    return fail(ErrorCode::kInvalidArgument, "no intent has a readable example");
  out.examples.insert(out.examples.end(), rejects.begin(), rejects.end());
  out.truth.resize(out.examples.size(), Outcome::kReject);

  FeatureScratch scratch;
  out.dimensions = encoder != nullptr ? encoder->dimensions() : 0;
  out.vectors.resize(out.size() * out.dimensions);
  out.has_vector.resize(out.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const TrainingExample& e = *out.examples[i];
    extract_pieces(e.text, e.context, scratch, out.pieces);
    out.piece_ends.push_back(out.pieces.size());
    if (encoder != nullptr) {
      const auto vector = std::span(out.vectors).subspan(i * out.dimensions, out.dimensions);
      out.has_vector[i] =
          encoder->encode(std::string_view(e.text).substr(0, intent_limits::kMessageBytesMax),
                          vector)
              ? 1
              : 0;
      if (out.has_vector[i] == 0) std::fill(vector.begin(), vector.end(), 0.0f);
    }
    if (i % kEncodedAtOnce != 0) continue;
    if (stop.stop_requested()) return fail(ErrorCode::kUnavailable, "training was stopped");
    if (options.progress)
      options.progress(TrainingStage::kEncoding,
                       static_cast<float>(i) / static_cast<float>(out.size()));
  }
  return out;
}

}  // namespace wk::ai
