#include "core/model/decide.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/encoding.hpp"
#include "core/model/limits.hpp"
#include "core/model/speaker.hpp"

namespace wk {
namespace {

tl::unexpected<Error> invalid(std::string context) {
  return fail(ErrorCode::kInvalidArgument, std::move(context));
}

Result<void> check_text(std::string_view what, const std::string& text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    return fail(ErrorCode::kTooLarge, std::string(what) + " is over " + std::to_string(bytes_max) + " bytes");
  }
  if (!utf8_valid(text)) return invalid(std::string(what) + " is not UTF-8");
  if (text.find('\0') != std::string::npos) return invalid(std::string(what) + " holds a NUL");
  return {};
}

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

template <typename TextAndAttachments>
Result<void> check_content(const TextAndAttachments& content) {
  WK_TRY_VOID(check_text("text", content.text(), limits::kMessageTextBytesMax));
  if (content.attachments_size() > static_cast<int>(limits::kAttachmentsMax)) {
    return fail(ErrorCode::kTooLarge, "too many attachments");
  }
  if (blank(content.text()) && content.attachments_size() == 0) return invalid("neither text nor attachment");
  return {};
}

Result<void> check_labels(const v1::LabelsChanged& labels) {
  if (labels.added_size() + labels.removed_size() > static_cast<int>(limits::kLabelsMax)) {
    return fail(ErrorCode::kTooLarge, "too many labels");
  }
  for (const auto* list : {&labels.added(), &labels.removed()}) {
    for (const std::string& label : *list) {
      if (label.empty()) return invalid("empty label");
      WK_TRY_VOID(check_text("label", label, limits::kLabelBytesMax));
    }
  }
  return {};
}

Result<void> check_contact(const v1::ContactChanged& contact) {
  WK_TRY_VOID(check_text("name", contact.name(), limits::kNameBytesMax));
  WK_TRY_VOID(check_text("email", contact.email(), limits::kNameBytesMax));
  WK_TRY_VOID(check_text("phone", contact.phone(), limits::kNameBytesMax));
  if (contact.attributes_size() > static_cast<int>(limits::kAttributesMax)) return fail(ErrorCode::kTooLarge, "too many attributes");
  for (const auto& [name, value] : contact.attributes()) {
    if (name.empty()) return invalid("an attribute without a name");
    WK_TRY_VOID(check_text("attribute name", name, limits::kAttributeNameBytesMax));
    WK_TRY_VOID(check_text("attribute", value, limits::kAttributeValueBytesMax));
  }
  return {};
}

Result<void> check_bot_turn(const v1::BotTurn& turn) {
  const v1::Message& reply = turn.reply();
  WK_TRY_VOID(check_text("text", reply.text(), limits::kMessageTextBytesMax));
  if (blank(reply.text()) && (reply.choices_size() > 0 || reply.citations_size() > 0)) return invalid("choices or citations without a text");
  if (reply.attachments_size() > 0) return invalid("the AI agent attaches nothing");
  if (static_cast<std::size_t>(reply.choices_size()) > limits::kChoicesMax || static_cast<std::size_t>(reply.citations_size()) > limits::kCitationsMax) {
    return fail(ErrorCode::kTooLarge, "too many choices or citations");
  }
  for (const std::string& choice : reply.choices()) WK_TRY_VOID(check_text("choice", choice, limits::kChoiceBytesMax));
  for (const v1::Citation& citation : reply.citations()) {
    WK_TRY_VOID(check_text("title", citation.title(), limits::kNameBytesMax));
    WK_TRY_VOID(check_text("url", citation.url(), limits::kUrlBytesMax));
  }
  if (static_cast<std::size_t>(turn.decided().sources_size()) > limits::kBotSourcesMax) return fail(ErrorCode::kTooLarge, "too many sources");
  v1::LabelsChanged labels;
  *labels.mutable_added() = turn.labels();
  return check_labels(labels);
}

v1::Event event_by(const v1::Actor& actor) {
  v1::Event event;
  *event.mutable_actor() = actor;
  return event;
}

v1::Event state_event(const v1::Actor& actor, const v1::ConversationSummary& state, v1::ConversationState to) {
  v1::Event event = event_by(actor);
  event.mutable_state_changed()->set_from(state.state());
  event.mutable_state_changed()->set_to(to);
  return event;
}

v1::Event holder_event(const v1::Actor& actor, const v1::ConversationSummary& state, v1::Holder to,
                       v1::HolderReason reason) {
  v1::Event event = event_by(actor);
  *event.mutable_holder_changed()->mutable_from() = state.holder();
  *event.mutable_holder_changed()->mutable_to() = std::move(to);
  event.mutable_holder_changed()->set_reason(reason);
  return event;
}

v1::Holder agent_holder(const AgentPrincipal& agent) {
  v1::Holder holder;
  holder.set_kind(v1::HOLDER_KIND_AGENT);
  holder.set_agent_id(agent.agent.value());
  holder.set_agent_name(agent.name);
  return holder;
}

bool same_holder(const v1::Holder& a, const v1::Holder& b) {
  return a.kind() == b.kind() && a.agent_id() == b.agent_id() && a.team_id() == b.team_id();
}

// One command, decided: collects the events.
class Decision {
 public:
  Decision(const v1::ConversationSummary& state, const Principal& principal, const DecideContext& context)
      : state_(state), principal_(principal), actor_(actor_of(principal, state)), context_(context) {}

