// Which of a site's intents a message has, and how sure that is.
//
// Two linear heads over the same pieces of text: one of words alone, and one that has the sentence
// vector too and is used where there is one (an encoder is given and takes the message); to its
// scores half the cosine to the nearest example is added. What a learned confidence makes of it
// decides the zone: act, ask back, or leave it to others.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ai_agent/intent/confidence.hpp"
#include "ai_agent/intent/head.hpp"
#include "ai_agent/intent/limits.hpp"
#include "ai_agent/intent/vocabulary.hpp"
#include "ai_agent/text/sentence_encoder.hpp"
#include "base/result.hpp"

namespace wk::ai {

enum class Zone : std::uint8_t {
  kAct,       // do what the intent says
  kAsk,       // ask which of the candidates is meant
  kHandOver,  // no intent of ours: knowledge base, then people
};
std::string_view zone_name(Zone zone);

// Settings of a site. kAct from `act` up, kAsk from `ask` up.
struct Zones {
  float act = 0.80f;
  float ask = 0.45f;
};

struct RankedIntent {
  std::uint32_t intent = 0;  // number of its label
  float score = 0;
  float share =
      0;  // of the ranked ones' softmax: how it stands among them, no probability of being right
};

struct Classification {
  std::array<RankedIntent, intent_limits::kRankedMax> ranked{};
  std::uint32_t ranked_count = 0;
  std::uint32_t candidates =
      0;  // of ranked: how many to offer when asking back, 2 or 3 (1 where there is one intent)
  float confidence = 0;  // probability that ranked[0] is right
  Zone zone = Zone::kHandOver;
  bool sentence = false;  // the sentence vector took part
  Signals signals{};

  std::span<const RankedIntent> intents() const { return {ranked.data(), ranked_count}; }
};

// What classify() works in. One call at a time; grows and stays.
struct IntentScratch {
  FeatureScratch features;
  std::vector<Piece> pieces;
  std::vector<Vocabulary::Hit> hits;
  std::vector<Feature> row;
  std::vector<float> sums;
  std::vector<float> lexical;
  std::vector<float> scores;
  std::vector<float> vector;
  std::vector<float> scaled;
  std::vector<std::int8_t> vector_i8;
  std::vector<float> word_values;  // by feature; zero between calls
};

// Examples kept for their nearness, those of an intent together.
struct ExampleMemory {
  std::vector<std::uint32_t> ends;   // of each intent's examples
  SparseRows words;                  // unit vectors of whole words, pairs and Han pieces
  std::vector<std::int8_t> vectors;  // dimensions each; a zero vector where the encoder took none
  std::vector<float> vector_scales;
};

// Everything a model is made of; what a file holds.
struct IntentParts {
  std::vector<std::string> labels;
  Vocabulary vocabulary;
  QuantisedHead lexical;
  QuantisedHead joint;  // empty: trained without an encoder
  ExampleMemory examples;
  ConfidenceModel lexical_confidence;
  ConfidenceModel joint_confidence;
  Zones zones;  // that training suggests
  std::string encoder_name;
  std::uint32_t dimensions = 0;
};

// Weight of the unit sentence vector beside the blocks of pieces, and of the nearest example's
// cosine beside scores.
inline constexpr float kSentenceWeight = 2;
inline constexpr float kNearestWeight = 0.5f;

// Immutable: any thread, any number of calls at once, each with its own scratch.
class IntentModel {
 public:
  // An encoder of another name than the model was trained with is not used. Null: words alone.
  IntentModel(IntentParts parts, std::shared_ptr<const SentenceEncoder> encoder);

  static Result<std::shared_ptr<const IntentModel>> load(
      const std::filesystem::path& file, std::shared_ptr<const SentenceEncoder> encoder);
  // Written beside and renamed: a reader finds the old file or the new one, also after a power cut.
  Result<void> save(const std::filesystem::path& file) const;

  // `context`: what was said just before, if anything. Nothing readable in `text`: no ranked
  // intents, kHandOver.
  Classification classify(std::string_view text, std::string_view context, const Zones& zones,
                          IntentScratch& scratch) const;

  // The same with the text's sentence vector, where the caller has it already (training). Empty:
  // without.
  Classification classify_with(std::string_view text, std::string_view context,
                               std::span<const float> vector, const Zones& zones,
                               IntentScratch& scratch) const;

  std::span<const std::string> labels() const { return parts_.labels; }
  const IntentParts& parts() const { return parts_; }
  const Zones& suggested_zones() const { return parts_.zones; }
  bool uses_sentences() const { return encoder_ != nullptr; }

 private:
  float nearest_words(std::uint32_t intent, IntentScratch& scratch) const;
  struct Near {
    float best = 0;
    float mean = 0;
  };
  Near nearest_sentences(std::uint32_t intent, const IntentScratch& scratch, float scale) const;

  IntentParts parts_;
  std::shared_ptr<const SentenceEncoder> encoder_;
};

}  // namespace wk::ai
