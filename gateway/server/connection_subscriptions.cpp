// A connection's cursors into conversations: begun, fed live, read on from storage when they fell behind.
#include <algorithm>

#include "base/log.hpp"
#include "gateway/server/connection.hpp"
#include "gateway/server/limits.hpp"
#include "gateway/server/loop_gateway.hpp"

namespace wk {

using websocket::CloseCode;

namespace {

std::size_t bytes_of(const std::vector<EventRef>& events) {
  std::size_t bytes = 0;
  for (const EventRef& event : events) bytes += event.bytes.size();
  return bytes;
}

// At least one stays.
void cut_to_bytes(std::vector<EventRef>& events, std::size_t bytes_max) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    bytes += events[i].bytes.size();
    if (bytes <= bytes_max) continue;
    events.erase(events.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(i, 1)), events.end());
    return;
  }
}

}  // namespace

Subscription* Connection::find(ConversationId conversation) {
  if (Visitor* visitor = this->visitor()) {
    return visitor->subscription.conversation() == conversation ? &visitor->subscription : nullptr;
  }
  Agent* agent = agent_session();
  if (agent == nullptr) return nullptr;
  const auto it = std::find_if(agent->subscriptions.begin(), agent->subscriptions.end(),
                               [&](const Subscription& s) { return s.conversation() == conversation; });
  return it == agent->subscriptions.end() ? nullptr : &*it;
}

void Connection::drop_subscription(ConversationId conversation) {
  gateway_.unsubscribe(conversation, *this);
  if (Agent* agent = agent_session()) {
    std::erase_if(agent->subscriptions, [&](const Subscription& s) { return s.conversation() == conversation; });
  }
}

void Connection::on_subscribe(std::uint32_t ref, const v1::Subscribe& subscribe_to) {
  const ConversationId conversation(subscribe_to.conversation_id());
  // Each begins a read of the store; a visitor has one conversation and little reason to begin it anew.
  if (const auto wait = visitor_wait()) {
    gateway_.services().admission.figures().count(RefusedAt::kMessageVisitor);
    return refuse(ref, busy("too fast", *wait));
  }
  if (auto allowed = may_read(principal(), conversation); !allowed) return refuse(ref, allowed.error());
  subscribe(conversation, ref, subscribe_to.after_seq(), subscribe_to.newest_max());
}

void Connection::subscribe(ConversationId conversation, std::uint32_t ref, Seq after, std::uint32_t newest_max) {
  if (Subscription* again = find(conversation)) {
    // From another cursor: begins anew.
    *again = Subscription(conversation);
  } else {
    Agent& agent = *agent_session();
    if (agent.subscriptions.size() >= gateway_limits::kSubscriptionsMax) {
      return refuse(ref, Error{ErrorCode::kTooLarge, "too many subscriptions", nullptr, 0});
    }
    agent.subscriptions.emplace_back(conversation);
  }
  gateway_.subscribe(conversation, *this);
  gateway_.services().broker.subscribe(
      conversation, gateway_.index(), gateway_.loop(),
      [&gateway = gateway_, key = key_, conversation, ref, after, newest_max](Result<SummaryPtr> summary) {
        if (Connection* connection = gateway.find(key)) {
          connection->on_subscribed(conversation, ref, after, newest_max, std::move(summary));
        }
      });
}

void Connection::on_subscribed(ConversationId conversation, std::uint32_t ref, Seq after, std::uint32_t newest_max,
                               Result<SummaryPtr> summary) {
  Subscription* subscription = find(conversation);
  if (subscription == nullptr) return;
  const bool never_written = !summary && summary.error().code == ErrorCode::kNotFound;
  if (!summary && !(never_written && is_visitor())) {
    refuse(ref, summary.error());
    if (!welcomed_) return close(CloseCode::kTryAgainLater, std::string(summary.error().client_code()), summary.error().retry_after_ms);
    // A visitor's own stays: it asked for it anew and has it still, from where it was.
    if (is_agent()) drop_subscription(conversation);
    return;
  }
  static const v1::ConversationSummary kEmpty;
  const v1::ConversationSummary& now = summary ? **summary : kEmpty;
  if (now.last_seq() > 0) context_ = SharedBytes();
  if (is_visitor() && !welcomed_) welcome_visitor(now);

  // A client that has more than the server was connected to another history (a restored backup): it starts over.
  Seq start = after > now.last_seq() ? 0 : after;
  if (newest_max > 0 && now.last_seq() - start > newest_max) start = now.last_seq() - newest_max;
  v1::ServerFrame frame;
  v1::Subscribed& subscribed = *frame.mutable_subscribed();
  subscribed.set_ref(ref);
  *subscribed.mutable_conversation() = is_visitor() ? visitor_view(now) : now;
  subscribed.mutable_conversation()->set_id(conversation.value());
  if (is_agent()) {
    subscribed.mutable_conversation()->set_visitor_online(gateway_.services().presence.visitor_online(conversation));
  }
  subscribed.set_after_seq(start);
  send_frame(frame);
  subscription->begin(start, now.last_seq());
  start_read(*subscription);
}

