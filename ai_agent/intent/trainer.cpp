#include "ai_agent/intent/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "ai_agent/intent/low_rank.hpp"
#include "ai_agent/intent/training_set.hpp"
#include "ai_agent/math/kernels.hpp"

namespace wk::ai {
namespace {

// Small sets lose more by what a fold leaves out; large ones take long.
constexpr std::size_t kLargeSet = 4'000;
constexpr std::size_t kFoldsSmall = 5;
constexpr std::size_t kFoldsLarge = 3;
// Of the intents, in each fold, are left out to stand for what is not ours.
constexpr std::size_t kWithheldOneIn = 5;
constexpr int kEpochs = 12;
constexpr int kEpochsFold = 6;
// Pieces seen in fewer texts are chance, once there are many texts, of all or of an intent.
constexpr std::uint32_t kTextsMinLarge = 2;
constexpr std::size_t kManyTextsOfIntent = 20;
// What the low-rank softmax counts beside the support vector machines of words alone, and of words
// and sentence vector.
constexpr float kLowRankWeight = 0.3f;
constexpr float kLowRankWeightJoint = 0.1f;
constexpr int kLowRankEpochs = 20;
constexpr int kLowRankEpochsLarge = 6;
// What is out of scope is taken to be this part of all messages, whatever the number of examples of
// it.
constexpr float kRejectShare = 0.2f;
// Labelled rejects count this much more than intents left out, which only stand for them.
constexpr float kLabelledRejectWeight = 10;
// From so many on the zones' defaults hold; with fewer the lower bound is where this share of right
// answers would be lost.
constexpr std::size_t kLabelledRejectsWanted = 200;
constexpr float kRightLostMax = 0.02f;

struct Plan {
  std::vector<std::uint32_t> rows;     // to train on, of all
  std::vector<std::uint32_t> classes;  // label of all -> class here, or Outcome::kReject
  std::vector<std::uint32_t> labels;   // class here -> label of all
};

Plan plan_for(const TrainingSet& set, const std::vector<std::uint8_t>& withheld,
              const std::function<bool(std::size_t)>& take) {
  Plan out;
  for (std::uint32_t label = 0; label < set.labels.size(); ++label) {
    const bool in = withheld.empty() || withheld[label] == 0;
    out.classes.push_back(in ? static_cast<std::uint32_t>(out.labels.size()) : Outcome::kReject);
    if (in) out.labels.push_back(label);
  }
  for (std::uint32_t i = 0; i < set.size(); ++i) {
    if (set.truth[i] != Outcome::kReject && out.classes[set.truth[i]] == Outcome::kReject) continue;
    if (take(i)) out.rows.push_back(i);
  }
  return out;
}

// Word, pair and Han pieces of the examples, as unit vectors, and their sentence vectors; those of
// an intent together.
ExampleMemory remember(const TrainingSet& set, const Plan& plan, const Vocabulary& vocabulary) {
  ExampleMemory out;
  const std::size_t dimensions = set.dimensions;
  const std::size_t room =
      dimensions == 0 ? plan.rows.size() : intent_limits::kExampleVectorBytesMax / dimensions;
  const std::size_t per_intent = std::max<std::size_t>(1, room / plan.labels.size());
  std::vector<std::vector<std::uint32_t>> by_class(plan.labels.size());
  for (const std::uint32_t i : plan.rows) {
    if (set.truth[i] != Outcome::kReject) by_class[plan.classes[set.truth[i]]].push_back(i);
  }
  std::vector<Vocabulary::Hit> hits;
  std::vector<Feature> row;
  for (auto& members : by_class) {
    if (members.size() > per_intent)
      members.erase(members.begin(), members.end() - static_cast<std::ptrdiff_t>(per_intent));
    for (const std::uint32_t i : members) {
      vocabulary.vector_of(set.pieces_of(i), hits, row);
      const std::size_t begin = out.words.features.size();
      float squares = 0;
      for (std::size_t f = 0; f < row.size(); ++f) {
        if (hits[f].block != Block::kWord && hits[f].block != Block::kHan) continue;
        out.words.features.push_back(row[f]);
        squares += row[f].value * row[f].value;
      }
      for (std::size_t f = begin; f < out.words.features.size(); ++f)
        out.words.features[f].value /= std::sqrt(squares);
      out.words.ends.push_back(out.words.features.size());
      if (dimensions == 0) continue;
      out.vectors.resize(out.vectors.size() + dimensions);
      out.vector_scales.push_back(quantise_i8(set.vectors.data() + i * dimensions,
                                              out.vectors.data() + out.vectors.size() - dimensions,
                                              dimensions));
    }
    out.ends.push_back(static_cast<std::uint32_t>(out.words.size()));
  }
  return out;
}

struct Blend {
  float weight;  // of the softmax; 0: none
  bool large;    // the whole set, so that folds are trained as the model is
};

// Support vector machines and a low-rank softmax in one. Scores stay about where the machines alone
// have them, which is what the confidence's prior knows: the softmax gives nothing to the right
// intent of the examples on average.
LinearWeights train_blend(const LinearProblem& problem, const LinearOptions& options,
                          const Blend& blend, const std::stop_token& stop) {
  LinearWeights out = train_linear(problem, options, stop);
  if (blend.weight == 0 || stop.stop_requested()) return out;
  const LinearWeights more = train_low_rank(
      problem, {.epochs = blend.large ? kLowRankEpochsLarge : kLowRankEpochs, .seed = options.seed},
      stop);
  double sum = 0;
  std::size_t count = 0;
  std::vector<float> scores(more.stride);
  for (const std::uint32_t i : problem.rows) {
    if (problem.labels[i] >= problem.classes) continue;
    more.score((*problem.sparse)[i],
               problem.dense.subspan(i * problem.dense_dimensions, problem.dense_dimensions),
               scores.data());
    sum += static_cast<double>(scores[problem.labels[i]]);
    ++count;
  }
  const float mean = count == 0 ? 0 : static_cast<float>(sum / static_cast<double>(count));
  axpy(blend.weight, more.sparse.data(), out.sparse.data(), out.sparse.size());
  axpy(blend.weight, more.dense.data(), out.dense.data(), out.dense.size());
  for (std::size_t c = 0; c < out.classes; ++c) out.bias[c] += blend.weight * (more.bias[c] - mean);
  return out;
}

// A model without confidence.
IntentParts fit(const TrainingSet& set, const Plan& plan, const TrainingOptions& options,
                int epochs, const std::stop_token& stop) {
  IntentParts out;
  for (const std::uint32_t label : plan.labels) out.labels.push_back(set.labels[label]);
  VocabularyBuilder builder;
  for (const std::uint32_t i : plan.rows) {
    if (set.truth[i] != Outcome::kReject) builder.add(set.pieces_of(i));
  }
  const std::size_t heads = set.dimensions > 0 ? 2 : 1;
  const bool large = set.size() >= kLargeSet;
  // Rejects give the vocabulary nothing.
  const auto rejects = std::count(set.truth.begin(), set.truth.end(), Outcome::kReject);
  const bool many = large || set.size() - static_cast<std::size_t>(rejects) >=
                                 kManyTextsOfIntent * set.labels.size();
  out.vocabulary = builder.build(
      {.texts_min = many ? kTextsMinLarge : 1,
       .size_max = intent_limits::kWeightBytesMax / heads / class_stride(plan.labels.size()),
       .weights = options.weights});

  SparseRows rows;  // by example of all; those that do not take part stay empty
  std::vector<std::uint32_t> labels(set.size(), Outcome::kReject);
  {
    std::vector<Vocabulary::Hit> hits;
    std::vector<Feature> row;
    std::size_t next = 0;
    for (const std::uint32_t i : plan.rows) {
      for (; next < i; ++next) rows.ends.push_back(rows.features.size());
      out.vocabulary.vector_of(set.pieces_of(i), hits, row);
      rows.features.insert(rows.features.end(), row.begin(), row.end());
      rows.ends.push_back(rows.features.size());
      ++next;
      if (set.truth[i] != Outcome::kReject) labels[i] = plan.classes[set.truth[i]];
    }
  }
  LinearProblem problem{.sparse = &rows,
                        .sparse_dimensions = out.vocabulary.size(),
                        .dense = {},
                        .dense_dimensions = 0,
                        .rows = plan.rows,
                        .labels = labels,
                        .classes = plan.labels.size()};
  const LinearOptions linear{
      .cost = options.cost, .epochs_max = epochs, .tolerance = 0.02f, .seed = options.seed};
  // Large sets with sentence vectors would take a third longer and gain least; and where only one
  // of the heads has the softmax, the confidence tells less of what is out of scope.
  const bool blended = !large || set.dimensions == 0;
  out.lexical = quantise(train_blend(problem, linear, {blended ? kLowRankWeight : 0, large}, stop));
  out.examples = remember(set, plan, out.vocabulary);
  if (set.dimensions > 0) {
    std::vector<float> scaled(set.vectors);
    for (float& x : scaled) x *= kSentenceWeight;
    problem.dense = scaled;
    problem.dense_dimensions = set.dimensions;
    out.joint =
        quantise(train_blend(problem, linear, {blended ? kLowRankWeightJoint : 0, large}, stop));
    out.dimensions = static_cast<std::uint32_t>(set.dimensions);
  }
  return out;
}

struct Outcomes {
  std::vector<Outcome> lexical;               // without sentence vectors
  std::vector<Outcome> joint;                 // with; those that the encoder took
  std::vector<std::uint8_t> labelled_reject;  // of lexical
  std::vector<std::uint8_t> labelled_reject_joint;
};

Result<Outcomes> run_folds(const TrainingSet& set, const TrainingOptions& options,
                           const std::stop_token& stop) {
  const std::size_t folds = set.size() >= kLargeSet ? kFoldsLarge : kFoldsSmall;
  std::mt19937_64 random(options.seed ^ 0xF01D5ull);
  const auto shuffle = [&](auto begin, std::size_t size) {
    for (std::size_t i = size; i > 1; --i) std::swap(begin[i - 1], begin[random() % i]);
  };
  // Each intent's examples are dealt to the folds in turn.
  std::vector<std::uint32_t> order(set.size());
  std::iota(order.begin(), order.end(), 0u);
  shuffle(order.begin(), order.size());
  std::vector<std::uint32_t> dealt(set.labels.size() + 1, 0);
  std::vector<std::uint32_t> fold_of(set.size());
  for (const std::uint32_t i : order) {
    const std::size_t label = set.truth[i] == Outcome::kReject ? set.labels.size() : set.truth[i];
    fold_of[i] = static_cast<std::uint32_t>((dealt[label]++ + label) % folds);
  }
  std::vector<std::uint32_t> intents(set.labels.size());
  std::iota(intents.begin(), intents.end(), 0u);
  shuffle(intents.begin(), intents.size());

  Outcomes out;
  IntentScratch scratch;
  for (std::size_t fold = 0; fold < folds; ++fold) {
    std::vector<std::uint8_t> withheld(set.labels.size(), 0);
    // Of few intents none is left out: what remains would be another task.
    if (set.labels.size() >= kWithheldOneIn) {
      for (std::size_t i = fold; i < intents.size(); i += kWithheldOneIn) withheld[intents[i]] = 1;
    }
    const Plan plan = plan_for(set, withheld, [&](std::size_t i) { return fold_of[i] != fold; });
    if (plan.rows.empty()) continue;
    const IntentModel model(fit(set, plan, options, kEpochsFold, stop), nullptr);
    for (std::uint32_t i = 0; i < set.size(); ++i) {
      const bool labelled = set.truth[i] == Outcome::kReject;
      const bool reject = labelled || withheld[set.truth[i]] != 0;
      // What was left out entirely is unseen in every example of it, but a third of them is enough.
      if (fold_of[i] != fold) continue;
      const auto add = [&](std::span<const float> vector, std::vector<Outcome>& to,
                           std::vector<std::uint8_t>& marks) {
        const TrainingExample& e = *set.examples[i];
        const Classification c = model.classify_with(e.text, e.context, vector, Zones{}, scratch);
        if (c.ranked_count == 0) return;
        to.push_back({reject ? Outcome::kReject : set.truth[i], plan.labels[c.ranked[0].intent], 0,
                      c.signals});
        marks.push_back(labelled ? 1 : 0);
      };
      add({}, out.lexical, out.labelled_reject);
      if (const auto vector = set.vector_of(i); !vector.empty())
        add(vector, out.joint, out.labelled_reject_joint);
    }
    if (stop.stop_requested()) return fail(ErrorCode::kUnavailable, "training was stopped");
    if (options.progress)
      options.progress(TrainingStage::kFolds,
                       static_cast<float>(fold + 1) / static_cast<float>(folds));
  }
  return out;
}

ConfidenceModel learn_confidence(std::vector<Outcome>& outcomes,
                                 const std::vector<std::uint8_t>& labelled, bool sentence) {
  float rejects = 0;
  float scope = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].truth == Outcome::kReject) {
      rejects += labelled[i] != 0 ? kLabelledRejectWeight : 1;
    } else {
      scope += 1;
    }
  }
  const float factor = rejects > 0 ? kRejectShare / (1 - kRejectShare) * scope / rejects : 0;
  std::vector<ConfidenceExample> examples;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const float weight = outcomes[i].truth != Outcome::kReject
                             ? 1
                             : factor * (labelled[i] != 0 ? kLabelledRejectWeight : 1);
    examples.push_back({outcomes[i].signals, outcomes[i].right(), weight});
  }
  const ConfidenceModel model = train_confidence(examples, sentence);
  for (Outcome& o : outcomes) o.confidence = model.probability(o.signals);
  return model;
}

