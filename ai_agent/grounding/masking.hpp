// What says who somebody is, taken out of a text before it leaves the machine, and put back into the answer.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ai_agent/intent/entities.hpp"

namespace wk::ai {

// One for a prompt and its answer: the same value has the same placeholder in all of its texts. Not thread-safe.
//
// Masked: addresses of e-mail, telephones, order numbers, numbers of cards, of identity papers and of bank accounts, and any other number of
// grounding_limits::kDigitsToMask digits or more. Not found by rules, and so not masked: names, addresses of streets. Nor is what only looks like a
// number of the visitor's but is one of the site's own names.
class Masker {
 public:
  Masker() = default;
  // `names` outlives it.
  explicit Masker(const Gazetteer& names) : names_(&names) {}
  std::string mask(std::string_view text);
  // Placeholders that it gave out become what they stand for; others stay as they are.
  std::string unmask(std::string_view text) const;
  // Whether every placeholder that it gave out stands in the text.
  bool all_in(std::string_view text) const;
  std::size_t masked() const { return values_.size(); }

 private:
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
    const char* kind = "";
  };
  std::vector<Span> find(std::string_view text) const;
  std::string placeholder(const char* kind, std::string_view value);

  const Gazetteer* names_ = nullptr;
  std::map<std::string, std::string, std::less<>> by_value_;
  std::map<std::string, std::string, std::less<>> values_;  // by placeholder
  std::map<std::string, unsigned> numbers_;                 // of each kind
};

}  // namespace wk::ai
