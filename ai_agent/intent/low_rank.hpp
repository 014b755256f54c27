// A softmax over all intents whose weights are the product of two narrow matrices, as fastText
// trains them: each feature has a point in a small space and each intent a direction in it, found
// by a few rounds of stochastic gradient descent. Stopped early, it learns first what many examples
// share, where each support vector machine holds on to every example of its own; the two err in
// different ways. The product is linear again, so that a model keeps one head for both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>

#include "ai_agent/intent/linear.hpp"

namespace wk::ai {

struct LowRankOptions {
  std::size_t width_max = 64;  // of the space; no wider than there are intents
  int epochs = 20;
  float rate = 0.1f;  // falls to 0 over the epochs
  std::uint64_t seed = 1;
};

// Examples of no intent are left out. The scores of one example over all intents have mean 0, but
// for what the bias adds. Takes 4 bytes x width for each feature. Stopped: what it has by then.
LinearWeights train_low_rank(const LinearProblem& problem, const LowRankOptions& options,
                             const std::stop_token& stop);

}  // namespace wk::ai
