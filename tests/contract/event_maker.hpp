// Events for tests of stores: one log per conversation, numbered without gaps, times rising by a second.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/model/event_ref.hpp"
#include "core/model/visibility.hpp"
#include "weikeyi/v1/event.pb.h"

namespace wk::testing {

namespace v1 = ::weikeyi::v1;

// Not Thread-safe.
class EventMaker {
 public:
  static constexpr std::uint64_t kSite = 7;
  static constexpr std::uint64_t kContact = 70;

  explicit EventMaker(std::int64_t start_ms = 1'767'225'600'000) : time_ms_(start_ms) {}

  void set_time(std::int64_t time_ms) { time_ms_ = time_ms; }
  std::int64_t time_ms() const { return time_ms_; }
  Seq last_seq(ConversationId id) const {
    const auto found = seqs_.find(id);
    return found == seqs_.end() ? 0 : found->second;
  }

  EventRef started(ConversationId id, SiteId site = SiteId(kSite), ContactId contact = ContactId(kContact)) {
    v1::Event event = next(id, v1::ACTOR_KIND_VISITOR, contact.value(), "");
    event.mutable_started()->set_site_id(site.value());
    event.mutable_started()->set_contact_id(contact.value());
    event.mutable_started()->set_channel("web");
    return encode(event);
  }
  EventRef message(ConversationId id, const std::string& text, const std::string& client_id = "",
                   v1::ActorKind kind = v1::ACTOR_KIND_VISITOR, std::uint64_t actor = kContact) {
    v1::Event event = next(id, kind, actor, client_id);
    event.mutable_message()->set_text(text);
    return encode(event);
  }
  EventRef file(ConversationId id, const std::string& name) {
    v1::Event event = next(id, v1::ACTOR_KIND_VISITOR, kContact, "");
    event.mutable_message()->add_attachments()->set_name(name);
    return encode(event);
  }
  EventRef note(ConversationId id, const std::string& text, AgentId agent = AgentId(1)) {
    v1::Event event = next(id, v1::ACTOR_KIND_AGENT, agent.value(), "");
    event.mutable_note()->set_text(text);
    return encode(event);
  }
  EventRef held_by(ConversationId id, AgentId agent) {
    v1::Event event = next(id, v1::ACTOR_KIND_AGENT, agent.value(), "");
    event.mutable_holder_changed()->mutable_to()->set_kind(v1::HOLDER_KIND_AGENT);
    event.mutable_holder_changed()->mutable_to()->set_agent_id(agent.value());
    return encode(event);
  }
  // What the AI agent is given, at the beginning or when it comes back.
  EventRef held_by_bot(ConversationId id) {
    v1::Event event = next(id, v1::ACTOR_KIND_SYSTEM, 0, "");
    event.mutable_holder_changed()->mutable_to()->set_kind(v1::HOLDER_KIND_BOT);
    event.mutable_holder_changed()->set_reason(v1::HOLDER_REASON_NEW);
    return encode(event);
  }
  // The AI agent's word on everything up to `through`.
  EventRef decided(ConversationId id, Seq through, v1::BotAction action, v1::BotReason reason, std::uint32_t took_us = 1'000) {
    v1::Event event = next(id, v1::ACTOR_KIND_BOT, 0, "");
    event.mutable_bot_decided()->set_through_seq(through);
    event.mutable_bot_decided()->set_action(action);
    event.mutable_bot_decided()->set_reason(reason);
    event.mutable_bot_decided()->set_took_us(took_us);
    return encode(event);
  }
  EventRef handed_over(ConversationId id) {
    v1::Event event = next(id, v1::ACTOR_KIND_BOT, 0, "");
    event.mutable_holder_changed()->mutable_to()->set_kind(v1::HOLDER_KIND_QUEUE);
    event.mutable_holder_changed()->set_reason(v1::HOLDER_REASON_HANDED_OVER);
    return encode(event);
  }
  EventRef rated(ConversationId id, std::uint32_t score) {
    v1::Event event = next(id, v1::ACTOR_KIND_VISITOR, kContact, "");
    event.mutable_rated()->set_score(score);
    return encode(event);
  }
  EventRef state(ConversationId id, v1::ConversationState to, std::int64_t snoozed_until_ms = 0) {
    v1::Event event = next(id, v1::ACTOR_KIND_AGENT, 1, "");
    event.mutable_state_changed()->set_to(to);
    event.mutable_state_changed()->set_snoozed_until_ms(snoozed_until_ms);
    return encode(event);
  }
  EventRef seen(ConversationId id, Seq through, v1::ActorKind kind = v1::ACTOR_KIND_VISITOR, std::uint64_t actor = kContact) {
    v1::Event event = next(id, kind, actor, "");
    event.mutable_seen()->set_through_seq(through);
    return encode(event);
  }
  EventRef contact_changed(ConversationId id, const std::string& name, const std::string& email) {
    v1::Event event = next(id, v1::ACTOR_KIND_VISITOR, kContact, "");
    event.mutable_contact_changed()->set_name(name);
    event.mutable_contact_changed()->set_email(email);
    return encode(event);
  }

  static v1::Event decode(const EventRef& ref) {
    v1::Event event;
    event.ParseFromString(std::string(ref.bytes.view()));
    return event;
  }

 private:
  v1::Event next(ConversationId id, v1::ActorKind kind, std::uint64_t actor, const std::string& client_id) {
    v1::Event event;
    event.set_conversation_id(id.value());
    event.set_seq(++seqs_[id]);
    event.set_time_ms(time_ms_ += 1'000);
    event.mutable_actor()->set_kind(kind);
    event.mutable_actor()->set_id(actor);
    event.mutable_actor()->set_name(kind == v1::ACTOR_KIND_VISITOR ? "Visitor" : "Agent");
    event.set_client_id(client_id);
    return event;
  }
  static EventRef encode(const v1::Event& event) {
    return EventRef{ConversationId(event.conversation_id()), event.seq(), SharedBytes(event.SerializeAsString()),
                    visitor_may_see(event)};
  }

  std::map<ConversationId, Seq> seqs_;
  std::int64_t time_ms_;
};

}  // namespace wk::testing
