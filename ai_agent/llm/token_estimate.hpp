// How many tokens a text is, without the model's tokenizer, and corrected by what providers say they counted.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/guarded.hpp"

namespace wk::ai {

// Of Qwen2, DeepSeek, Llama 3 and Baichuan: 0.68 to 0.98 tokens a Chinese character, 3.3 to 3.9 letters a token. Rather too many than too few.
double estimated_tokens(std::string_view utf8);

// Thread-safe. How a model's own count differs from the estimate, learnt from its usage; bounded, so that a provider that counts nonsense
// does no harm.
class TokenFactors {
 public:
  static constexpr double kLeast = 0.5;
  static constexpr double kMost = 2.0;

  double factor(const std::string& model) const;
  // Requires: estimated > 0.
  void learn(const std::string& model, double estimated, std::uint32_t counted);

 private:
  Guarded<std::map<std::string, double>> factors_;
};

}  // namespace wk::ai