Zones suggest_zones(const std::vector<Outcome>& outcomes, std::size_t labelled_rejects) {
  Zones out;
  if (labelled_rejects >= kLabelledRejectsWanted) return out;
  std::vector<float> right;
  for (const Outcome& o : outcomes) {
    if (o.right()) right.push_back(o.confidence);
  }
  if (right.empty()) return out;
  std::sort(right.begin(), right.end());
  out.ask = std::min(
      out.act, right[static_cast<std::size_t>(kRightLostMax * static_cast<float>(right.size()))]);
  return out;
}

}  // namespace

Result<TrainedModel> train(std::span<const TrainingExample> examples,
                           std::shared_ptr<const SentenceEncoder> encoder,
                           const TrainingOptions& options, const std::stop_token& stop) {
  WK_TRY(const TrainingSet set, make_training_set(examples, encoder.get(), options, stop));
  WK_TRY(Outcomes outcomes, run_folds(set, options, stop));
  const Plan all = plan_for(set, {}, [](std::size_t) { return true; });
  IntentParts parts = fit(set, all, options, kEpochs, stop);
  if (stop.stop_requested()) return fail(ErrorCode::kUnavailable, "training was stopped");
  parts.lexical_confidence = learn_confidence(outcomes.lexical, outcomes.labelled_reject, false);
  parts.joint_confidence = learn_confidence(outcomes.joint, outcomes.labelled_reject_joint, true);
  if (encoder != nullptr) parts.encoder_name = encoder->name();
  const auto& shown =
      outcomes.joint.size() * 2 > outcomes.lexical.size() ? outcomes.joint : outcomes.lexical;
  const auto rejects =
      static_cast<std::size_t>(std::count(set.truth.begin(), set.truth.end(), Outcome::kReject));
  parts.zones = suggest_zones(shown, rejects);

  TrainedModel out;
  out.evaluation = evaluate(shown, set.labels.size(), parts.zones);
  out.left_out = set.left_out;
  out.duplicates = set.duplicates;
  out.contradictions = set.contradictions;
  out.model = std::make_shared<const IntentModel>(std::move(parts), std::move(encoder));
  if (options.progress) options.progress(TrainingStage::kModel, 1);
  return out;
}

}  // namespace wk::ai
