#include "ai_agent/agent/knowledge_help.hpp"

#include <algorithm>

#include "ai_agent/agent/knowledge_gaps.hpp"
#include "ai_agent/agent/limits.hpp"
#include "ai_agent/agent/recognised.hpp"
#include "ai_agent/agent/requests.hpp"
#include "base/encoding.hpp"

namespace wk::ai {
namespace {

// What the visitor wrote since anybody of us did, and the seq of the last of it.
struct Open {
  std::vector<std::string> texts;
  Seq seq = 0;
};

Open open_in(const std::vector<EventRef>& events) {
  Open open;
  v1::Event event;
  for (const EventRef& ref : events) {
    if (!event.ParseFromArray(ref.bytes.view().data(), static_cast<int>(ref.bytes.view().size())) || !event.has_message()) continue;
    if (event.actor().kind() == v1::ACTOR_KIND_AGENT) {
      open = {};
    } else if (event.actor().kind() == v1::ACTOR_KIND_VISITOR && !event.message().text().empty()) {
      open.texts.push_back(event.message().text());
      open.seq = event.seq();
    }
  }
  return open;
}

// The newest that fit, without what only greets, thanks or asks for a person.
std::string question_of(const std::vector<std::string>& texts) {
  std::string question;
  for (auto text = texts.rbegin(); text != texts.rend(); ++text) {
    if (request_in(*text, {}) != Request::kNone) continue;
    if (question.size() + text->size() + 1 > agent_limits::kQuestionBytesMax) break;
    question = question.empty() ? *text : *text + "\n" + question;
  }
  return question;
}

}  // namespace

Result<v1::SuggestionList> KnowledgeHelp::suggestions(ConversationId conversation) {
  WK_TRY(const v1::ConversationSummary summary, deps_.store.load(conversation));
  v1::SuggestionList list;
  if (summary.last_visitor_seq() == 0) return list;
  constexpr auto kRead = static_cast<Seq>(4 * agent_limits::kMessagesRead);
  const Seq from = summary.last_seq() > kRead ? summary.last_seq() - kRead : 0;
  WK_TRY(const std::vector<EventRef> events, deps_.store.read(conversation, from, kRead));
  const Open open = open_in(events);
  list.set_seq(open.seq);
  const std::string question = question_of(open.texts);
  if (question.empty()) return list;
  const SiteId site(summary.site_id());
  WK_TRY(const std::vector<Finding> findings, deps_.knowledge.search(site, without_references(deps_.knowledge, site, question, *deps_.names.of(site)), agent_limits::kSuggestions, confidence_of(site)));
  for (const Finding& finding : findings) {
    // A person reads them before anybody else does, so they may be further off than what the AI agent itself would say.
    if (finding.score < finding.gate * agent_limits::kSuggestionShareOfGate) break;
    if (finding.entry.kind() == v1::KNOWLEDGE_KIND_FLOW) continue;  // it has no words of its own
    v1::Suggestion& suggestion = *list.add_suggestions();
    suggestion.set_entry_id(finding.entry.id());
    suggestion.set_title(finding.heading.empty() ? finding.entry.title() : finding.entry.title() + " › " + finding.heading);
    suggestion.set_text(std::string(utf8_prefix(finding.text, agent_limits::kAnswerBytesMax)));
    suggestion.set_url(finding.entry.url());
    suggestion.set_score_permille(static_cast<std::uint32_t>(std::clamp(finding.score, 0.0F, 1.0F) * 1'000 + 0.5F));
    suggestion.set_sure(finding.passes());
  }
  return list;
}

Result<v1::KnowledgeGapList> KnowledgeHelp::gaps(const BotRecord::Period& period) {
  // One more than is looked at tells whether there are more.
  WK_TRY(const std::vector<v1::UnansweredQuestion> questions, deps_.record.unanswered(period, agent_limits::kGapQuestionsRead + 1));
  v1::KnowledgeGapList found;
  {
    const std::lock_guard one_at_a_time(gaps_);
    found = knowledge_gaps(questions);
  }
  v1::KnowledgeGapList open;
  open.set_questions(found.questions());
  open.set_more(found.more());
  for (v1::KnowledgeGap& gap : *found.mutable_gaps()) {
    WK_TRY(const bool closed, answered_now(gap));
    if (!closed) *open.add_gaps() = std::move(gap);
  }
  return open;
}

// Somebody has written the entry since. What an agent took over although there was an answer is told all the same: it may have been the wrong one.
Result<bool> KnowledgeHelp::answered_now(const v1::KnowledgeGap& gap) const {
  for (const v1::UnansweredQuestion& example : gap.examples()) {
    if (example.reason() == v1::BOT_REASON_UNSPECIFIED) return false;
  }
  const SiteId site(gap.examples(0).site_id());
  WK_TRY(const std::vector<Finding> findings, deps_.knowledge.search(site, gap.question(), 1, confidence_of(site)));
  return !findings.empty() && findings.front().passes();
}

float KnowledgeHelp::confidence_of(SiteId id) const {
  const auto sites = deps_.directory.sites();
  const auto site = std::find_if(sites->begin(), sites->end(), [&](const v1::Site& one) { return one.id() == id.value(); });
  return site == sites->end() ? 0 : static_cast<float>(site->bot().confidence_to_answer_permille()) / 1'000;
}

}  // namespace wk::ai