void Connection::on_unsubscribe(const v1::Unsubscribe& unsubscribe) {
  const ConversationId conversation(unsubscribe.conversation_id());
  if (is_agent() && find(conversation) != nullptr) drop_subscription(conversation);
}

void Connection::on_live(const EventRange& range, EventFrames& frames) {
  Subscription* subscription = find(range.conversation);
  if (subscription == nullptr) return;
  // Without events: they are no longer at hand.
  if (!subscription->takes(range, congested() || range.events.empty())) return start_read(*subscription);
  const EventFrames::Message message = frames.get({agreement_.encoding, is_visitor(), agreement_.deflate});
  written(message.shared != nullptr ? stream_->write(*message.shared) : stream_->write(message.bytes));
}

void Connection::retry_reads() {
  for_each_subscription([this](Subscription& subscription) { start_read(subscription); });
}

bool Connection::read_recent(Subscription& subscription) {
  if (!subscription.wants_read() || congested()) return true;
  // Encoding takes the loop's time: of that all who are behind get a part of each turn, and those who chat the rest.
  if (!gateway_.may_catch_up()) {
    gateway_.catch_up_soon(*this);
    return true;
  }
  auto events = gateway_.services().store.read_recent(subscription.conversation(), subscription.cursor(), gateway_limits::kCatchUpEvents);
  if (!events || events->empty()) return false;
  cut_to_bytes(*events, gateway_limits::kCatchUpRecentBytes);
  gateway_.caught_up(bytes_of(*events));
  send_events(subscription, *events);
  if (subscription.wants_read() && !congested()) gateway_.catch_up_soon(*this);
  return true;
}

void Connection::send_events(Subscription& subscription, const std::vector<EventRef>& events) {
  const EventRange range{subscription.conversation(), subscription.cursor(), events.back().seq, events};
  std::string& payload = gateway_.scratch_payload();
  append_events(payload, agreement_.encoding, range, is_visitor());
  subscription.read_ends(range.through_seq);
  send_message(payload);
}

void Connection::start_read(Subscription& subscription, std::size_t events_max) {
  // A peer that fell behind while its socket was full joins the live ranges again from memory, within this turn or the next.
  if (read_recent(subscription)) return;
  subscription.read_begins();
  const ConversationId conversation = subscription.conversation();
  const Enqueued enqueued = gateway_.services().pool.submit(
      [&gateway = gateway_, &store = gateway_.services().store, key = key_, conversation, after = subscription.cursor(), events_max] {
        auto events = store.read(conversation, after, events_max);
        if (events) cut_to_bytes(*events, gateway_limits::kCatchUpReadBytes);
        gateway.post_to(key, [conversation, events = std::move(events)](Connection& connection) mutable {
          connection.on_read(conversation, std::move(events));
        });
      });
  if (enqueued == Enqueued::kRefused) {
    subscription.read_failed();
    gateway_.retry_later(*this);
  }
}

void Connection::on_read(ConversationId conversation, Result<std::vector<EventRef>> events) {
  Subscription* subscription = find(conversation);
  if (subscription == nullptr || !subscription->begun()) return;
  if (!events || events->empty()) {
    if (!events) log_warning("subscription.read_failed", {{"conversation", conversation.str()}, {"reason", events.error().context}});
    subscription->read_failed();
    return gateway_.retry_later(*this);
  }
  // The subscription began anew while the read was under way: what came belongs to the old cursor.
  if (events->front().seq != subscription->cursor() + 1) {
    subscription->read_failed();
    return start_read(*subscription);
  }
  // As many as fit the next time, by what these took: what is read and not sent was read for nothing.
  const std::size_t bytes = bytes_of(*events);
  const std::size_t bytes_each = std::max<std::size_t>(bytes / events->size(), 1);
  gateway_.caught_up(bytes);
  send_events(*subscription, *events);
  start_read(*subscription, std::clamp<std::size_t>(gateway_limits::kCatchUpReadBytes / bytes_each, 1, gateway_limits::kCatchUpEvents));
}

}  // namespace wk
