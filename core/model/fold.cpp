#include "core/model/fold.hpp"

#include <algorithm>
#include <string>

#include "base/assert.hpp"
#include "base/encoding.hpp"
#include "core/model/limits.hpp"

namespace wk {

namespace v1 = ::weikeyi::v1;

namespace {

template <typename TextAndAttachments>
Said said_in(const v1::Event& event, const TextAndAttachments& body) {
  const bool attachments_alone = body.text().empty() && body.attachments_size() > 0;
  return {event.seq(), event.time_ms(), event.actor().kind(), event.actor().name(), attachments_alone ? body.attachments(0).name() : body.text()};
}

void set_last_message(v1::ConversationSummary& summary, const Said& said, bool note) {
  v1::LastMessage& last = *summary.mutable_last_message();
  last.set_seq(said.seq);
  last.set_time_ms(said.time_ms);
  last.set_actor_kind(said.kind);
  last.mutable_actor_name()->assign(said.name);
  last.mutable_text()->assign(utf8_prefix(said.text, limits::kLastMessageTextBytesMax));
  last.set_note(note);
}

void fold_seen(v1::ConversationSummary& summary, const v1::Event& event) {
  const std::uint32_t through = event.seen().through_seq();
  if (event.actor().kind() == v1::ACTOR_KIND_VISITOR) {
    summary.set_visitor_seen_seq(std::max(summary.visitor_seen_seq(), through));
    return;
  }
  summary.set_agents_seen_seq(std::max(summary.agents_seen_seq(), through));
  // Exact for the usual case (everything seen); an agent who stopped half way keeps the count until the rest is seen.
  if (summary.agents_seen_seq() >= summary.last_visitor_seq()) summary.set_unread(0);
}

void fold_labels(v1::ConversationSummary& summary, const v1::LabelsChanged& change) {
  auto& labels = *summary.mutable_labels();
  for (const std::string& label : change.removed()) {
    labels.erase(std::remove(labels.begin(), labels.end(), label), labels.end());
  }
  for (const std::string& label : change.added()) {
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) *labels.Add() = label;
  }
}

void fold_bot(v1::ConversationSummary& summary, const v1::BotDecided& decided) {
  summary.set_bot_through_seq(std::max(summary.bot_through_seq(), decided.through_seq()));
  const bool missed = decided.reason() == v1::BOT_REASON_UNSURE || decided.reason() == v1::BOT_REASON_NOTHING_FOUND;
  // Handed over it is no longer a matter of tries: when it comes back it begins anew.
  summary.set_bot_misses(missed && decided.action() != v1::BOT_ACTION_HAND_OVER ? summary.bot_misses() + 1 : 0);
  if (decided.has_flow()) {
    *summary.mutable_bot_flow() = decided.flow();
  } else {
    summary.clear_bot_flow();
  }
}

}  // namespace

void fold_message(v1::ConversationSummary& summary, const Said& said) {
  set_last_message(summary, said, false);
  if (said.kind == v1::ACTOR_KIND_VISITOR) {
    summary.set_last_visitor_seq(said.seq);
    summary.set_unread(summary.unread() + 1);
    if (summary.waiting_since_ms() == 0) summary.set_waiting_since_ms(said.time_ms);
    // Who writes has seen what came before.
    summary.set_visitor_seen_seq(std::max(summary.visitor_seen_seq(), said.seq));
    return;
  }
  summary.set_waiting_since_ms(0);
  if (said.kind == v1::ACTOR_KIND_AGENT) {
    if (summary.first_reply_ms() == 0) summary.set_first_reply_ms(said.time_ms);
    summary.set_agents_seen_seq(std::max(summary.agents_seen_seq(), said.seq));
    summary.set_unread(0);
  }
}

void fold(v1::ConversationSummary& summary, const v1::Event& event) {
  WK_ASSERT(event.seq() == summary.last_seq() + 1);
  summary.set_last_seq(event.seq());
  summary.set_updated_ms(event.time_ms());
  switch (event.body_case()) {
    case v1::Event::kStarted:
      summary.set_id(event.conversation_id());
      summary.set_site_id(event.started().site_id());
      summary.set_contact_id(event.started().contact_id());
      summary.set_contact_name(event.actor().name());
      summary.set_channel(event.started().channel());
      *summary.mutable_context() = event.started().context();
      summary.set_state(v1::CONVERSATION_STATE_OPEN);
      summary.mutable_holder()->set_kind(v1::HOLDER_KIND_QUEUE);
      summary.set_created_ms(event.time_ms());
      break;
    case v1::Event::kMessage:
      fold_message(summary, said_in(event, event.message()));
      break;
    case v1::Event::kNote:
      set_last_message(summary, said_in(event, event.note()), true);
      break;
    case v1::Event::kHolderChanged:
      *summary.mutable_holder() = event.holder_changed().to();
      // Who was answered by the AI agent waits from the moment it gives up.
      if (event.holder_changed().reason() == v1::HOLDER_REASON_HANDED_OVER) summary.set_waiting_since_ms(event.time_ms());
      if (event.holder_changed().to().kind() != v1::HOLDER_KIND_BOT) summary.clear_bot_flow();
      break;
    case v1::Event::kStateChanged:
      summary.set_state(event.state_changed().to());
      summary.set_snoozed_until_ms(event.state_changed().snoozed_until_ms());
      if (event.state_changed().to() == v1::CONVERSATION_STATE_RESOLVED) {
        summary.set_waiting_since_ms(0);
        summary.clear_bot_flow();
      }
      break;
    case v1::Event::kSeen:
      fold_seen(summary, event);
      break;
    case v1::Event::kLabelsChanged:
      fold_labels(summary, event.labels_changed());
      break;
    case v1::Event::kPriorityChanged:
      summary.set_priority(event.priority_changed().to());
      break;
    case v1::Event::kRated:
      summary.set_rating(event.rated().score());
      break;
    case v1::Event::kPageViewed:
      summary.mutable_context()->set_page_url(event.page_viewed().url());
      summary.mutable_context()->set_page_title(event.page_viewed().title());
      break;
    case v1::Event::kContactChanged:
      if (!event.contact_changed().name().empty()) summary.set_contact_name(event.contact_changed().name());
      break;
    case v1::Event::kBotDecided:
      fold_bot(summary, event.bot_decided());
      break;
    case v1::Event::BODY_NOT_SET:
      break;  // written by a newer version; kept, shows nothing
  }
}

}  // namespace wk
