#include "ai_agent/agent/flow_dialogue.hpp"

#include "ai_agent/agent/brain.hpp"
#include "ai_agent/agent/limits.hpp"
#include "ai_agent/agent/phrases.hpp"
#include "base/encoding.hpp"
#include "base/log.hpp"

namespace wk::ai {
namespace {

void add_paragraph(std::string& text, std::string_view more) {
  if (more.empty()) return;
  if (!text.empty()) text += "\n\n";
  text += more;
}

void say(v1::BotTurn& turn, const FlowDialogue& dialogue, std::string_view where_nothing_is_said) {
  std::string text = dialogue.aside.text();
  add_paragraph(text, dialogue.run.said());
  if (text.empty()) text = where_nothing_is_said;
  turn.mutable_reply()->set_text(std::move(text));
  *turn.mutable_reply()->mutable_citations() = dialogue.aside.citations();
}

void keep(v1::BotTurn& turn, const FlowDialogue& dialogue) {
  v1::BotDecided& decided = *turn.mutable_decided();
  decided.set_reason(v1::BOT_REASON_FLOW);
  for (const std::string& step : dialogue.run.steps()) decided.add_flow_steps(step);
  v1::BotSource& source = *decided.add_sources();
  source.set_entry_id(dialogue.entry.id());
  source.set_title(dialogue.entry.title());
  if (dialogue.begins) *turn.mutable_labels() = dialogue.entry.labels();
}

v1::BotTurn to_people(const FlowDialogue& dialogue, const BotQuestion& question) {
  v1::BotTurn turn = Brain::hand_over(v1::BOT_REASON_FLOW, question, dialogue.language);
  const std::string goodbye = std::move(*turn.mutable_reply()->mutable_text());
  say(turn, dialogue, {});
  add_paragraph(*turn.mutable_reply()->mutable_text(), goodbye);
  return turn;
}

v1::BotTurn goes_on(const FlowDialogue& dialogue) {
  v1::BotTurn turn;
  turn.mutable_decided()->set_action(v1::BOT_ACTION_ANSWER);
  say(turn, dialogue, phrase(Phrase::kFlowEnded, dialogue.language));
  const std::string person(phrase(Phrase::kPerson, dialogue.language));
  if (dialogue.run.stop() == FlowStop::kWaits) {
    *turn.mutable_decided()->mutable_flow() = dialogue.run.state();
    for (const std::string& choice : dialogue.run.choices()) {
      if (choice != person) turn.mutable_reply()->add_choices(choice);
    }
  }
  turn.mutable_reply()->add_choices(person);
  return turn;
}

}  // namespace

v1::BotTurn turn_of(const FlowDialogue& dialogue, const BotQuestion& question) {
  const FlowStop stop = dialogue.run.stop();
  v1::BotTurn turn = stop == FlowStop::kWaits || stop == FlowStop::kEnds ? goes_on(dialogue) : to_people(dialogue, question);
  keep(turn, dialogue);
  return turn;
}

v1::BotTurn ask_tools(FlowDialogue& dialogue, const ToolBox& tools, const BotQuestion& question, const v1::BotTurn& direct, std::stop_token stop) {
  while (dialogue.run.stop() == FlowStop::kCalls) {
    const HttpTool* tool = tools.find(question.site, dialogue.run.tool());
    Result<std::string> response = tool == nullptr ? Result<std::string>(fail(ErrorCode::kUnavailable, "no such tool")) : tool->call_with(dialogue.run.arguments(), stop);
    if (!response && response.error().code != ErrorCode::kNotFound) {
      log_warning("flow.tool_failed", {{"tool", dialogue.run.tool()}, {"flow", dialogue.entry.id()}, {"code", error_code_name(response.error().code)}});
    }
    dialogue.run.called(response);
  }
  v1::BotTurn turn = turn_of(dialogue, question);
  *turn.mutable_decided()->mutable_entities() = direct.decided().entities();
  turn.mutable_decided()->set_took_us(direct.decided().took_us());
  return turn;
}

}  // namespace wk::ai