  Result<void> message(v1::Message& message) {
    if (message.citations_size() + message.choices_size() > 0) return invalid("citations and choices are the AI agent's");
    const auto* visitor = std::get_if<VisitorPrincipal>(&principal_);
    if (state_.last_seq() == 0) {
      v1::Event started = event_by(actor_);
      started.mutable_started()->set_site_id(visitor->site.value());
      started.mutable_started()->set_contact_id(visitor->contact.value());
      started.mutable_started()->set_channel("web");
      *started.mutable_started()->mutable_context() = context_.visitor;
      events_.push_back(std::move(started));
      if (context_.bot_first) events_.push_back(to_bot());
    } else if (message.reply_to_seq() > state_.last_seq()) {
      return invalid("reply_to_seq is not there");
    }
    const bool asleep = state_.state() == v1::CONVERSATION_STATE_RESOLVED ||
                        state_.state() == v1::CONVERSATION_STATE_SNOOZED;
    if (visitor != nullptr && asleep) {
      events_.push_back(state_event(actor_, state_, v1::CONVERSATION_STATE_OPEN));
      // What was resolved is a new matter. What is snoozed is waited for by somebody.
      const bool anew = state_.state() == v1::CONVERSATION_STATE_RESOLVED && state_.holder().kind() != v1::HOLDER_KIND_BOT;
      if (anew && context_.bot_first) events_.push_back(to_bot());
    }
    // Who answers takes it: the visitor should not be answered by three people at once.
    const auto* agent = std::get_if<AgentPrincipal>(&principal_);
    if (agent != nullptr && state_.holder().kind() != v1::HOLDER_KIND_AGENT) {
      events_.push_back(holder_event(actor_, state_, agent_holder(*agent), v1::HOLDER_REASON_CLAIMED));
    }
    v1::Event event = event_by(actor_);
    *event.mutable_message() = std::move(message);
    events_.push_back(std::move(event));
    return {};
  }

  Result<void> claim() {
    const auto* agent = std::get_if<AgentPrincipal>(&principal_);
    if (agent == nullptr) return fail(ErrorCode::kForbidden, "only an agent claims");
    if (state_.holder().kind() == v1::HOLDER_KIND_AGENT) {
      if (state_.holder().agent_id() == agent->agent.value()) return {};
      return fail(Error{ErrorCode::kConflict, "held by " + state_.holder().agent_name(), "already_held", 0});
    }
    if (state_.state() == v1::CONVERSATION_STATE_RESOLVED) {
      events_.push_back(state_event(actor_, state_, v1::CONVERSATION_STATE_OPEN));
    }
    events_.push_back(holder_event(actor_, state_, agent_holder(*agent), v1::HOLDER_REASON_CLAIMED));
    return {};
  }

