#include "ai_agent/agent/bot_agent.hpp"

#include <algorithm>
#include <utility>

#include "ai_agent/agent/limits.hpp"
#include "ai_agent/agent/phrases.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "core/model/limits.hpp"

namespace wk::ai {
namespace {

std::optional<v1::Site> site_of(const Directory& directory, SiteId id) {
  const auto sites = directory.sites();
  const auto found = std::find_if(sites->begin(), sites->end(), [&](const v1::Site& site) { return site.id() == id.value(); });
  return found == sites->end() ? std::nullopt : std::optional(*found);
}

bool unanswered(const v1::ConversationSummary& summary) { return summary.last_visitor_seq() > summary.bot_through_seq(); }

}  // namespace

// What the pool found to do.
struct BotAgent::Made {
  bool nothing = false;
  v1::BotTurn turn;
  std::string name;
};

void BotAgent::start() {
  (void)deps_.executor.post([this] {
    started_ = true;
    look_for_unanswered();
  });
}

void BotAgent::on_change(const SummaryPtr& /*before*/, const SummaryPtr& after) {
  if (after->holder().kind() != v1::HOLDER_KIND_BOT || !unanswered(*after)) return;
  (void)deps_.executor.post([this, id = ConversationId(after->id()), site = SiteId(after->site_id())] {
    on_.insert(site);
    want(id);
  });
}

void BotAgent::want(ConversationId id) {
  if (!started_) return;  // start() looks for it
  if (const auto turn = turns_.find(id); turn != turns_.end()) {
    turn->second.again = true;
    return;
  }
  if (turns_.size() < agent_limits::kTurnsInFlightMax) return begin(id);
  if (waits_.contains(id)) return;
  if (waiting_.size() >= agent_limits::kTurnsWaitingMax) return give_up(id);
  waits_.insert(id);
  waiting_.push_back(id);
  waiting_count_.store(waiting_.size(), std::memory_order_relaxed);
}

void BotAgent::begin(ConversationId id) {
  turns_.emplace(id, Turn{});
  const Enqueued enqueued = deps_.pool.submit([this, id] {
    auto made = std::make_shared<const Made>(make(id));
    (void)deps_.executor.post([this, id, made] { store(id, made); });
  });
  if (enqueued == Enqueued::kRefused) {
    turns_.erase(id);
    give_up(id);
  }
}

BotAgent::Made BotAgent::make(ConversationId id) const {
  const auto failed = [&](const Error& error) {
    log_warning("bot.turn_failed", {{"conversation", id.value()}, {"reason", error.context}});
    Made made;
    made.turn = Brain::hand_over(v1::BOT_REASON_UNAVAILABLE, {.people_online = deps_.presence.anybody_online()});
    return made;
  };
  auto summary = deps_.store.load(id);
  if (!summary) return failed(summary.error());
  Made made;
  if (summary->holder().kind() != v1::HOLDER_KIND_BOT || summary->state() == v1::CONVERSATION_STATE_RESOLVED) {
    made.nothing = true;
    return made;
  }
  const auto site = site_of(deps_.directory, SiteId(summary->site_id()));
  const bool off = !site || !site->bot().enabled();
  if (!off && !unanswered(*summary)) {
    made.nothing = true;
    return made;
  }
  BotQuestion question{.site = SiteId(summary->site_id()), .misses = summary->bot_misses(), .people_online = deps_.presence.anybody_online(),
                       .locale = summary->context().locale()};
  if (site) question.settings = site->bot();
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
  if (off) {
    made.turn = Brain::hand_over(v1::BOT_REASON_UNAVAILABLE, question);
  } else {
    auto turn = deps_.brain.think(question);
    if (!turn) return failed(turn.error());
    made.turn = std::move(*turn);
  }
  made.turn.mutable_decided()->set_through_seq(summary->last_visitor_seq());
  made.name = question.settings.name();
  if (made.name.empty()) {
    const std::string all = question.texts.empty() ? std::string() : question.texts.back();
    const bool chinese = language_of(all) == Language::kChinese || (all.empty() && question.locale.starts_with("zh"));
    made.name = phrase(Phrase::kName, chinese ? Language::kChinese : Language::kLatin);
  }
  return made;
}

void BotAgent::store(ConversationId id, std::shared_ptr<const Made> made) {
  if (made->nothing) return end(id);
  AppendRequest request{id, BotPrincipal{made->name}, {}, {}};
  request.append.set_client_id(uuid_v7(deps_.clock.now_ms()));
  *request.append.mutable_bot_turn() = made->turn;
  deps_.conversations.append(std::move(request), deps_.executor, [this, id, made](Result<Appended> appended) {
    const auto turn = turns_.find(id);
    if (turn == turns_.end()) return;
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

void BotAgent::end(ConversationId id) {
  const auto turn = turns_.find(id);
  const bool again = turn->second.again;
  turns_.erase(turn);
  if (again) want(id);
  begin_next();
}

void BotAgent::begin_next() {
  while (turns_.size() < agent_limits::kTurnsInFlightMax) {
    ConversationId next;
    if (!waiting_.empty()) {
      next = waiting_.front();
      waiting_.pop_front();
      waits_.erase(next);
      waiting_count_.store(waiting_.size(), std::memory_order_relaxed);
    } else if (!left_.empty()) {
      next = left_.back();
      left_.pop_back();
    } else {
      return;
    }
    if (!turns_.contains(next)) begin(next);
  }
}

void BotAgent::give_up(ConversationId id) {
  handed_over_.fetch_add(1, std::memory_order_relaxed);
  AppendRequest request{id, BotPrincipal{}, {}, {}};
  request.append.set_client_id(uuid_v7(deps_.clock.now_ms()));
  *request.append.mutable_bot_turn() = Brain::hand_over(v1::BOT_REASON_UNAVAILABLE, {.people_online = deps_.presence.anybody_online()});
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
        if (one.holder_kind == v1::HOLDER_KIND_BOT) left_.push_back(one.conversation);
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
  });
}

Result<v1::TryBotAnswer> BotAgent::try_out(SiteId id, const std::string& text) {
  const auto site = site_of(deps_.directory, id);
  if (!site) return fail(ErrorCode::kNotFound, "no such site");
  WK_TRY(v1::BotTurn turn, deps_.brain.think({.site = id, .settings = site->bot(), .texts = {text}, .people_online = deps_.presence.anybody_online()}));
  v1::TryBotAnswer answer;
  *answer.mutable_decided() = std::move(*turn.mutable_decided());
  *answer.mutable_reply() = std::move(*turn.mutable_reply());
  return answer;
}

BotAgent::Figures BotAgent::figures() const {
  return {.turns = turns_made_.load(std::memory_order_relaxed),
          .answered = answered_.load(std::memory_order_relaxed),
          .handed_over = handed_over_.load(std::memory_order_relaxed),
          .failed = failed_.load(std::memory_order_relaxed),
          .waiting = waiting_count_.load(std::memory_order_relaxed)};
}

}  // namespace wk::ai
