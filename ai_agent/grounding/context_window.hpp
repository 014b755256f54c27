// What of a conversation and of the evidence a model is given, so that it fits and leaves room for the answer. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wk::ai {

struct ChatTurn {
  // Of the visitor; false: of whoever answered.
  bool visitor = true;
  std::string text{};
  // Where it stands in the log; 0: not told.
  std::uint32_t seq = 0;
};

struct ContextParts {
  // Policy; never cut.
  std::string system{};
  // The best first.
  std::vector<std::string> evidence{};
  // Of what is older than `turns`.
  std::string summary{};
  // The oldest first. Requires: the last is the visitor's.
  std::vector<ChatTurn> turns{};
};

struct ContextRoom {
  // What the model can read and write together.
  unsigned tokens = 8'192;
  // The longest answer asked for; at least a fifth is kept free.
  unsigned answer_tokens = 500;
  // How the model counts, against estimated_tokens().
  double factor = 1.0;
};

struct FittedContext {
  std::string system{};
  // As many of the best as fit in 40 %; the first is cut rather than left out.
  std::vector<std::string> evidence{};
  // At most 15 %.
  std::string summary{};
  // The newest while they fit; the last one always, cut if it has to be.
  std::vector<ChatTurn> turns{};
  // Older turns that did not fit.
  std::size_t turns_left_out = 0;
  // History takes three quarters of its room or did not fit: it is to be summarised, later.
  bool summary_due = false;
  double tokens = 0;
};

// Of a system text that leaves no room at all the rest is empty but for the last turn, cut to nothing.
FittedContext fit_context(const ContextParts& parts, const ContextRoom& room);

// A summary without a model: the beginnings of what was said, the oldest first, at most so many tokens of the newest.
std::string extract_summary(const std::vector<ChatTurn>& turns, double tokens_max);

}  // namespace wk::ai
