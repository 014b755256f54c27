#include "ai_agent/llm/token_estimate.hpp"

#include <algorithm>

namespace wk::ai {
namespace {

// Covers long texts of every kind that was measured.
constexpr double kMargin = 1.2;
// Newer counts weigh this much.
constexpr double kRate = 0.2;
// Of a shorter prompt the fixed words around each message say more than the text does.
constexpr double kLearnFrom = 50;
constexpr std::size_t kModelsMax = 64;

}  // namespace

double estimated_tokens(std::string_view text) {
  std::size_t wide = 0;
  std::size_t latin = 0;
  std::size_t words = 0;
  std::size_t other = 0;
  bool in_word = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 && byte < 0xC0) continue;  // not the first byte of a character
    const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= 0xC3 && byte < 0xE0);
    if (letter) {
      ++latin;
      if (!in_word) ++words;
    } else if (byte >= 0xE0) {
      ++wide;
    } else if (byte != ' ') {
      ++other;
    }
    in_word = letter;
  }
  const auto count = [](std::size_t n) { return static_cast<double>(n); };
  return kMargin * (count(wide) + count(latin) / 3.5 + 0.3 * count(words) + count(other) + 4);
}

double TokenFactors::factor(const std::string& model) const {
  return factors_.with([&](const auto& factors) {
    const auto found = factors.find(model);
    return found == factors.end() ? 1.0 : found->second;
  });
}

void TokenFactors::learn(const std::string& model, double estimated, std::uint32_t counted) {
  if (estimated < kLearnFrom || counted == 0) return;
  const double seen = std::clamp(static_cast<double>(counted) / estimated, kLeast, kMost);
  factors_.with([&](auto& factors) {
    const auto found = factors.find(model);
    if (found != factors.end()) {
      found->second += kRate * (seen - found->second);
    } else if (factors.size() < kModelsMax) {
      factors.emplace(model, seen);
    }
  });
}

}  // namespace wk::ai
