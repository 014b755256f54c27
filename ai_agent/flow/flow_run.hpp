// One turn of a dialogue flow: from what the visitor wrote to what is said, and where the flow stands then. It talks to nobody: where a tool has to
// be asked it stops, and goes on when told what came of it.
//
//   FlowRun run(entry, names);
//   run.begin(text);                 // or run.answer(state, text)
//   while (run.stop() == FlowStop::kCalls) run.called(ask(run.tool(), run.arguments()));
//   … run.said(), run.choices(), run.state()
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ai_agent/flow/limits.hpp"
#include "ai_agent/intent/entities.hpp"
#include "base/result.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk::ai {

namespace v1 = ::weikeyi::v1;

enum class FlowStop : std::uint8_t {
  // For the visitor's answer.
  kWaits,
  kEnds,
  kHandsOver,
  // For what a tool says.
  kCalls,
};

// Has one user. `entry` and the site's `names` outlive it; `entry` was checked (core/model/check_flow.hpp), one that was not is handed over where it
// cannot go on.
class FlowRun {
 public:
  FlowRun(const v1::KnowledgeEntry& entry, const Gazetteer& names);

  // From the first step. What `text` tells already is not asked.
  void begin(std::string_view text);
  // The step that waits has an option that the text means.
  bool offers(const v1::FlowState& state, std::string_view text) const;
  // False: the answer does not fit, and nothing has happened yet; then ask_again() or repeat().
  bool answer(const v1::FlowState& state, std::string_view text);
  // The step's question once more; after the second time the step has failed.
  void ask_again();
  // The step's question as it was, without counting: something else was talked about.
  void repeat();
  // kNotFound: there is no such thing; another error: the tool has failed. The text may be JSON or plain.
  void called(const Result<std::string>& response);

  FlowStop stop() const { return stop_; }
  // Paragraphs; may be empty. A step's own last words of a hand-over are among them.
  const std::string& said() const { return said_; }
  const std::vector<std::string>& choices() const { return choices_; }
  // Of kWaits: to be given to answer() with the visitor's next words.
  const v1::FlowState& state() const { return state_; }
  // What this turn learned for the contact, where it has none yet; empty fields: nothing.
  const v1::ContactChanged& contact() const { return contact_; }
  // Steps taken, in order.
  const std::vector<std::string>& steps() const { return steps_; }

  // Of kCalls: name and the arguments, with the slots' values in them.
  const std::string& tool() const { return tool_; }
  const std::vector<std::pair<std::string, std::string>>& arguments() const { return arguments_; }

 private:
  const v1::FlowStep* find(std::string_view id) const;
  const v1::FlowStep* waiting() const { return find(state_.step()); }
  void hear(std::string_view text);
  void run(std::string_view id);
  // What a step does; the step that follows, or null where the turn stops.
  bool take(const v1::FlowStep& step, std::string_view& next);
  void say(const std::string& text);
  void wait_at(const v1::FlowStep& step, const std::string& question);
  void fail_to(std::string_view next);
  std::string filled(const std::string& text) const;
  const v1::FlowValue* value(std::string_view slot) const;
  void set(const std::string& slot, std::string_view value, bool heard);
  // The step has its answer.
  void answered(const v1::FlowAsk& ask, const std::string& value);
  bool holds(const v1::FlowCondition& condition) const;

  const v1::KnowledgeEntry& entry_;
  const Gazetteer& names_;
  v1::FlowState state_;
  FlowStop stop_ = FlowStop::kHandsOver;
  std::string said_;
  std::vector<std::string> choices_;
  v1::ContactChanged contact_;
  std::vector<std::string> steps_;
  std::string tool_;
  std::vector<std::pair<std::string, std::string>> arguments_;
  std::size_t calls_ = 0;
};

}  // namespace wk::ai
