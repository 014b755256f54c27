#include "ai_agent/intent/intent_model.hpp"

#include <algorithm>
#include <cmath>

#include "ai_agent/math/kernels.hpp"

namespace wk::ai {
namespace {

// The nearest example can move an intent by half a point: only those near the top can gain the
// first place by it.
constexpr std::size_t kNearChecked = 8;
constexpr std::size_t kNearMean = 5;
// Offered when asking back only with at least this part of the first's share.
constexpr float kCandidateShareMin = 0.2f;
constexpr float kShareSharpness = 4;

struct Best {
  std::uint32_t intent;
  float score;
};

// The `size` highest of scores, highest first.
template <std::size_t size>
std::size_t highest(const std::vector<float>& scores, std::size_t classes,
                    std::array<Best, size>& out) {
  std::size_t count = 0;
  for (std::uint32_t c = 0; c < classes; ++c) {
    if (count == size && scores[c] <= out[count - 1].score) continue;
    std::size_t at = count < size ? count++ : count - 1;
    for (; at > 0 && out[at - 1].score < scores[c]; --at) out[at] = out[at - 1];
    out[at] = {c, scores[c]};
  }
  return count;
}

}  // namespace

std::string_view zone_name(Zone zone) {
  switch (zone) {
    case Zone::kAct:
      return "act";
    case Zone::kAsk:
      return "ask";
    case Zone::kHandOver:
      break;
  }
  return "hand_over";
}

IntentModel::IntentModel(IntentParts parts, std::shared_ptr<const SentenceEncoder> encoder)
    : parts_(std::move(parts)) {
  if (encoder != nullptr && !parts_.joint.empty() && encoder->name() == parts_.encoder_name &&
      encoder->dimensions() == parts_.dimensions) {
    encoder_ = std::move(encoder);
  }
}

// Requires: scratch.word_values holds the message's features.
float IntentModel::nearest_words(std::uint32_t intent, IntentScratch& scratch) const {
  const auto& ends = parts_.examples.ends;
  float best = 0;
  for (std::size_t e = intent == 0 ? 0 : ends[intent - 1]; e < ends[intent]; ++e) {
    float sum = 0;
    for (const Feature& f : parts_.examples.words[e]) sum += f.value * scratch.word_values[f.index];
    best = std::max(best, sum);
  }
  return best;
}

IntentModel::Near IntentModel::nearest_sentences(std::uint32_t intent, const IntentScratch& scratch,
                                                 float scale) const {
  const auto& memory = parts_.examples;
  const std::size_t dimensions = parts_.dimensions;
  std::array<float, kNearMean> nearest{};
  std::size_t count = 0;
  for (std::size_t e = intent == 0 ? 0 : memory.ends[intent - 1]; e < memory.ends[intent]; ++e) {
    const float cosine =
        scale * memory.vector_scales[e] *
        static_cast<float>(
            dot_i8(scratch.vector_i8.data(), memory.vectors.data() + e * dimensions, dimensions));
    if (count == kNearMean && cosine <= nearest[count - 1]) continue;
    std::size_t at = count < kNearMean ? count++ : count - 1;
    for (; at > 0 && nearest[at - 1] < cosine; --at) nearest[at] = nearest[at - 1];
    nearest[at] = cosine;
  }
  if (count == 0) return {};
  float sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += nearest[i];
  return {nearest[0], sum / static_cast<float>(count)};
}

Classification IntentModel::classify(std::string_view text, std::string_view context,
                                     const Zones& zones, IntentScratch& scratch) const {
  text = text.substr(0, intent_limits::kMessageBytesMax);
  std::span<const float> vector;
  if (encoder_ != nullptr) {
    scratch.vector.resize(parts_.dimensions);
    if (encoder_->encode(text, scratch.vector)) vector = scratch.vector;
  }
  return classify_with(text, context, vector, zones, scratch);
}

Classification IntentModel::classify_with(std::string_view text, std::string_view context,
                                          std::span<const float> vector, const Zones& zones,
                                          IntentScratch& s) const {
  Classification out;
  s.pieces.clear();
  extract_pieces(text, context, s.features, s.pieces);
  const Vocabulary::Counts counts = parts_.vocabulary.vector_of(s.pieces, s.hits, s.row);
  const std::size_t classes = parts_.labels.size();
  if (counts.words == 0 || classes == 0) return out;
  parts_.lexical.score(s.row, {}, s.sums, s.lexical);
  out.sentence = !vector.empty() && !parts_.joint.empty();

  std::array<Best, kNearChecked> top;
  std::array<Near, kNearChecked> near{};
  std::size_t count;
  if (out.sentence) {
    s.scaled.assign(vector.begin(), vector.end());
    for (float& x : s.scaled) x *= kSentenceWeight;
    parts_.joint.score(s.row, s.scaled, s.sums, s.scores);
    count = highest(s.scores, classes, top);
    s.vector_i8.resize(vector.size());
    const float scale = quantise_i8(vector.data(), s.vector_i8.data(), vector.size());
    for (std::size_t i = 0; i < count; ++i) {
      near[i] = nearest_sentences(top[i].intent, s, scale);
      top[i].score += kNearestWeight * near[i].best;
    }
    for (std::size_t i = 1; i < count; ++i) {
      for (std::size_t k = i; k > 0 && top[k].score > top[k - 1].score; --k) {
        std::swap(top[k], top[k - 1]);
        std::swap(near[k], near[k - 1]);
      }
    }
  } else {
    count = highest(s.lexical, classes, top);
  }

  out.ranked_count = static_cast<std::uint32_t>(std::min(count, out.ranked.size()));
  float sum = 0;
  for (std::size_t i = 0; i < out.ranked_count; ++i) {
    const float share = std::exp(kShareSharpness * (top[i].score - top[0].score));
    out.ranked[i] = {top[i].intent, top[i].score, share};
    sum += share;
  }
  for (std::size_t i = 0; i < out.ranked_count; ++i) out.ranked[i].share /= sum;
  out.candidates = std::min<std::uint32_t>(out.ranked_count, 2);
  if (out.ranked_count > 2 && out.ranked[2].share >= kCandidateShareMin * out.ranked[0].share)
    out.candidates = 3;

  const std::uint32_t first = top[0].intent;
  std::array<Best, 2> lexical_top;
  const std::size_t lexical_count = highest(s.lexical, classes, lexical_top);
  const auto signal = [&](Signal which) -> float& {
    return out.signals[static_cast<std::size_t>(which)];
  };
  signal(Signal::kScore) = top[0].score;
  signal(Signal::kMargin) = count > 1 ? top[0].score - top[1].score : 2;
  signal(Signal::kLexicalScore) = s.lexical[first];
  const bool agree = lexical_top[0].intent == first;
  const float other = !agree              ? lexical_top[0].score
                      : lexical_count > 1 ? lexical_top[1].score
                                          : s.lexical[first] - 2;
  signal(Signal::kLexicalMargin) = s.lexical[first] - other;
  signal(Signal::kAgree) = agree ? 1 : 0;
  signal(Signal::kUnknownWords) =
      static_cast<float>(counts.unknown_words) / static_cast<float>(counts.words);
  signal(Signal::kLength) = std::log1p(static_cast<float>(counts.words));
  s.word_values.resize(std::max(s.word_values.size(), parts_.vocabulary.size()));
  float squares = 0;
  for (std::size_t i = 0; i < s.row.size(); ++i) {
    // hits[i] is the block of row[i] (Vocabulary::vector_of).
    if (s.hits[i].block != Block::kWord && s.hits[i].block != Block::kHan) continue;
    s.word_values[s.row[i].index] = s.row[i].value;
    squares += s.row[i].value * s.row[i].value;
  }
  if (squares > 0) signal(Signal::kNearestWords) = nearest_words(first, s) / std::sqrt(squares);
  for (const Feature& f : s.row) s.word_values[f.index] = 0;
  if (out.sentence) {
    signal(Signal::kNearestSentence) = near[0].best;
    signal(Signal::kNearSentences) = near[0].mean;
    signal(Signal::kSentenceMargin) = count > 1 ? near[0].best - near[1].best : 1;
  }
  if (classes == 1) {
    // Nothing to tell it from: scores say nothing, nearness has to.
    const float nearest = std::max(signal(Signal::kNearestWords), signal(Signal::kNearestSentence));
    for (const Signal by_score :
         {Signal::kScore, Signal::kMargin, Signal::kLexicalScore, Signal::kLexicalMargin}) {
      signal(by_score) = 2 * nearest - 1;
    }
  }
  out.confidence =
      (out.sentence ? parts_.joint_confidence : parts_.lexical_confidence).probability(out.signals);
  // Weights of a damaged file may add up to what is no number.
  if (!std::isfinite(out.confidence)) out.confidence = 0;
  out.zone = out.confidence >= zones.act   ? Zone::kAct
             : out.confidence >= zones.ask ? Zone::kAsk
                                           : Zone::kHandOver;
  return out;
}

}  // namespace wk::ai
