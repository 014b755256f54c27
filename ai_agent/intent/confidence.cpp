#include "ai_agent/intent/confidence.hpp"

#include <algorithm>
#include <cmath>

namespace wk::ai {
namespace {

constexpr std::size_t kTerms = ConfidenceModel::kTerms;
constexpr int kSteps = 25;
constexpr int kHalvingsMax = 20;
// How much a weight resists. Squares bend far from where examples lie, and there they would trust
// what is furthest: only thousands of examples may teach them.
constexpr double kRidge = 10;
constexpr double kRidgeSquares = 30;
constexpr double kRidgeSquaresOfFew = 300'000;
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

// Where learning begins and, with few examples, mostly stays: what four models of 10 and of 30
// examples an intent, drawn from the training parts of CLINC150 and BANKING77, got right and wrong.
struct Prior {
  std::array<float, kSignals> mean;
  std::array<float, kSignals> deviation;
  std::array<float, kSignals> weights;
  float constant;
};
constexpr Prior kLexicalPrior{{0.109f, 0.748f, 0.109f, 0.748f, 1, 0.410f, 0, 0, 0, 0.068f, 2.341f},
                              {0.501f, 0.571f, 0.501f, 0.571f, 1, 0.181f, 1, 1, 1, 0.107f, 0.452f},
                              {0.397f, 0.663f, 0.397f, 0.663f, 0, 0.251f, 0, 0, 0, -0.184f, 0.237f},
                              1.534f};
constexpr Prior kJointPrior{
    {0.615f, 0.910f, 0.067f, 0.681f, 0.835f, 0.397f, 0.769f, 0.696f, 0.111f, 0.068f, 2.341f},
    {0.544f, 0.647f, 0.554f, 0.656f, 0.371f, 0.191f, 0.113f, 0.111f, 0.123f, 0.107f, 0.452f},
    {0.672f, 1.035f, 0.195f, 0.212f, 0.067f, 0.187f, 0.760f, -0.515f, 0.138f, -0.018f, 0.114f},
    1.838f};

ConfidenceModel prior(bool sentence) {
  const Prior& from = sentence ? kJointPrior : kLexicalPrior;
  ConfidenceModel out;
  out.mean = from.mean;
  for (std::size_t i = 0; i < kSignals; ++i) out.inverse_deviation[i] = 1 / from.deviation[i];
  std::copy(from.weights.begin(), from.weights.end(), out.weights.begin());
  out.weights[kTerms - 1] = from.constant;
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
  const double ridge_squares =
      kRidgeSquares + kRidgeSquaresOfFew / static_cast<double>(examples.size());
  const auto ridge_of = [&](std::size_t i) {
    return i < kSignals ? kRidge : i + 1 < kTerms ? ridge_squares : kRidgeConstant;
  };
  const auto loss_of = [&](const std::array<double, kTerms>& at) {
    double sum = 0;
    for (const auto& e : examples) {
      const auto x = terms(model, e.signals);
      double score = 0;
      for (std::size_t i = 0; i < kTerms; ++i) score += at[i] * static_cast<double>(x[i]);
      const double wrong_way = e.right ? -score : score;
      sum += static_cast<double>(e.weight) *
             (std::max(wrong_way, 0.0) + std::log1p(std::exp(-std::abs(wrong_way))));
    }
    for (std::size_t i = 0; i < kTerms; ++i)
      sum += 0.5 * ridge_of(i) * (at[i] - before[i]) * (at[i] - before[i]);
    return sum;
  };
  double least = loss_of(weights);
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
      const double ridge = ridge_of(i);
      hessian[i][i] += ridge;
      gradient[i] -= ridge * (weights[i] - before[i]);
    }
    solve(hessian, gradient);
    // Newton's step is too long far from the optimum: halved until what is minimised falls.
    double length = 1;
    std::array<double, kTerms> tried{};
    double loss = 0;
    for (int halving = 0; halving < kHalvingsMax; ++halving, length /= 2) {
      for (std::size_t i = 0; i < kTerms; ++i) tried[i] = weights[i] + length * gradient[i];
      loss = loss_of(tried);
      if (loss < least) break;
    }
    if (!(loss < least)) break;
    least = loss;
    double largest = 0;
    for (std::size_t i = 0; i < kTerms; ++i)
      largest = std::max(largest, std::abs(tried[i] - weights[i]));
    weights = tried;
    if (largest < 1e-4) break;
  }
  for (std::size_t i = 0; i < kTerms; ++i) model.weights[i] = static_cast<float>(weights[i]);
  return model;
}

}  // namespace wk::ai
