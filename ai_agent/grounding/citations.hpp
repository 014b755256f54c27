// Which sentences of a model's answer are believed: those that name a passage and say what it says.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wk::ai {

struct CheckedAnswer {
  // The believed sentences as written, without their marks.
  std::string text{};
  // Which passages they named, from 0, in the order they were first named.
  std::vector<std::size_t> cited{};
  unsigned dropped = 0;
};

// Immutable. A sentence counts if it names at least one passage ("[2]", "[1, 3]", "【1】"), every one it names is there, and together they hold
// kSupportMin of its words, every number of it and every link. Lexical, so a true sentence in quite other words is dropped too.
class CitationCheck {
 public:
  // `passages`: title and text of each, numbered from 1 in the answer.
  explicit CitationCheck(std::vector<std::string> passages);

  // `whole` = false: of an answer that still grows; its last sentence is not looked at yet.
  CheckedAnswer check(std::string_view answer, bool whole) const;

 private:
  struct Passage {
    std::string text;
    std::vector<std::uint64_t> terms;  // sorted
  };
  bool supported(std::string_view sentence, const std::vector<std::size_t>& named) const;

  std::vector<Passage> passages_;
};

// Sentences with what stands behind their end: marks, quotes, blanks. Joined they are the text. For tests.
std::vector<std::string_view> sentences_of(std::string_view text);

}  // namespace wk::ai
