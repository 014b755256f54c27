#include "ai_agent/intent/anger.hpp"

#include <algorithm>

#include "ai_agent/intent/anger_words.hpp"
#include "ai_agent/text/text.hpp"

namespace wk::ai {
namespace {

constexpr std::size_t kTextBytesMax = 4 * 1024;
constexpr std::size_t kReasonsMax = 8;
constexpr float kCapitals = 0.4f;
constexpr float kMarks = 0.3f;
// A shout is written in capitals; a product's name or one loud word is not.
constexpr std::size_t kCapitalsMin = 15;
constexpr std::size_t kMarksMin = 3;

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool whole_word(std::string_view text, std::size_t begin, std::size_t end) {
  return (begin == 0 || !letter(text[begin - 1]) || !letter(text[begin])) &&
         (end == text.size() || !letter(text[end - 1]) || !letter(text[end]));
}

bool negated(std::string_view text, std::size_t begin) {
  std::string_view before = text.substr(0, begin);
  if (!before.empty() && before.back() == ' ') before.remove_suffix(1);
  return std::any_of(kAngerNegations.begin(), kAngerNegations.end(), [&](std::string_view word) {
    return before.ends_with(word) && whole_word(before, before.size() - word.size(), before.size());
  });
}

bool shouts(std::string_view text) {
  std::size_t capitals = 0;
  std::size_t letters = 0;
  std::size_t words = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!letter(text[i])) continue;
    ++letters;
    if (text[i] < 'a') ++capitals;
    if (i == 0 || !letter(text[i - 1])) ++words;
  }
  return letters >= kCapitalsMin && words >= 3 && capitals * 10 >= letters * 8;
}

// The longest row of "!" and "?" with one "!" at least, in either width.
bool marks(std::string_view normalised) {
  std::size_t row = 0;
  bool exclaimed = false;
  for (const char c : normalised) {
    if (c != '!' && c != '?') {
      row = 0;
      exclaimed = false;
      continue;
    }
    exclaimed = exclaimed || c == '!';
    if (++row >= kMarksMin && exclaimed) return true;
  }
  return false;
}

}  // namespace

Anger detect_anger(std::string_view text) {
  text = text.substr(0, kTextBytesMax);
  const std::string normalised = normalise(text);
  Anger out;
  float calm = 1;
  const auto add = [&](std::string_view reason, float weight) {
    calm *= 1 - weight;
    if (out.reasons.size() < kReasonsMax) out.reasons.emplace_back(reason);
  };
  for (const AngerWord& word : kAngerWords) {
    for (std::size_t at = normalised.find(word.text); at != std::string::npos;
         at = normalised.find(word.text, at + 1)) {
      if (!whole_word(normalised, at, at + word.text.size()) || negated(normalised, at)) continue;
      add(word.text, word.weight);
      break;  // a word said twice is one word
    }
  }
  if (shouts(text)) add("capitals", kCapitals);
  if (marks(normalised)) add("exclamation marks", kMarks);
  out.level = 1 - calm;
  return out;
}

}  // namespace wk::ai
