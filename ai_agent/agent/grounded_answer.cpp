#include "ai_agent/agent/grounded_answer.hpp"

#include <algorithm>

#include "ai_agent/agent/limits.hpp"
#include "ai_agent/agent/phrases.hpp"
#include "ai_agent/grounding/citations.hpp"
#include "ai_agent/grounding/masking.hpp"
#include "ai_agent/grounding/prompt.hpp"
#include "ai_agent/llm/limits.hpp"
#include "base/encoding.hpp"
#include "base/log.hpp"

namespace wk::ai {
namespace {

// Of what a model can read, for a summary of extracts.
constexpr double kExtractShare = 0.1;

std::string passage_of(const Finding& finding) {
  std::string passage = finding.entry.title();
  if (!finding.heading.empty()) passage += " › " + finding.heading;
  return passage + "\n" + finding.text;
}

void add_took(v1::BotDecided& decided, Milliseconds took) {
  const std::int64_t all = std::int64_t{decided.took_us()} + std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  decided.set_took_us(static_cast<std::uint32_t>(std::min<std::int64_t>(all, UINT32_MAX)));
}

// It looked like an answer, but the model found none in it.
v1::BotTurn unsure(const GroundedAnswer::Request& request, v1::BotTurn direct) {
  if (direct.decided().action() != v1::BOT_ACTION_ANSWER) return direct;
  v1::BotTurn turn;
  if (request.question.misses > 0) {
    turn = Brain::hand_over(v1::BOT_REASON_UNSURE, request.question);
  } else {
    v1::Message& reply = *turn.mutable_reply();
    reply.set_text(std::string(phrase(Phrase::kAskBack, request.evidence.language)));
    for (const Finding& finding : request.evidence.findings) {
      if (static_cast<std::size_t>(reply.choices_size()) == agent_limits::kChoicesOffered || !finding.near) break;
      reply.add_choices(std::string(utf8_prefix(finding.entry.title(), agent_limits::kChoiceBytesMax)));
    }
    reply.add_choices(std::string(phrase(Phrase::kPerson, request.evidence.language)));
  }
  const v1::BotAction action = request.question.misses > 0 ? v1::BOT_ACTION_HAND_OVER : v1::BOT_ACTION_ASK_BACK;
  *turn.mutable_decided() = std::move(*direct.mutable_decided());
  turn.mutable_decided()->set_action(action);
  turn.mutable_decided()->set_reason(v1::BOT_REASON_UNSURE);
  return turn;
}

// Those of what it is written from, each once.
void add_labels(v1::BotTurn& turn, const v1::KnowledgeEntry& entry) {
  for (const std::string& label : entry.labels()) {
    if (std::find(turn.labels().begin(), turn.labels().end(), label) == turn.labels().end()) turn.add_labels(label);
  }
}

std::string_view failure_word(const Error& error) {
  if (error.code == ErrorCode::kConflict) return "stopped";
  return error.reason_code != nullptr ? std::string_view(error.reason_code) : error_code_name(error.code);
}

}  // namespace

// What grows while a model asks for tools.
struct GroundedAnswer::Round {
  Masker& masker;
  const std::vector<const HttpTool*> tools;
  std::vector<ChatMessage> messages{};
  // What may be cited: passages, and behind them what tools said.
  std::vector<std::string> passages{};
  std::vector<std::string> called{};
};

bool GroundedAnswer::applies(SiteId site, const v1::BotTurn& direct, const BotEvidence& evidence) const {
  const v1::BotReason reason = direct.decided().reason();
  const bool found = (reason == v1::BOT_REASON_FOUND || reason == v1::BOT_REASON_UNSURE) && !evidence.findings.empty() && evidence.findings.front().near;
  const bool looked = found || reason == v1::BOT_REASON_NOTHING_FOUND || reason == v1::BOT_REASON_UNSURE;
  return found || (looked && !tools_.for_site(site).empty());
}

bool GroundedAnswer::look_up(const ChatAnswer& answer, Round& round, std::stop_token stop) const {
  round.messages.push_back({.role = ChatRole::kAssistant, .content = answer.text, .tool_calls = answer.tool_calls});
  std::size_t calls = 0;
  for (const ToolCall& call : answer.tool_calls) {
    const auto tool = std::find_if(round.tools.begin(), round.tools.end(), [&](const HttpTool* one) { return one->name() == call.name; });
    if (tool == round.tools.end()) return false;
    std::string said = "Not called: too many at once.";
    if (++calls <= llm_limits::kToolCallsARound) {
      // The company's own address may know what the model may not.
      const auto result = (*tool)->call(round.masker.unmask(call.arguments), stop);
      round.called.push_back(call.name);
      if (result) {
        round.passages.push_back((*tool)->description() + "\n" + round.masker.mask(*result));
        said = "[" + std::to_string(round.passages.size()) + "] " + as_data(round.passages.back());
      } else {
        log_warning("llm.tool_failed", {{"tool", call.name}, {"code", error_code_name(result.error().code)}});
        said = result.error().code == ErrorCode::kNotFound ? "Nothing was found." : result.error().code == ErrorCode::kInvalidArgument ? "The arguments do not fit." : "It cannot be looked up now.";
      }
    }
    round.messages.push_back({.role = ChatRole::kTool, .content = std::move(said), .tool_call_id = call.id});
  }
  return true;
}

GroundedAnswer::Written GroundedAnswer::write(const Request& request, v1::BotTurn direct, std::stop_token stop, const OnTyped& typed) const {
  // One masker for all of it, in the order the model reads it, so that equal questions make equal prompts.
  Masker masker(*request.question.names);
  Round round{.masker = masker, .tools = tools_.for_site(request.use.site)};
  ContextParts parts{.system = answer_policy(request.evidence.language, !round.tools.empty())};
  std::vector<const Finding*> near_ones;
  for (const Finding& finding : request.evidence.findings) {
    if (!finding.near) continue;  // it would only lead a model astray
    parts.evidence.push_back(masker.mask(passage_of(finding)));
    near_ones.push_back(&finding);
  }
  parts.summary = masker.mask(request.summary);
  for (const ChatTurn& turn : request.history) parts.turns.push_back({turn.visitor, masker.mask(turn.text)});
  parts.turns.push_back({true, masker.mask(request.evidence.text)});
  // What tools say needs room as well.
  const unsigned tokens = round.tools.empty() ? model_.context_tokens() : model_.context_tokens() / 4 * 3;
  const FittedContext context = fit_context(parts, {.tokens = tokens, .answer_tokens = model_.answer_tokens(), .factor = model_.token_factor()});
  round.messages = answer_prompt(context);
  // What was cut off supports nothing: the model has not seen it. Numbers behind it are those of tools.
  round.passages = context.evidence;
  std::vector<ToolSpec> specs;
  for (const HttpTool* tool : round.tools) specs.push_back(tool->spec());

  v1::BotModel told;
  std::string shown;
  bool asks_for_what_it_may_not = false;
  CheckedAnswer checked;
  std::optional<ChatAnswer> last;
  Milliseconds took{0};
  for (unsigned rounds = 0;; ++rounds) {
    const CitationCheck check(round.passages);
    const bool may_ask = !specs.empty() && rounds < llm_limits::kToolRoundsMax;
    auto answer = model_.answer({.messages = round.messages, .tools = may_ask ? specs : std::vector<ToolSpec>{}}, request.use, stop, [&](std::string_view so_far) {
      std::string now = masker.unmask(check.check(so_far, false).text);
      if (now == shown) return;
      shown = std::move(now);
      if (typed) typed(shown);
    });
    if (!answer) {
      direct.mutable_decided()->mutable_model()->set_failure(std::string(failure_word(answer.error())));
      return {std::move(direct), context.summary_due};
    }
    took += answer->took;
    if (rounds == 0) told.set_first_token_ms(static_cast<std::uint32_t>(answer->first_token.count()));
    told.set_prompt_tokens(told.prompt_tokens() + answer->usage.prompt_tokens);
    told.set_completion_tokens(told.completion_tokens() + answer->usage.completion_tokens);
    const bool asks = !answer->tool_calls.empty();
    asks_for_what_it_may_not = asks && (!may_ask || !look_up(*answer, round, stop));
    // Cut off at the length asked for, its last sentence may be half of one.
    if (!asks || asks_for_what_it_may_not) checked = check.check(answer->text, answer->finish != ChatFinish::kLength);
    last = std::move(*answer);
    if (!asks || asks_for_what_it_may_not) break;
  }
  told.set_provider(last->provider);
  told.set_model(last->model);
  told.set_from_cache(last->from_cache);
  told.set_sentences_dropped(checked.dropped);
  for (const std::string& name : round.called) told.add_tools_called(name);

  v1::BotTurn turn;
  // Who asks for a tool that was not offered has fallen for something: nothing it says counts.
  if (checked.text.empty() || asks_for_what_it_may_not || last->finish == ChatFinish::kFiltered) {
    const bool said_so = last->text.find(kUnsureWord) != std::string::npos;
    told.set_failure(asks_for_what_it_may_not ? "tool_call" : said_so ? "unsure" : "unsupported");
    turn = unsure(request, std::move(direct));
  } else {
    v1::Message& reply = *turn.mutable_reply();
    reply.set_text(masker.unmask(checked.text));
    for (const std::size_t number : checked.cited) {
      if (number >= context.evidence.size()) continue;  // a tool's answer has no page
      const v1::KnowledgeEntry& entry = near_ones[number]->entry;
      add_labels(turn, entry);
      const auto same = [&](const v1::Citation& one) { return one.title() == entry.title() && one.url() == entry.url(); };
      if (std::any_of(reply.citations().begin(), reply.citations().end(), same)) continue;
      v1::Citation& citation = *reply.add_citations();
      citation.set_title(entry.title());
      citation.set_url(entry.url());
    }
    reply.add_choices(std::string(phrase(Phrase::kPerson, request.evidence.language)));
    *turn.mutable_decided() = std::move(*direct.mutable_decided());
    turn.mutable_decided()->set_action(v1::BOT_ACTION_ANSWER);
    turn.mutable_decided()->set_reason(v1::BOT_REASON_FOUND);
  }
  *turn.mutable_decided()->mutable_model() = std::move(told);
  add_took(*turn.mutable_decided(), took);
  return {std::move(turn), context.summary_due};
}

std::optional<Summary> GroundedAnswer::summarise(const std::vector<ChatTurn>& history, const std::string& before, const LlmUse& use, std::stop_token stop) const {
  if (history.size() <= agent_limits::kTurnsNotSummarised) return std::nullopt;
  const std::vector<ChatTurn> turns(history.begin(), history.end() - static_cast<std::ptrdiff_t>(agent_limits::kTurnsNotSummarised));
  Masker masker;
  // In the order they were said, so that placeholders are numbered alike; then the newest that fit.
  std::vector<std::string> lines;
  if (!before.empty()) lines.push_back("Before: " + masker.mask(before) + "\n");
  for (const ChatTurn& turn : turns) lines.push_back(summary_line({turn.visitor, masker.mask(turn.text)}));
  double left = agent_limits::kSummaryReadsShare * model_.context_tokens() / model_.token_factor();
  std::string text;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    left -= estimated_tokens(*line);
    if (left < 0) break;
    text.insert(0, *line);
  }
  const auto answer = model_.answer({.messages = {{ChatRole::kSystem, summary_policy()}, {ChatRole::kUser, "<conversation>\n" + as_data(text) + "</conversation>"}}}, use, stop, {});
  Summary summary{.through = turns.back().seq, .text = {}};
  if (answer && answer->tool_calls.empty() && !answer->text.empty()) {
    summary.text = masker.unmask(answer->text);
  } else {
    summary.text = before + (before.empty() ? "" : "\n") + extract_summary(turns, kExtractShare * model_.context_tokens());
  }
  summary.text = utf8_prefix(summary.text, agent_limits::kSummaryBytesMax);
  return summary;
}

}  // namespace wk::ai
