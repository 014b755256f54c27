#include "ai_agent/intent/confidence.hpp"

#include <algorithm>
#include <cmath>

namespace wk::ai {
namespace {

constexpr std::size_t kTerms = ConfidenceModel::kTerms;
constexpr int kSteps = 25;
// How many examples of medium doubt a weight of the prior stands against.
constexpr double kRidge = 10;
constexpr double kRidgeSquares = 50;
constexpr double kRidgeConstant = 1;
// Fewer of a kind are chance.
constexpr std::size_t kOfEachKindMin = 10;
// Beyond this many deviations a signal says no more.
constexpr float kDeviationsMax = 4;

std::array<float, kTerms> terms(const ConfidenceModel& model, const Signals& signals) {
  std::array<float, kTerms> out{};
  for (std::size_t i = 0; i < kSignals; ++i) {
    const float x = std::clamp((signals[i] - model.mean[i]) * model.inverse_deviation[i],
                               -kDeviationsMax, kDeviationsMax);
    out[i] = x;
    out[kSignals + i] = x * x - 1;
  }
  out[kTerms - 1] = 1;
  return out;
}

// Solves a x = b by elimination; a is positive definite through its ridge.
void solve(std::array<std::array<double, kTerms>, kTerms>& a, std::array<double, kTerms>& b) {
  for (std::size_t i = 0; i < kTerms; ++i) {
    for (std::size_t r = i + 1; r < kTerms; ++r) {
      const double factor = a[r][i] / a[i][i];
      for (std::size_t c = i; c < kTerms; ++c) a[r][c] -= factor * a[i][c];
      b[r] -= factor * b[i];
    }
  }
  for (std::size_t i = kTerms; i-- > 0;) {
    for (std::size_t c = i + 1; c < kTerms; ++c) b[i] -= a[i][c] * b[c];
    b[i] /= a[i][i];
  }
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// Where learning begins and, with few examples, mostly stays.
ConfidenceModel prior(bool sentence) {
  ConfidenceModel out;
  const auto set = [&](Signal signal, float mean, float deviation, float weight) {
    const auto i = static_cast<std::size_t>(signal);
    out.mean[i] = mean;
    out.inverse_deviation[i] = 1 / deviation;
    out.weights[i] = weight;
  };
  set(Signal::kScore, 0.1f, 0.5f, 0.5f);
  set(Signal::kMargin, 0.7f, 0.5f, 0.8f);
  set(Signal::kLexicalScore, 0.0f, 0.5f, 0.3f);
  set(Signal::kLexicalMargin, 0.5f, 0.6f, 0.3f);
  set(Signal::kAgree, 0.8f, 0.4f, 0.2f);
  set(Signal::kNearestWords, 0.35f, 0.2f, 0.3f);
  set(Signal::kUnknownWords, 0.15f, 0.2f, -0.6f);
  set(Signal::kLength, 2.2f, 0.5f, 0.0f);
  if (sentence) {
    set(Signal::kNearestSentence, 0.65f, 0.12f, 0.5f);
    set(Signal::kNearSentences, 0.55f, 0.12f, 0.3f);
    set(Signal::kSentenceMargin, 0.15f, 0.15f, 0.3f);
  }
  out.weights[kTerms - 1] = 0.8f;
  return out;
}

}  // namespace

std::string_view signal_name(Signal signal) {
  constexpr std::array<std::string_view, kSignals> kNames{
      "score",         "margin",           "lexical score",  "lexical margin",  "heads agree",
      "nearest words", "nearest sentence", "near sentences", "sentence margin", "unknown words",
      "length"};
  return kNames[static_cast<std::size_t>(signal)];
}

float ConfidenceModel::probability(const Signals& signals) const {
  const auto x = terms(*this, signals);
  double sum = 0;
  for (std::size_t i = 0; i < kTerms; ++i)
    sum += static_cast<double>(weights[i]) * static_cast<double>(x[i]);
  return static_cast<float>(sigmoid(sum));
}

ConfidenceModel train_confidence(std::span<const ConfidenceExample> examples, bool sentence) {
  ConfidenceModel model = prior(sentence);
  const auto right = static_cast<std::size_t>(
      std::count_if(examples.begin(), examples.end(), [](const auto& e) { return e.right; }));
  if (right < kOfEachKindMin || examples.size() - right < kOfEachKindMin) return model;
  std::array<double, kTerms> weights{};
  std::copy(model.weights.begin(), model.weights.end(), weights.begin());
  const std::array<double, kTerms> before = weights;
  for (int step = 0; step < kSteps; ++step) {
    std::array<std::array<double, kTerms>, kTerms> hessian{};
    std::array<double, kTerms> gradient{};
    for (const auto& e : examples) {
      const auto x = terms(model, e.signals);
      double sum = 0;
      for (std::size_t i = 0; i < kTerms; ++i) sum += weights[i] * static_cast<double>(x[i]);
      const double p = sigmoid(sum);
      const double off = static_cast<double>(e.weight) * ((e.right ? 1.0 : 0.0) - p);
      const double curve = static_cast<double>(e.weight) * std::max(p * (1 - p), 1e-6);
      for (std::size_t i = 0; i < kTerms; ++i) {
        gradient[i] += off * static_cast<double>(x[i]);
        for (std::size_t j = 0; j < kTerms; ++j)
          hessian[i][j] += curve * static_cast<double>(x[i]) * static_cast<double>(x[j]);
      }
    }
    for (std::size_t i = 0; i < kTerms; ++i) {
      const double ridge = i < kSignals ? kRidge : i + 1 < kTerms ? kRidgeSquares : kRidgeConstant;
      hessian[i][i] += ridge;
      gradient[i] -= ridge * (weights[i] - before[i]);
    }
    solve(hessian, gradient);
    double largest = 0;
    for (std::size_t i = 0; i < kTerms; ++i) {
      // A bounded step: far from the optimum Newton's is too long.
      const double change = std::clamp(gradient[i], -2.0, 2.0);
      weights[i] += change;
      largest = std::max(largest, std::abs(change));
    }
    if (largest < 1e-4) break;
  }
  for (std::size_t i = 0; i < kTerms; ++i) model.weights[i] = static_cast<float>(weights[i]);
  return model;
}

}  // namespace wk::ai