  Result<void> assign(const v1::Assign& assign) {
    const v1::Holder& to = assign.to();
    const bool to_agent = to.kind() == v1::HOLDER_KIND_AGENT;
    if (!to_agent && to.kind() != v1::HOLDER_KIND_QUEUE) return invalid("to.kind must be AGENT or QUEUE");
    if (to_agent != (to.agent_id() != 0)) return invalid("to.agent_id goes with AGENT");
    const bool routed = std::holds_alternative<SystemPrincipal>(principal_);
    // Routing decides on a picture that may be old: whoever claimed meanwhile keeps it.
    if (routed && to_agent &&
        (state_.holder().kind() != v1::HOLDER_KIND_QUEUE || state_.state() == v1::CONVERSATION_STATE_RESOLVED)) {
      return fail(Error{ErrorCode::kConflict, "no longer in the queue", "already_held", 0});
    }
    if (same_holder(state_.holder(), to)) return {};
    v1::HolderReason reason = v1::HOLDER_REASON_ASSIGNED;
    if (routed) {
      reason = to_agent ? v1::HOLDER_REASON_ROUTED : v1::HOLDER_REASON_RETURNED;
    } else if (state_.holder().kind() == v1::HOLDER_KIND_AGENT) {
      reason = to_agent ? v1::HOLDER_REASON_TRANSFERRED : v1::HOLDER_REASON_RETURNED;
    }
    // An event of its own: the visitor is to learn at once who has the conversation now, and never what was said of it.
    if (!blank(assign.comment())) {
      v1::Event note = event_by(actor_);
      note.mutable_note()->set_text(assign.comment());
      events_.push_back(std::move(note));
    }
    events_.push_back(holder_event(actor_, state_, to, reason));
    return {};
  }

  Result<void> change_state(const v1::ChangeState& change) {
    if (change.to() == state_.state() && change.snoozed_until_ms() == state_.snoozed_until_ms()) return {};
    const bool snooze = change.to() == v1::CONVERSATION_STATE_SNOOZED;
    if (change.snoozed_until_ms() != 0 && (!snooze || change.snoozed_until_ms() <= context_.now_ms)) {
      return invalid("snoozed_until_ms must lie ahead, and goes with SNOOZED");
    }
    v1::Event event = state_event(actor_, state_, change.to());
    event.mutable_state_changed()->set_snoozed_until_ms(change.snoozed_until_ms());
    event.mutable_state_changed()->set_reason(change.reason());
    events_.push_back(std::move(event));
    return {};
  }

  Result<void> seen(const v1::Seen& seen) {
    if (seen.through_seq() > state_.last_seq()) return invalid("through_seq is not there");
    const bool by_visitor = actor_.kind() == v1::ACTOR_KIND_VISITOR;
    if (seen.through_seq() <= (by_visitor ? state_.visitor_seen_seq() : state_.agents_seen_seq())) return {};
    v1::Event event = event_by(actor_);
    *event.mutable_seen() = seen;
    events_.push_back(std::move(event));
    return {};
  }

  Result<void> labels(const v1::LabelsChanged& wanted) {
    const auto has = [this](const std::string& label) {
      return std::find(state_.labels().begin(), state_.labels().end(), label) != state_.labels().end();
    };
    v1::LabelsChanged change;
    for (const std::string& label : wanted.added()) {
      if (!has(label)) change.add_added(label);
    }
    for (const std::string& label : wanted.removed()) {
      if (has(label)) change.add_removed(label);
    }
    if (change.added_size() + change.removed_size() == 0) return {};
    if (state_.labels_size() + change.added_size() > static_cast<int>(limits::kLabelsMax)) {
      return fail(ErrorCode::kTooLarge, "too many labels");
    }
    v1::Event event = event_by(actor_);
    *event.mutable_labels_changed() = std::move(change);
    events_.push_back(std::move(event));
    return {};
  }

  Result<void> change_priority(const v1::ChangePriority& change) {
    if (change.to() == state_.priority()) return {};
    v1::Event event = event_by(actor_);
    event.mutable_priority_changed()->set_from(state_.priority());
    event.mutable_priority_changed()->set_to(change.to());
    events_.push_back(std::move(event));
    return {};
  }

  Result<void> page_viewed(const v1::PageViewed& page) {
    if (page.url() == state_.context().page_url() && page.title() == state_.context().page_title()) return {};
    v1::Event event = event_by(actor_);
    *event.mutable_page_viewed() = page;
    events_.push_back(std::move(event));
    return {};
  }

