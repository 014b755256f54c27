#include "ai_agent/agent/grounded_answer.hpp"

#include <algorithm>

#include "ai_agent/agent/limits.hpp"
#include "ai_agent/agent/phrases.hpp"
#include "ai_agent/grounding/citations.hpp"
#include "ai_agent/grounding/masking.hpp"
#include "ai_agent/grounding/prompt.hpp"
#include "base/encoding.hpp"

namespace wk::ai {
namespace {

// As near as what is offered when it asks back: what is farther would only lead a model astray.
bool near(const Finding& finding) { return finding.score >= finding.gate / 2; }

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
      if (static_cast<std::size_t>(reply.choices_size()) == agent_limits::kChoicesOffered || !near(finding)) break;
      reply.add_choices(std::string(utf8_prefix(finding.entry.title(), 200)));
    }
    reply.add_choices(std::string(phrase(Phrase::kPerson, request.evidence.language)));
  }
  const v1::BotAction action = request.question.misses > 0 ? v1::BOT_ACTION_HAND_OVER : v1::BOT_ACTION_ASK_BACK;
  *turn.mutable_decided() = std::move(*direct.mutable_decided());
  turn.mutable_decided()->set_action(action);
  turn.mutable_decided()->set_reason(v1::BOT_REASON_UNSURE);
  return turn;
}

std::string_view failure_word(const Error& error) { return error.reason_code != nullptr ? std::string_view(error.reason_code) : error_code_name(error.code); }

}  // namespace

bool GroundedAnswer::applies(const v1::BotTurn& direct, const BotEvidence& evidence) {
  const v1::BotReason reason = direct.decided().reason();
  return (reason == v1::BOT_REASON_FOUND || reason == v1::BOT_REASON_UNSURE) && !evidence.findings.empty() && near(evidence.findings.front());
}

v1::BotTurn GroundedAnswer::write(const Request& request, v1::BotTurn direct, std::stop_token stop, const OnTyped& typed) const {
  // One masker for all of it, in the order the model reads it, so that equal questions make equal prompts.
  Masker masker;
  ContextParts parts{.system = answer_policy(request.evidence.language)};
  for (const Finding& finding : request.evidence.findings) {
    if (near(finding)) parts.evidence.push_back(masker.mask(passage_of(finding)));
  }
  parts.summary = masker.mask(request.summary);
  for (const ChatTurn& turn : request.history) parts.turns.push_back({turn.visitor, masker.mask(turn.text)});
  parts.turns.push_back({true, masker.mask(request.evidence.text)});
  const FittedContext context = fit_context(parts, {.tokens = model_.context_tokens(), .answer_tokens = model_.answer_tokens(), .factor = model_.token_factor()});
  // What was cut off supports nothing: the model has not seen it.
  const CitationCheck check(context.evidence);

  std::string shown;
  const auto answer = model_.answer({.messages = answer_prompt(context)}, request.use, stop, [&](std::string_view so_far) {
    std::string now = masker.unmask(check.check(so_far, false).text);
    if (now == shown) return;
    shown = std::move(now);
    if (typed) typed(shown);
  });
  if (!answer) {
    direct.mutable_decided()->mutable_model()->set_failure(std::string(failure_word(answer.error())));
    return direct;
  }
  v1::BotModel told;
  told.set_provider(answer->provider);
  told.set_model(answer->model);
  told.set_prompt_tokens(answer->usage.prompt_tokens);
  told.set_completion_tokens(answer->usage.completion_tokens);
  told.set_from_cache(answer->from_cache);
  told.set_first_token_ms(static_cast<std::uint32_t>(answer->first_token.count()));
  // Cut off at the length asked for, its last sentence may be half of one.
  const bool whole = answer->finish != ChatFinish::kLength;
  const CheckedAnswer checked = check.check(answer->text, whole);
  told.set_sentences_dropped(checked.dropped);

  v1::BotTurn turn;
  // No tool was offered: an answer that asks for one is none, and nothing is called.
  if (checked.text.empty() || !answer->tool_calls.empty() || answer->finish == ChatFinish::kFiltered) {
    const bool said_so = answer->text.find(kUnsureWord) != std::string::npos;
    told.set_failure(!answer->tool_calls.empty() ? "tool_call" : said_so ? "unsure" : "unsupported");
    turn = unsure(request, std::move(direct));
  } else {
    v1::Message& reply = *turn.mutable_reply();
    reply.set_text(masker.unmask(checked.text));
    for (const std::size_t number : checked.cited) {
      const v1::KnowledgeEntry& entry = request.evidence.findings[number].entry;
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
  add_took(*turn.mutable_decided(), answer->took);
  return turn;
}

}  // namespace wk::ai
