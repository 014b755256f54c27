// The answer as a language model writes it from what the knowledge search found; where it cannot, the direct answer stays.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>

#include "ai_agent/agent/brain.hpp"
#include "ai_agent/agent/summaries.hpp"
#include "ai_agent/grounding/context_window.hpp"
#include "ai_agent/llm/language_model.hpp"
#include "ai_agent/llm/tool_box.hpp"

namespace wk::ai {

// Thread-safe. write() blocks for as long as the operator's file allows: on a thread of a pool of its own. docs/ai.md says in words what it does.
class GroundedAnswer {
 public:
  // Told of the sentences so far that a passage supports, as the visitor may read them.
  using OnTyped = std::function<void(std::string_view so_far)>;

  // Both outlive it. `tools`: what the model may look up.
  GroundedAnswer(LanguageModel& model, const ToolBox& tools) : model_(model), tools_(tools) {}

  // Whether there is something to write from: the search found an answer, or was near to one; or it found nothing, and there are tools that may.
  // Never where people are asked for.
  bool applies(SiteId site, const v1::BotTurn& direct, const BotEvidence& evidence) const;

  struct Request {
    const BotQuestion& question;
    const BotEvidence& evidence;
    LlmUse use{};
    // What was said before this question, the oldest first, and a summary of what is older.
    std::vector<ChatTurn> history{};
    std::string summary{};
  };
  struct Written {
    v1::BotTurn turn;
    // The conversation gets long: summarise() is due, when nobody waits.
    bool summary_due = false;
  };
  // `direct`: what is said without a model. Given back, with the reason in decided.model.failure, where no provider gave a whole answer. Where
  // the answer has no sentence that a passage supports, the turn is unsure.
  // Requires: applies(…).
  Written write(const Request& request, v1::BotTurn direct, std::stop_token stop, const OnTyped& typed) const;

  // Of all but the newest turns and of the summary before; by the model, or of extracts where it fails. Blocks. Nothing: too little was said.
  std::optional<Summary> summarise(const std::vector<ChatTurn>& history, const std::string& before, const LlmUse& use, std::stop_token stop) const;

 private:
  // Calls what a model asked for and adds what came of it. False: it asked for what it may not have.
  struct Round;
  bool look_up(const ChatAnswer& answer, Round& round, std::stop_token stop) const;

  LanguageModel& model_;
  const ToolBox& tools_;
};

}  // namespace wk::ai