  Result<void> contact(v1::ContactChanged wanted) {
    if (std::holds_alternative<BotPrincipal>(principal_) && state_.holder().kind() != v1::HOLDER_KIND_BOT) {
      return fail(Error{ErrorCode::kConflict, "no longer the AI agent's", "already_held", 0});
    }
    // Who a verified visitor is, is the company's word; the page may still say what it knows of them.
    const auto* visitor = std::get_if<VisitorPrincipal>(&principal_);
    if (visitor != nullptr && visitor->verified) {
      wanted.clear_name();
      wanted.clear_email();
      wanted.clear_phone();
    }
    if (wanted.name().empty() && wanted.email().empty() && wanted.phone().empty() && wanted.attributes().empty()) return {};
    v1::Event event = event_by(actor_);
    *event.mutable_contact_changed() = std::move(wanted);
    events_.push_back(std::move(event));
    return {};
  }

  Result<void> bot_turn(v1::BotTurn& turn) {
    // Claimed, handed over or resolved meanwhile: it has nothing to say any more.
    if (state_.holder().kind() != v1::HOLDER_KIND_BOT || state_.state() == v1::CONVERSATION_STATE_RESOLVED) {
      return fail(Error{ErrorCode::kConflict, "no longer the AI agent's", "already_held", 0});
    }
    if (turn.decided().through_seq() > state_.last_seq()) return invalid("through_seq is not there");
    // Made twice, for example by two processes: the first one counts. Giving up without having read says nothing of what was read.
    if (turn.decided().through_seq() != 0 && turn.decided().through_seq() <= state_.bot_through_seq() &&
        turn.decided().action() != v1::BOT_ACTION_HAND_OVER) {
      return fail(Error{ErrorCode::kConflict, "answered already", nullptr, 0});
    }
    const bool hands_over = turn.decided().action() == v1::BOT_ACTION_HAND_OVER;
    v1::Event decided = event_by(actor_);
    *decided.mutable_bot_decided() = std::move(*turn.mutable_decided());
    events_.push_back(std::move(decided));
    // As many as there is room for: a turn is not refused for its labels.
    v1::LabelsChanged named;
    for (const std::string& label : turn.labels()) {
      const bool has = std::find(state_.labels().begin(), state_.labels().end(), label) != state_.labels().end();
      if (!has && state_.labels_size() + named.added_size() < static_cast<int>(limits::kLabelsMax)) named.add_added(label);
    }
    WK_TRY_VOID(labels(named));
    if (!blank(turn.reply().text())) {
      v1::Event reply = event_by(actor_);
      *reply.mutable_message() = std::move(*turn.mutable_reply());
      events_.push_back(std::move(reply));
    }
    if (hands_over) {
      v1::Holder queue;
      queue.set_kind(v1::HOLDER_KIND_QUEUE);
      events_.push_back(holder_event(actor_, state_, std::move(queue), v1::HOLDER_REASON_HANDED_OVER));
    }
    return {};
  }

  template <typename Set>
  Result<void> plain(Set&& set) {
    v1::Event event = event_by(actor_);
    set(event);
    events_.push_back(std::move(event));
    return {};
  }

  std::vector<v1::Event> take(std::string client_id) {
    if (!events_.empty()) events_.back().set_client_id(std::move(client_id));
    return std::move(events_);
  }

 private:
  v1::Event to_bot() const {
    v1::Actor system;
    system.set_kind(v1::ACTOR_KIND_SYSTEM);
    v1::Holder bot;
    bot.set_kind(v1::HOLDER_KIND_BOT);
    v1::Event event = holder_event(system, state_, std::move(bot), v1::HOLDER_REASON_NEW);
    if (state_.last_seq() == 0) event.mutable_holder_changed()->mutable_from()->set_kind(v1::HOLDER_KIND_QUEUE);
    return event;
  }

  const v1::ConversationSummary& state_;
  const Principal& principal_;
  const v1::Actor actor_;
  const DecideContext& context_;
  std::vector<v1::Event> events_;
};

}  // namespace

