#include "ai_agent/agent/brain.hpp"

#include <algorithm>
#include <chrono>

#include "ai_agent/agent/flow_dialogue.hpp"
#include "ai_agent/agent/limits.hpp"
#include "ai_agent/agent/nobody_words.hpp"
#include "ai_agent/agent/phrases.hpp"
#include "ai_agent/agent/recognised.hpp"
#include "ai_agent/agent/requests.hpp"
#include "ai_agent/intent/anger.hpp"
#include "base/encoding.hpp"

namespace wk::ai {

// What the trained model takes a question for.
struct Meant {
  // kHandOver: nothing of ours, or there is no model.
  Zone zone = Zone::kHandOver;
  float confidence = 0;
  float wanted = 0;
  std::int64_t trained_ms = 0;
  // The likeliest first; entries that are still there.
  std::vector<Finding> entries;
};

// What model and search say together.
struct Looked {
  Looked() = default;
  // A copy's answer would be the original's.
  Looked(Looked&&) = default;
  Looked& operator=(Looked&&) = default;

  Meant meant;
  std::vector<Finding> findings;
  // Points into one of both; null: nothing is sure enough.
  const Finding* answer = nullptr;
  bool by_model = false;
};

namespace {

// What is asked: greetings and thanks on lines of their own say nothing of it. Of nothing else all of it.
std::vector<std::string> substance(const std::vector<std::string>& texts) {
  std::vector<std::string> kept;
  for (const std::string& text : texts) {
    const Request request = request_in(text, {});
    if (request != Request::kGreeting && request != Request::kThanks) kept.push_back(text);
  }
  return kept.empty() ? texts : kept;
}

// The newest that fit, oldest first.
std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (auto text = texts.rbegin(); text != texts.rend(); ++text) {
    if (all.size() + text->size() > agent_limits::kQuestionBytesMax) {
      if (all.empty()) all = utf8_prefix(*text, agent_limits::kQuestionBytesMax);
      break;
    }
    all = all.empty() ? *text : *text + "\n" + all;
  }
  return all;
}

Language language_for(const std::string& text, const std::string& locale) {
  const Language told = language_of(text);
  if (told != Language::kUnknown) return told;
  return locale.starts_with("zh") ? Language::kChinese : Language::kLatin;
}

// At the end of a sentence where there is one in the second half.
std::string shortened(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  constexpr std::string_view kMore = "…";
  const std::string_view head = utf8_prefix(text, bytes_max - kMore.size());
  std::size_t cut = 0;
  for (const std::string_view end : {"。", "！", "？", ". ", "! ", "? ", "\n"}) {
    const std::size_t at = head.rfind(end);
    if (at != std::string_view::npos) cut = std::max(cut, at + end.size());
  }
  if (cut < bytes_max / 2) cut = head.size();
  std::string out(head.substr(0, cut));
  while (!out.empty() && (out.back() == ' ' || out.back() == '\n')) out.pop_back();
  return out.append(kMore);
}

void say(v1::BotTurn& turn, Phrase what, Language language) { turn.mutable_reply()->set_text(std::string(phrase(what, language))); }

void offer_person(v1::BotTurn& turn, Language language) { turn.mutable_reply()->add_choices(std::string(phrase(Phrase::kPerson, language))); }

v1::BotTurn turn_of(v1::BotAction action, v1::BotReason reason) {
  v1::BotTurn turn;
  turn.mutable_decided()->set_action(action);
  turn.mutable_decided()->set_reason(reason);
  return turn;
}

v1::BotTurn handed_over(v1::BotReason reason, Language language, const BotQuestion& question) {
  v1::BotTurn turn = turn_of(v1::BOT_ACTION_HAND_OVER, reason);
  Phrase what = Phrase::kHandedOver;
  if (reason == v1::BOT_REASON_ATTACHMENT) what = Phrase::kCannotRead;
  if (reason == v1::BOT_REASON_ANGER) what = Phrase::kAngerHandedOver;
  // Where nobody is there, that is what has to be said.
  if (question.people_online) {
    say(turn, what, language);
  } else {
    turn.mutable_reply()->set_text(nobody_words({.closed = question.closed, .reachable = question.reachable, .locale = question.locale}, language));
  }
  return turn;
}

std::uint32_t permille(float share) { return static_cast<std::uint32_t>(std::clamp(share, 0.0F, 1.0F) * 1'000 + 0.5F); }

void keep_sources(v1::BotDecided& decided, const std::vector<Finding>& findings, int sources_max) {
  for (const Finding& finding : findings) {
    if (decided.sources_size() >= sources_max) break;
    const bool there = std::any_of(decided.sources().begin(), decided.sources().end(), [&](const v1::BotSource& one) { return one.entry_id() == finding.entry.id(); });
    if (there) continue;
    v1::BotSource& source = *decided.add_sources();
    source.set_entry_id(finding.entry.id());
    source.set_title(finding.heading.empty() ? finding.entry.title() : finding.entry.title() + " › " + finding.heading);
    source.set_passage(std::string(utf8_prefix(finding.text, agent_limits::kSourcePassageBytes)));
    source.set_score_permille(permille(finding.score));
  }
}

void keep_confidence(v1::BotDecided& decided, float confidence, float wanted) {
  decided.set_confidence_permille(permille(confidence));
  decided.set_confidence_wanted_permille(permille(wanted));
}

v1::Message words_of(const Finding& finding) {
  v1::Message words;
  words.set_text(shortened(finding.text, agent_limits::kAnswerBytesMax));
  v1::Citation& citation = *words.add_citations();
  citation.set_title(finding.entry.title());
  citation.set_url(finding.entry.url());
  return words;
}

v1::BotTurn answered(const Finding& finding, Language language) {
  v1::BotTurn turn = turn_of(v1::BOT_ACTION_ANSWER, v1::BOT_REASON_FOUND);
  *turn.mutable_reply() = words_of(finding);
  *turn.mutable_labels() = finding.entry.labels();
  offer_person(turn, language);
  return turn;
}

v1::BotTurn flow_turn(std::shared_ptr<FlowDialogue> dialogue, const BotQuestion& question, BotEvidence& evidence) {
  v1::BotTurn turn = turn_of(*dialogue, question);
  evidence.contact = dialogue->run.contact();
  if (dialogue->run.stop() == FlowStop::kCalls) evidence.flow = std::move(dialogue);
  return turn;
}

// A flow speaks the language it was written in: an answer that is an address or a number has none.
std::shared_ptr<FlowDialogue> dialogue_of(const v1::KnowledgeEntry& entry, const BotQuestion& question, Language otherwise) {
  const Language written = language_of(entry.title());
  return std::make_shared<FlowDialogue>(entry, written == Language::kUnknown ? otherwise : written, question.names);
}

v1::BotTurn begin_flow(const v1::KnowledgeEntry& entry, const BotQuestion& question, const std::string& text, Language language, BotEvidence& evidence) {
  auto dialogue = dialogue_of(entry, question, language);
  dialogue->begins = true;
  dialogue->run.begin(text);
  return flow_turn(std::move(dialogue), question, evidence);
}

bool known_to(const Meant& meant, const v1::KnowledgeEntry& entry) {
  return entry.kind() != v1::KNOWLEDGE_KIND_ARTICLE && static_cast<std::size_t>(entry.phrasings_size()) + 1 >= agent_limits::kIntentPhrasingsMin &&
         entry.updated_ms() <= meant.trained_ms;
}

// Whether what was found is answered with. Of the entries that the model knows it tells better than the gate of the search does whether one is
// meant (docs/ai.md): there the search's best has to be the model's as well, and the model not sure of the contrary.
bool may_answer(const Finding& finding, const Meant& meant) {
  if (!known_to(meant, finding.entry) || finding.word_for_word) return finding.passes();
  return finding.passes() && meant.zone != Zone::kHandOver && meant.entries.front().entry.id() == finding.entry.id();
}

void add_choice(v1::Message& reply, const Finding& finding) {
  if (static_cast<std::size_t>(reply.choices_size()) == agent_limits::kChoicesOffered) return;
  std::string choice(utf8_prefix(finding.entry.title(), agent_limits::kChoiceBytesMax));
  if (std::find(reply.choices().begin(), reply.choices().end(), choice) == reply.choices().end()) reply.add_choices(std::move(choice));
}

// The first time it asks back, the second time it hands over.
v1::BotTurn not_sure(const BotQuestion& question, Language language, const Meant& meant, const std::vector<Finding>& findings) {
  const bool unsure = meant.zone != Zone::kHandOver || (!findings.empty() && findings.front().near);
  const v1::BotReason reason = unsure ? v1::BOT_REASON_UNSURE : v1::BOT_REASON_NOTHING_FOUND;
  if (question.misses > 0) return handed_over(reason, language, question);
  v1::BotTurn turn = turn_of(v1::BOT_ACTION_ASK_BACK, reason);
  say(turn, unsure ? Phrase::kAskBack : Phrase::kNothingFound, language);
  if (meant.zone != Zone::kHandOver) {
    for (const Finding& entry : meant.entries) add_choice(*turn.mutable_reply(), entry);
  }
  for (const Finding& finding : findings) {
    if (finding.near) add_choice(*turn.mutable_reply(), finding);
  }
  offer_person(turn, language);
  return turn;
}

// What an answer may be written from: what the model means first if it is sure, last if it only may be meant.
std::vector<Finding> evidence_of(const Meant& meant, bool sure, const std::vector<Finding>& findings) {
  std::vector<Finding> all;
  const auto add = [&](const Finding& finding) {
    if (finding.entry.kind() == v1::KNOWLEDGE_KIND_FLOW) return;  // it says nothing until it is run
    const bool there = std::any_of(all.begin(), all.end(), [&](const Finding& one) { return one.entry.id() == finding.entry.id() && one.text == finding.text; });
    if (!there && all.size() < agent_limits::kSourcesKept) all.push_back(finding);
  };
  if (sure) add(meant.entries.front());
  std::for_each(findings.begin(), findings.end(), add);
  if (meant.zone != Zone::kHandOver) std::for_each(meant.entries.begin(), meant.entries.end(), add);
  return all;
}

void keep_looked(v1::BotDecided& decided, const Looked& looked) {
  if (looked.by_model) {
    keep_sources(decided, looked.meant.entries, decided.sources_size() + 1);
    keep_confidence(decided, looked.meant.confidence, looked.meant.wanted);
  } else if (!looked.findings.empty()) {
    keep_confidence(decided, looked.findings.front().score, looked.findings.front().gate);
  }
  keep_sources(decided, looked.findings, static_cast<int>(agent_limits::kSourcesKept));
  if (!looked.meant.entries.empty()) {
    decided.set_intent(looked.meant.entries.front().entry.title());
    decided.set_intent_confidence_permille(permille(looked.meant.confidence));
  }
}

}  // namespace

v1::BotTurn Brain::hand_over(v1::BotReason reason, const BotQuestion& question, std::optional<Language> language) {
  return handed_over(reason, language.value_or(language_for(joined(question.texts), question.locale)), question);
}

Result<Meant> Brain::what_is_meant(SiteId site, const std::string& text) const {
  Meant meant;
  const auto guess = intents_ != nullptr ? intents_->classify(site, text) : std::nullopt;
  if (!guess) return meant;
  for (const KnowledgeEntryId id : guess->candidates) {
    WK_TRY(auto entry, knowledge_.faq(site, id));
    // The likeliest is gone: what is said of the others says nothing.
    if (!entry && meant.entries.empty()) return meant;
    if (!entry) continue;
    entry->score = guess->confidence;
    entry->gate = guess->wanted;
    entry->near = guess->zone != Zone::kHandOver;
    meant.entries.push_back(std::move(*entry));
  }
  if (meant.entries.empty()) return meant;
  meant.zone = guess->zone;
  meant.confidence = guess->confidence;
  meant.wanted = guess->wanted;
  meant.trained_ms = guess->trained_ms;
  return meant;
}

Result<v1::BotTurn> Brain::think(const BotQuestion& question, BotEvidence* evidence) const {
  const SteadyTime begun = clock_.steady();
  const std::string text = joined(substance(question.texts));
  const Language language = language_for(text, question.locale);
  BotEvidence seen;
  auto turn = decide(question, text, language, seen);
  if (turn) {
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady() - begun).count();
    turn->mutable_decided()->set_took_us(static_cast<std::uint32_t>(took));
    keep_entities(*turn->mutable_decided(), question.texts, *question.names);
  }
  if (evidence != nullptr) *evidence = std::move(seen);
  return turn;
}

Result<v1::BotTurn> Brain::decide(const BotQuestion& question, const std::string& text, Language language, BotEvidence& evidence) const {
  const std::vector<std::string> words(question.settings.handover_words().begin(), question.settings.handover_words().end());
  const Request request = request_in(text, words);
  if (request == Request::kPerson) return handed_over(v1::BOT_REASON_REQUESTED, language, question);
  if (detect_anger(text).level >= kAngryFrom) return handed_over(v1::BOT_REASON_ANGER, language, question);
  if (question.attachments) return handed_over(v1::BOT_REASON_ATTACHMENT, language, question);
  if (question.flow) {
    WK_TRY(auto turn, go_on(question, text, language, evidence));
    if (turn) return std::move(*turn);
  }
  if (request != Request::kNone) {
    v1::BotTurn turn = turn_of(v1::BOT_ACTION_ANSWER, v1::BOT_REASON_SMALL_TALK);
    say(turn, request == Request::kGreeting ? Phrase::kGreeting : Phrase::kThanks, language);
    if (request == Request::kGreeting) offer_person(turn, language);
    return turn;
  }

  WK_TRY(const Looked looked, look_up(question, text));
  v1::BotTurn turn;
  if (looked.answer != nullptr && looked.answer->entry.kind() == v1::KNOWLEDGE_KIND_FLOW) {
    turn = begin_flow(looked.answer->entry, question, text, language, evidence);
    turn.mutable_decided()->clear_sources();  // it is among what was looked up, with its score
  } else {
    turn = looked.answer != nullptr ? answered(*looked.answer, language) : not_sure(question, language, looked.meant, looked.findings);
    evidence.text = text;
    evidence.language = language;
    evidence.findings = evidence_of(looked.meant, looked.by_model, looked.findings);
  }
  keep_looked(*turn.mutable_decided(), looked);
  return turn;
}

Result<Looked> Brain::look_up(const BotQuestion& question, const std::string& text) const {
  Looked looked;
  const std::string asked = without_references(knowledge_, question.site, text, *question.names);
  WK_TRY(looked.meant, what_is_meant(question.site, asked));
  WK_TRY(looked.findings, knowledge_.search(question.site, asked, agent_limits::kSourcesKept, static_cast<float>(question.settings.confidence_to_answer_permille()) / 1'000));
  const bool found = !looked.findings.empty() && may_answer(looked.findings.front(), looked.meant);
  // What stands there word for word is meant, and an entry that is younger than the model can be nothing it means.
  const bool model_passed_over = found && (!known_to(looked.meant, looked.findings.front().entry) || looked.findings.front().word_for_word);
  looked.by_model = looked.meant.zone == Zone::kAct && !model_passed_over;
  if (looked.by_model) {
    looked.answer = &looked.meant.entries.front();
  } else if (found) {
    looked.answer = &looked.findings.front();
  }
  return looked;
}

Result<std::optional<v1::BotTurn>> Brain::go_on(const BotQuestion& question, const std::string& text, Language language, BotEvidence& evidence) const {
  WK_TRY(auto found, knowledge_.faq(question.site, KnowledgeEntryId(question.flow->entry_id())));
  if (!found || found->entry.kind() != v1::KNOWLEDGE_KIND_FLOW) return std::optional<v1::BotTurn>();
  auto dialogue = dialogue_of(found->entry, question, language);
  // One of the options may be "no, thanks".
  if (is_cancel(text) && !dialogue->run.offers(*question.flow, text)) {
    v1::BotTurn turn = turn_of(v1::BOT_ACTION_ANSWER, v1::BOT_REASON_FLOW);
    say(turn, Phrase::kFlowCancelled, dialogue->language);
    offer_person(turn, dialogue->language);
    return std::optional(std::move(turn));
  }
  // Drawn anew meanwhile: its steps may be others.
  if (found->entry.updated_ms() != question.flow->revision_ms()) return std::optional(begin_flow(found->entry, question, text, language, evidence));
  if (!dialogue->run.answer(*question.flow, text)) {
    // No answer to what was asked: perhaps a question of its own.
    WK_TRY(const Looked looked, look_up(question, text));
    const bool another = looked.answer != nullptr && looked.answer->entry.id() != dialogue->entry.id();
    if (another && looked.answer->entry.kind() == v1::KNOWLEDGE_KIND_FLOW) return std::optional(begin_flow(looked.answer->entry, question, text, language, evidence));
    if (another) {
      // Answered, and then what was asked before once more.
      dialogue->aside = words_of(*looked.answer);
      dialogue->run.repeat();
      v1::BotTurn turn = flow_turn(std::move(dialogue), question, evidence);
      keep_looked(*turn.mutable_decided(), looked);
      *turn.mutable_labels() = looked.answer->entry.labels();
      return std::optional(std::move(turn));
    }
    if (request_in(text, {}) == Request::kNone) {
      dialogue->run.ask_again();
    } else {
      dialogue->run.repeat();  // hello or thanks
    }
  }
  return std::optional(flow_turn(std::move(dialogue), question, evidence));
}

}  // namespace wk::ai
