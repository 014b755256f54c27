// What is counted and searched for: words (English ones without their endings), numbers, Han
// characters and pairs of them, each as the 64-bit hash of its bytes. With 2 million terms two of
// them share a hash with a chance of 1 in 10 million.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ai_agent/text/text.hpp"

namespace wk::ai {

// Part of the index file's version: a change here is a new one there.
inline constexpr std::uint32_t kTermsVersion = 1;

struct QueryTerm {
  std::uint64_t hash = 0;
  // A word of asking ("what", "how", "哪个"): every question has them, few passages do, so by
  // rarity they look important.
  bool weak = false;
};

// Holds buffers, so that reading a text costs no allocations once they have grown. One user at a
// time.
class TermReader {
 public:
  // Adds every term of the text, with repetitions.
  void document(std::string_view text, std::vector<std::uint64_t>& out);
  // The distinct terms of a question, in order of their first place; at most
  // knowledge_limits::kQueryTermsRead.
  void query(std::string_view text, std::vector<QueryTerm>& out);

 private:
  void read(std::string_view text);

  NormaliseScratch scratch_;
  std::string normal_;
  std::vector<Run> runs_;
};

// What a title calls its matter, without what is said beside it: "Lincoln" of "Lincoln (Nebraska)",
// "Shipping" of "Shipping | Our shop". All of it where nothing else is left.
std::string_view name_in(std::string_view title);

// Light: plural and the endings -ed, -ing, -er's final e are taken off ("charges", "charged",
// "charging": "charg"). What is no lower-case ASCII word stays. Answers a prefix of `word`.
std::string_view english_stem(std::string_view word);

}  // namespace wk::ai