bool client_id_valid(std::string_view id) {
  return !id.empty() && id.size() <= limits::kClientIdBytesMax &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

bool message_text_valid(std::string_view text) {
  return text.size() <= limits::kMessageTextBytesMax && !blank(text) && text.find('\0') == std::string_view::npos && utf8_valid(text);
}

Result<void> check_append(const v1::Append& append) {
  if (!client_id_valid(append.client_id())) {
    return invalid("client_id must be 1 to 64 printable ASCII characters");
  }
  switch (append.command_case()) {
    case v1::Append::kMessage:
      return check_content(append.message());
    case v1::Append::kNote:
      if (append.note().mentioned_agent_ids_size() > static_cast<int>(limits::kMentionsMax)) {
        return fail(ErrorCode::kTooLarge, "too many mentions");
      }
      return check_content(append.note());
    case v1::Append::kAssign:
      return check_text("comment", append.assign().comment(), limits::kCommentBytesMax);
    case v1::Append::kChangeState:
      if (!v1::ConversationState_IsValid(append.change_state().to()) ||
          append.change_state().to() == v1::CONVERSATION_STATE_UNSPECIFIED) {
        return invalid("change_state.to is unknown");
      }
      return check_text("reason", append.change_state().reason(), limits::kReasonBytesMax);
    case v1::Append::kLabels:
      return check_labels(append.labels());
    case v1::Append::kChangePriority:
      if (!v1::Priority_IsValid(append.change_priority().to())) return invalid("priority is unknown");
      return {};
    case v1::Append::kRate:
      if (append.rate().score() < 1 || append.rate().score() > 5) return invalid("score must be 1 to 5");
      return check_text("comment", append.rate().comment(), limits::kCommentBytesMax);
    case v1::Append::kPageViewed:
      WK_TRY_VOID(check_text("url", append.page_viewed().url(), limits::kUrlBytesMax));
      return check_text("title", append.page_viewed().title(), limits::kNameBytesMax);
    case v1::Append::kContact:
      return check_contact(append.contact());
    case v1::Append::kBotTurn:
      return check_bot_turn(append.bot_turn());
    case v1::Append::kClaim:
    case v1::Append::kSeen:
      return {};
    case v1::Append::COMMAND_NOT_SET:
      return invalid("no command");
  }
  return invalid("no command");
}

v1::Actor actor_of(const Principal& principal, const v1::ConversationSummary& state) {
  const Speaker speaker = speaker_of(principal, state.contact_name());
  v1::Actor actor;
  actor.set_kind(speaker.kind);
  actor.set_id(speaker.id);
  actor.set_name(std::string(speaker.name));
  return actor;
}

Result<std::vector<v1::Event>> decide(const v1::ConversationSummary& state, const Principal& principal,
                                      v1::Append append, const DecideContext& context) {
  const bool begins = append.command_case() == v1::Append::kMessage &&
                      std::holds_alternative<VisitorPrincipal>(principal);
  if (state.last_seq() == 0 && !begins) return fail(ErrorCode::kNotFound, "no such conversation");

  Decision decision(state, principal, context);
  Result<void> decided;
  switch (append.command_case()) {
    case v1::Append::kMessage: decided = decision.message(*append.mutable_message()); break;
    case v1::Append::kNote:
      decided = decision.plain([&](v1::Event& event) { *event.mutable_note() = std::move(*append.mutable_note()); });
      break;
    case v1::Append::kClaim: decided = decision.claim(); break;
    case v1::Append::kAssign: decided = decision.assign(append.assign()); break;
    case v1::Append::kChangeState: decided = decision.change_state(append.change_state()); break;
    case v1::Append::kSeen: decided = decision.seen(append.seen()); break;
    case v1::Append::kLabels: decided = decision.labels(append.labels()); break;
    case v1::Append::kChangePriority: decided = decision.change_priority(append.change_priority()); break;
    case v1::Append::kRate:
      decided = decision.plain([&](v1::Event& event) { *event.mutable_rated() = append.rate(); });
      break;
    case v1::Append::kPageViewed: decided = decision.page_viewed(append.page_viewed()); break;
    case v1::Append::kContact: decided = decision.contact(append.contact()); break;
    case v1::Append::kBotTurn: decided = decision.bot_turn(*append.mutable_bot_turn()); break;
    case v1::Append::COMMAND_NOT_SET: return invalid("no command");
  }
  if (!decided) return fail(std::move(decided).error());
  return decision.take(std::move(*append.mutable_client_id()));
}

}  // namespace wk
