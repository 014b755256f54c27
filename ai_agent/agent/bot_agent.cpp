#include "ai_agent/agent/bot_agent.hpp"

#include <algorithm>
#include <utility>

#include "ai_agent/agent/flow_dialogue.hpp"
#include "ai_agent/agent/history.hpp"
#include "ai_agent/agent/limits.hpp"
#include "ai_agent/agent/phrases.hpp"
#include "ai_agent/agent/requests.hpp"
#include "ai_agent/intent/entities.hpp"
#include "base/encoding.hpp"
#include "base/guarded.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "core/hours/business_hours.hpp"
#include "core/model/limits.hpp"

namespace wk::ai {
namespace {

// Null: it is not there. Holds the snapshot that it is of: sites may have long lists of names.
std::shared_ptr<const v1::Site> site_of(const Directory& directory, SiteId id) {
  const auto sites = directory.sites();
  const auto found = std::find_if(sites->begin(), sites->end(), [&](const v1::Site& site) { return site.id() == id.value(); });
  return found == sites->end() ? nullptr : std::shared_ptr<const v1::Site>(sites, &*found);
}

// What a turn needs of them, for each message: not the lists of names.
v1::BotSettings settings_of(const v1::Site& site) {
  v1::BotSettings settings;
  settings.set_enabled(site.bot().enabled());
  settings.set_name(site.bot().name());
  settings.set_confidence_to_answer_permille(site.bot().confidence_to_answer_permille());
  *settings.mutable_handover_words() = site.bot().handover_words();
  return settings;
}

std::string name_for(const BotQuestion& question) {
  if (!question.settings.name().empty()) return question.settings.name();
  const std::string all = question.texts.empty() ? std::string() : question.texts.back();
  const bool chinese = language_of(all) == Language::kChinese || (all.empty() && question.locale.starts_with("zh"));
  return std::string(phrase(Phrase::kName, chinese ? Language::kChinese : Language::kLatin));
}

// The visitor wrote how to be reached, or said so to a flow before.
bool says_how_to_reach(const v1::ConversationSummary& summary, const BotQuestion& question) {
  const auto names_one = [&](const std::string& text) {
    const auto entities = find_entities(text, *question.names);
    return std::any_of(entities.begin(), entities.end(), [](const Entity& one) { return one.kind == EntityKind::kEmail || one.kind == EntityKind::kPhone; });
  };
  const auto& values = summary.bot_flow().values();
  return std::any_of(question.texts.begin(), question.texts.end(), names_one) ||
         std::any_of(values.begin(), values.end(), [&](const v1::FlowValue& one) { return names_one(one.value()); });
}

bool unanswered(const v1::ConversationSummary& summary) { return summary.last_visitor_seq() > summary.bot_through_seq(); }

// By the beginning of what was written last. Where more than that would tell it, the turn that comes next does.
bool wants_person(const v1::ConversationSummary& summary, const v1::Site* site) {
  if (summary.last_message().actor_kind() != v1::ACTOR_KIND_VISITOR) return false;
  std::vector<std::string> words;
  if (site != nullptr) words.assign(site->bot().handover_words().begin(), site->bot().handover_words().end());
  return request_in(summary.last_message().text(), words) == Request::kPerson;
}

}  // namespace

// What the pool found to do.
struct BotAgent::Made {
  bool nothing = false;
  v1::BotTurn turn;
  std::string name;
  // For a language model.
  BotQuestion question;
  BotEvidence evidence;
  Seq answered_through = 0;
  ContactId contact{};
  // For the contact.
  v1::ContactChanged learned;
};

struct BotAgent::Writing {
  ConversationId conversation;
  SiteId site;
  std::string name;
  std::stop_source stop;
  bool summary_due = false;
  // It is whole: nothing more is typed, or it would stand behind the message. The executor's alone.
  bool over = false;
  // What is shown, and when it was.
  struct Shown {
    std::string text;
    SteadyTime at;
  };
  Guarded<Shown> shown;
};

void BotAgent::start() {
  (void)deps_.executor.post([this] {
    started_ = true;
    look_for_unanswered();
  });
}

void BotAgent::on_change(const SummaryPtr& /*before*/, const SummaryPtr& after) {
  if (after->holder().kind() != v1::HOLDER_KIND_BOT && writing_count_.load(std::memory_order_relaxed) > 0) {
    // Somebody took over: nobody waits for what is being written.
    (void)deps_.executor.post([this, id = ConversationId(after->id())] {
      if (const auto turn = turns_.find(id); turn != turns_.end() && turn->second.writing) turn->second.writing->stop.request_stop();
    });
  }
  if (after->holder().kind() != v1::HOLDER_KIND_BOT || !unanswered(*after)) return;
  (void)deps_.executor.post([this, wanted = Wanted{ConversationId(after->id()), SiteId(after->site_id()), after}]() mutable {
    on_.insert(wanted.site);
    want(std::move(wanted));
  });
}

void BotAgent::want(Wanted wanted) {
  if (!started_) return;  // start() looks for it
  if (const auto turn = turns_.find(wanted.id); turn != turns_.end()) {
    // Who asks for a person does not wait until a model or a tool is done: the direct answer is given, and then people come.
    if (wanted.summary && wants_person(*wanted.summary, site_of(deps_.directory, wanted.site).get())) {
      turn->second.person_wanted = true;
      if (turn->second.writing) turn->second.writing->stop.request_stop();
    }
    turn->second.again = true;
    turn->second.wanted = std::move(wanted);
    return;
  }
  if (turns_.size() < agent_limits::kTurnsInFlightMax) return begin(std::move(wanted));
  if (waits_.contains(wanted.id)) return;
  if (waiting_.size() >= agent_limits::kTurnsWaitingMax) return give_up(wanted);
  waits_.insert(wanted.id);
  waiting_.push_back(std::move(wanted));
  waiting_count_.store(waiting_.size(), std::memory_order_relaxed);
}

void BotAgent::begin(Wanted wanted) {
  const ConversationId id = wanted.id;
  turns_.emplace(id, Turn{.wanted = wanted});
  const Enqueued enqueued = deps_.pool.submit([this, wanted] {
    auto made = std::make_shared<Made>(make(wanted));
    (void)deps_.executor.post([this, id = wanted.id, made] {
      if (!begin_writing(id, made)) store(id, made);
    });
  });
  if (enqueued == Enqueued::kRefused) {
    turns_.erase(id);
    give_up(wanted);
  }
}

BotAgent::Made BotAgent::make(const Wanted& wanted) const {
  const ConversationId id = wanted.id;
  BotQuestion question{.site = wanted.site};
  const auto site = site_of(deps_.directory, wanted.site);
  look_for_people(question, site.get());
  const auto failed = [&](const Error& error) {
    log_warning("bot.turn_failed", {{"conversation", id.value()}, {"reason", error.context}});
    Made made;
    made.turn = Brain::hand_over(v1::BOT_REASON_UNAVAILABLE, question);
    return made;
  };
  auto summary = deps_.store.load(id);
  if (!summary) return failed(summary.error());
  Made made;
  if (summary->holder().kind() != v1::HOLDER_KIND_BOT || summary->state() == v1::CONVERSATION_STATE_RESOLVED) {
    made.nothing = true;
    return made;
  }
  const bool off = !site || !site->bot().enabled();
  if (!off && !unanswered(*summary)) {
    made.nothing = true;
    return made;
  }
  question.misses = summary->bot_misses();
  question.locale = summary->context().locale();
  if (site) question.settings = settings_of(*site);
  question.names = deps_.names.of(question.site);
  if (summary->has_bot_flow()) question.flow = summary->bot_flow();
  // What was said since the last turn; of very much, the newest.
  const Seq through = summary->bot_through_seq();
  constexpr auto kEventsRead = static_cast<Seq>(4 * agent_limits::kMessagesRead);
  const Seq from = summary->last_visitor_seq() > through + kEventsRead ? summary->last_visitor_seq() - kEventsRead : through;
  auto events = deps_.store.read(id, from, kEventsRead + 1);
  if (!events) return failed(events.error());
  for (const EventRef& ref : *events) {
    if (ref.seq > summary->last_visitor_seq()) break;
    v1::Event event;
    if (!event.ParseFromArray(ref.bytes.view().data(), static_cast<int>(ref.bytes.view().size()))) continue;
    if (!event.has_message() || event.actor().kind() != v1::ACTOR_KIND_VISITOR) continue;
    if (!event.message().text().empty()) question.texts.push_back(event.message().text());
    if (event.message().attachments_size() > 0) question.attachments = true;
  }
  if (question.texts.size() > agent_limits::kMessagesRead) {
    question.texts.erase(question.texts.begin(), question.texts.end() - static_cast<std::ptrdiff_t>(agent_limits::kMessagesRead));
  }
  question.reachable = question.people_online || reachable(*summary, question);
  if (off) {
    made.turn = Brain::hand_over(v1::BOT_REASON_UNAVAILABLE, question);
  } else {
    auto turn = deps_.brain.think(question, &made.evidence);
    if (!turn) return failed(turn.error());
    made.turn = std::move(*turn);
  }
  made.contact = ContactId(summary->contact_id());
  made.learned = not_known(made.contact, made.evidence.contact);
  made.turn.mutable_decided()->set_through_seq(summary->last_visitor_seq());
  made.name = name_for(question);
  made.answered_through = through;
  made.question = std::move(question);
  return made;
}

bool BotAgent::begin_writing(ConversationId id, const std::shared_ptr<Made>& made) {
  if (made->nothing || deps_.writers == nullptr) return false;
  const bool asks_tool = made->evidence.flow != nullptr;
  if (!asks_tool && (deps_.grounded == nullptr || !deps_.grounded->applies(made->question.site, made->turn, made->evidence))) return false;
  if (turns_[id].person_wanted) return false;
  if (writing_ >= agent_limits::kWritersMax) {
    if (!asks_tool) made->turn.mutable_decided()->mutable_model()->set_failure("busy");
    return false;
  }
  auto writing = std::make_shared<Writing>();
  writing->conversation = id;
  writing->site = made->question.site;
  writing->name = made->name;
  const Enqueued enqueued = deps_.writers->submit([this, id, made, writing] {
    finish(id, *made, *writing);
    const bool summary_due = writing->summary_due && !writing->stop.stop_requested();
    const auto for_summary = summary_due ? std::make_shared<const Made>(*made) : nullptr;
    (void)deps_.executor.post([this, id, made] { end_writing(id, made); });
    if (for_summary) summarise(*for_summary, *writing);
  });
  if (enqueued == Enqueued::kRefused) return false;
  turns_[id].writing = writing;
  writing_count_.store(++writing_, std::memory_order_relaxed);
  type(*writing, true);
  return true;
}

void BotAgent::finish(ConversationId id, Made& made, Writing& writing) const {
  // A stop of everything is one of this.
  const std::stop_callback all(stop_writing_.get_token(), [&writing] { writing.stop.request_stop(); });
  v1::BotTurn done;
  if (made.evidence.flow) {
    const SteadyTime begun = deps_.clock.steady();
    done = ask_tools(*made.evidence.flow, deps_.tools, made.question, made.turn, writing.stop.get_token());
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(deps_.clock.steady() - begun).count();
    done.mutable_decided()->set_took_us(done.decided().took_us() + static_cast<std::uint32_t>(took));
    made.learned = not_known(made.contact, made.evidence.flow->run.contact());
  } else {
    done = write(id, made, writing);
  }
  // What is switched off gives nothing any more, also where it was asked before.
  const auto site = site_of(deps_.directory, made.question.site);
  if (!site || !site->bot().enabled()) {
    done = Brain::hand_over(v1::BOT_REASON_UNAVAILABLE, made.question);
    made.learned.Clear();
  }
  done.mutable_decided()->set_through_seq(made.turn.decided().through_seq());
  made.turn = std::move(done);
}

v1::BotTurn BotAgent::write(ConversationId id, const Made& made, Writing& writing) const {
  const Summary before = summaries_.find(id).value_or(Summary{});
  const GroundedAnswer::Request request{
      .question = made.question,
      .evidence = made.evidence,
      .use = {.site = made.question.site, .conversation = id},
      .history = read_history(deps_.store, id, {.answered_through = made.answered_through, .summarised_through = before.through, .last = made.turn.decided().through_seq()}),
      .summary = before.text};
  GroundedAnswer::Written done = deps_.grounded->write(request, made.turn, writing.stop.get_token(), [&](std::string_view so_far) {
    const SteadyTime now = deps_.clock.steady();
    const bool due = writing.shown.with([&](Writing::Shown& shown) {
      shown.text = utf8_prefix(so_far, agent_limits::kTypingBytesMax);
      if (now - shown.at < agent_limits::kTypingEvery) return false;
      shown.at = now;
      return true;
    });
    if (due) type(writing, true);
  });
  writing.summary_due = done.summary_due;
  return std::move(done.turn);
}

void BotAgent::summarise(const Made& made, const Writing& writing) const {
  const Summary before = summaries_.find(writing.conversation).value_or(Summary{});
  const auto history = read_history(deps_.store, writing.conversation,
                                    {.answered_through = made.answered_through, .summarised_through = before.through, .last = made.turn.decided().through_seq()});
  auto summary = deps_.grounded->summarise(history, before.text, {.site = writing.site, .conversation = writing.conversation}, stop_writing_.get_token());
  if (summary) summaries_.put(writing.conversation, std::move(*summary));
}

void BotAgent::end_writing(ConversationId id, const std::shared_ptr<Made>& made) {
  writing_count_.store(--writing_, std::memory_order_relaxed);
  if (const auto turn = turns_.find(id); turn != turns_.end() && turn->second.writing) turn->second.writing->over = true;
  store(id, made);
}

void BotAgent::type(const Writing& writing, bool active) const {
  if (!deps_.typing) return;
  v1::TypingSignal signal;
  signal.set_conversation_id(writing.conversation.value());
  signal.mutable_actor()->set_kind(v1::ACTOR_KIND_BOT);
  signal.mutable_actor()->set_name(writing.name);
  signal.set_active(active);
  if (active) signal.set_text(writing.shown.with([](const Writing::Shown& shown) { return shown.text; }));
  deps_.typing(std::move(signal));
}

void BotAgent::store(ConversationId id, std::shared_ptr<const Made> made) {
  if (made->nothing) return end(id);
  const bool learned = !made->learned.email().empty() || !made->learned.phone().empty();
  if (const auto turn = turns_.find(id); learned && turn != turns_.end() && !turn->second.contact_kept) return keep_contact(id, std::move(made));
  AppendRequest request{id, BotPrincipal{made->name}, {}, {}};
  request.append.set_client_id(uuid_v7(deps_.clock.now_ms()));
  *request.append.mutable_bot_turn() = made->turn;
  deps_.conversations.append(std::move(request), deps_.executor, [this, id, made](Result<Appended> appended) {
    const auto turn = turns_.find(id);
    if (turn == turns_.end()) return;
    // The message ends the typing; where none follows, this.
    if (!appended && turn->second.writing) type(*turn->second.writing, false);
    if (!appended && appended.error().code != ErrorCode::kConflict) {
      // Busy, or the disk is full: the visitor waits, as everybody does then.
      if (++turn->second.tries < agent_limits::kStoreTriesMax) {
        again_.emplace_back(id, made);
        return;
      }
      failed_.fetch_add(1, std::memory_order_relaxed);
      log_error("bot.turn_not_stored", {{"conversation", id.value()}, {"reason", appended.error().context}});
      look_again_ = true;
    }
    if (appended) {
      turns_made_.fetch_add(1, std::memory_order_relaxed);
      const v1::BotAction action = made->turn.decided().action();
      if (action == v1::BOT_ACTION_ANSWER) answered_.fetch_add(1, std::memory_order_relaxed);
      if (action == v1::BOT_ACTION_HAND_OVER) handed_over_.fetch_add(1, std::memory_order_relaxed);
    }
    end(id);
  });
}

void BotAgent::keep_contact(ConversationId id, std::shared_ptr<const Made> made) {
  Turn& turn = turns_[id];
  if (turn.contact_client_id.empty()) turn.contact_client_id = uuid_v7(deps_.clock.now_ms());
  AppendRequest request{id, BotPrincipal{made->name}, {}, {}};
  request.append.set_client_id(turn.contact_client_id);
  *request.append.mutable_contact() = made->learned;
  deps_.conversations.append(std::move(request), deps_.executor, [this, id, made](Result<Appended> appended) {
    const auto found = turns_.find(id);
    if (found == turns_.end()) return;
    const bool again = !appended && appended.error().code != ErrorCode::kConflict && ++found->second.tries < agent_limits::kStoreTriesMax;
    if (again) {
      again_.emplace_back(id, made);
      return;
    }
    if (!appended && appended.error().code != ErrorCode::kConflict) log_error("bot.contact_not_stored", {{"conversation", id.value()}, {"reason", appended.error().context}});
    // The visitor is answered all the same.
    found->second.contact_kept = true;
    store(id, made);
  });
}

void BotAgent::end(ConversationId id) {
  const auto turn = turns_.find(id);
  const bool again = turn->second.again;
  Wanted wanted = std::move(turn->second.wanted);
  turns_.erase(turn);
  if (again) want(std::move(wanted));
  begin_next();
}

void BotAgent::begin_next() {
  while (turns_.size() < agent_limits::kTurnsInFlightMax) {
    Wanted next;
    if (!waiting_.empty()) {
      next = std::move(waiting_.front());
      waiting_.pop_front();
      waits_.erase(next.id);
      waiting_count_.store(waiting_.size(), std::memory_order_relaxed);
    } else if (!left_.empty()) {
      next = std::move(left_.back());
      left_.pop_back();
    } else {
      return;
    }
    if (!turns_.contains(next.id)) begin(std::move(next));
  }
}

void BotAgent::look_for_people(BotQuestion& question, const v1::Site* site) const {
  question.people_online = deps_.presence.anybody_online();
  if (site == nullptr) return;
  const std::int64_t now_ms = deps_.clock.now_ms();
  const Opening is = opening(*site, now_ms);
  if (is.open) return;
  question.people_online = false;
  question.closed = OpeningMoment{.opens_ms = is.next_opens_ms, .now_ms = now_ms, .time_zone = site->hours().time_zone()};
}

bool BotAgent::reachable(const v1::ConversationSummary& summary, const BotQuestion& question) const {
  if (says_how_to_reach(summary, question)) return true;
  const auto contact = deps_.directory.contact(ContactId(summary.contact_id()));
  return contact && !(contact->email().empty() && contact->phone().empty());
}

v1::ContactChanged BotAgent::not_known(ContactId id, v1::ContactChanged learned) const {
  if (learned.email().empty() && learned.phone().empty()) return learned;
  // One that is not there yet has none.
  if (const auto contact = deps_.directory.contact(id)) {
    if (!contact->email().empty()) learned.clear_email();
    if (!contact->phone().empty()) learned.clear_phone();
  }
  return learned;
}

void BotAgent::give_up(const Wanted& wanted) {
  handed_over_.fetch_add(1, std::memory_order_relaxed);
  BotQuestion question{.site = wanted.site};
  const auto site = site_of(deps_.directory, wanted.site);
  if (site) question.settings = settings_of(*site);
  look_for_people(question, site.get());
  if (wanted.summary) {
    // What the contact has is not known here: who is asked for an address that we have loses nothing.
    question.locale = wanted.summary->context().locale();
    if (wanted.summary->last_message().actor_kind() == v1::ACTOR_KIND_VISITOR) question.texts.push_back(wanted.summary->last_message().text());
    question.reachable = question.people_online || says_how_to_reach(*wanted.summary, question);
  }
  AppendRequest request{wanted.id, BotPrincipal{name_for(question)}, {}, {}};
  request.append.set_client_id(uuid_v7(deps_.clock.now_ms()));
  *request.append.mutable_bot_turn() = Brain::hand_over(v1::BOT_REASON_UNAVAILABLE, question);
  deps_.conversations.append(std::move(request), deps_.executor, [this](Result<Appended> appended) {
    if (!appended && appended.error().code != ErrorCode::kConflict) look_again_ = true;
  });
}

void BotAgent::look_for_unanswered() {
  if (std::exchange(looking_, true)) return;
  const Enqueued enqueued = deps_.pool.submit([this] {
    deps_.store.settle();
    auto open = deps_.store.unresolved();
    (void)deps_.executor.post([this, open = std::move(open)] {
      looking_ = false;
      if (!open) {
        look_again_ = true;  // with the next tick
        return;
      }
      left_.clear();
      for (const UnresolvedConversation& one : *open) {
        if (one.holder_kind == v1::HOLDER_KIND_BOT) left_.push_back({one.conversation, one.site, nullptr});
      }
      begin_next();
    });
  });
  if (enqueued == Enqueued::kRefused) {
    looking_ = false;
    look_again_ = true;
  }
}

void BotAgent::tick() {
  (void)deps_.executor.post([this] {
    if (!started_) return;
    std::unordered_set<SiteId> on;
    for (const v1::Site& site : *deps_.directory.sites()) {
      if (site.bot().enabled()) on.insert(SiteId(site.id()));
    }
    const bool switched_off = std::any_of(on_.begin(), on_.end(), [&](SiteId site) { return !on.contains(site); });
    on_ = std::move(on);
    // More than once: a conversation that began with the last breath of it may show in no list yet.
    if (switched_off) looks_left_ = agent_limits::kLooksAfterSwitchOff;
    const bool look = looks_left_ > 0 || look_again_;
    look_again_ = false;
    if (looks_left_ > 0) --looks_left_;
    if (look) look_for_unanswered();
    for (const auto& [id, made] : std::exchange(again_, {})) store(id, made);
    const SteadyTime now = deps_.clock.steady();
    for (const auto& [id, turn] : turns_) {
      if (!turn.writing || turn.writing->over) continue;
      if (!on_.contains(turn.writing->site)) turn.writing->stop.request_stop();
      const bool due = turn.writing->shown.with([&](Writing::Shown& shown) { return now - shown.at >= agent_limits::kTypingAtLeast && (shown.at = now, true); });
      if (due) type(*turn.writing, true);
    }
  });
}

Result<v1::TryBotAnswer> BotAgent::try_out(const v1::TryBotRequest& request) {
  const SiteId id(request.site_id());
  const auto site = site_of(deps_.directory, id);
  if (!site) return fail(ErrorCode::kNotFound, "no such site");
  BotQuestion question{.site = id, .settings = settings_of(*site), .names = deps_.names.of(id), .texts = {request.text()}};
  look_for_people(question, site.get());
  if (request.has_flow()) question.flow = request.flow();
  BotEvidence evidence;
  WK_TRY(v1::BotTurn turn, deps_.brain.think(question, &evidence));
  if (evidence.flow || (deps_.grounded != nullptr && deps_.grounded->applies(id, turn, evidence))) {
    // The caller's thread waits; so that not all of them do, few may.
    if (trials_.fetch_add(1) >= agent_limits::kTrialsWrittenMax) {
      turn.mutable_decided()->mutable_model()->set_failure("busy");
    } else if (evidence.flow) {
      turn = ask_tools(*evidence.flow, deps_.tools, question, turn, stop_writing_.get_token());
    } else {
      turn = deps_.grounded->write({.question = question, .evidence = evidence, .use = {.site = id}}, std::move(turn), stop_writing_.get_token(), {}).turn;
    }
    trials_.fetch_sub(1);
  }
  v1::TryBotAnswer answer;
  *answer.mutable_decided() = std::move(*turn.mutable_decided());
  *answer.mutable_reply() = std::move(*turn.mutable_reply());
  return answer;
}

v1::BotToolList BotAgent::tools(SiteId site) const {
  v1::BotToolList list;
  for (const HttpTool* tool : deps_.tools.for_site(site)) *list.add_tools() = tool->listed();
  return list;
}

BotAgent::Figures BotAgent::figures() const {
  return {.turns = turns_made_.load(std::memory_order_relaxed),
          .answered = answered_.load(std::memory_order_relaxed),
          .handed_over = handed_over_.load(std::memory_order_relaxed),
          .failed = failed_.load(std::memory_order_relaxed),
          .waiting = waiting_count_.load(std::memory_order_relaxed)};
}

}  // namespace wk::ai
