// From a site's examples to a model, its confidence and an honest measure of both.
//
// The examples are cut into folds. For each fold a model is trained on the others, and with part of
// the intents left out altogether: what it says of the fold's examples shows how often it is right,
// what it says of the intents that it has never heard of shows how messages look that are none of
// ours. On both together the confidence is trained, so that a site needs no examples of what it
// does not serve.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "ai_agent/intent/evaluation.hpp"
#include "ai_agent/intent/intent_model.hpp"

namespace wk::ai {

struct TrainingExample {
  std::string intent;  // empty: a labelled reject, a message of none of them
  std::string text;
  std::string context;  // what was said just before; may be empty
};

enum class TrainingStage : std::uint8_t { kEncoding, kFolds, kModel };

struct TrainingOptions {
  std::uint64_t seed = 1;
  float cost = 1;
  BlockWeights weights{1, 1, 1, 0.5f};
  // Called now and then on the training thread, with what is done of a stage (0 to 1).
  std::function<void(TrainingStage stage, float done)> progress;
};

struct TrainedModel {
  std::shared_ptr<const IntentModel> model;
  // By models that had not seen the example each time; in the numbering of model->labels().
  Evaluation evaluation;
  std::vector<std::string> left_out;  // intents without a single readable example
  std::uint32_t duplicates = 0;       // examples that stood twice under one intent, used once
  std::uint32_t contradictions = 0;   // texts that stand under more than one intent
};

// Blocks for up to a minute; call it on a thread of its own. The same examples, options and machine
// give the same model. kInvalidArgument: nothing to learn from. kTooLarge: over a limit.
// kUnavailable: stopped.
Result<TrainedModel> train(std::span<const TrainingExample> examples,
                           std::shared_ptr<const SentenceEncoder> encoder,
                           const TrainingOptions& options, const std::stop_token& stop);

}  // namespace wk::ai
