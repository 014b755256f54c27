// A dialogue flow as turns of the AI agent: what FlowRun stopped at as what is said, kept and done.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "ai_agent/flow/flow_run.hpp"
#include "ai_agent/llm/tool_box.hpp"
#include "ai_agent/text/text.hpp"
#include "weikeyi/v1/frame.pb.h"

namespace wk::ai {

struct BotQuestion;

// One turn under way. Has one user; stays where it was made, since `run` reads `entry`.
struct FlowDialogue {
  FlowDialogue(v1::KnowledgeEntry entry_, Language language_, std::shared_ptr<const Gazetteer> names_)
      : entry(std::move(entry_)), language(language_), names(std::move(names_)) {}
  FlowDialogue(const FlowDialogue&) = delete;
  FlowDialogue& operator=(const FlowDialogue&) = delete;

  const v1::KnowledgeEntry entry;
  const Language language;
  // Of the site; a turn ends with those it began with.
  const std::shared_ptr<const Gazetteer> names;
  FlowRun run{entry, *names};
  // It begins with this turn.
  bool begins = false;
  // Said before the flow's own words: the answer to something else that the visitor asked meanwhile.
  v1::Message aside{};
};

// Where a tool was to be asked and nobody may: to people. decided.through_seq is the caller's to set.
v1::BotTurn turn_of(const FlowDialogue& dialogue, const BotQuestion& question);

// The turn after asking tools until the flow waits for something else. `direct`: what is done without them. Blocks for as long as they may take: on a
// thread of a pool of its own.
v1::BotTurn ask_tools(FlowDialogue& dialogue, const ToolBox& tools, const BotQuestion& question, const v1::BotTurn& direct, std::stop_token stop);

}  // namespace wk::ai
