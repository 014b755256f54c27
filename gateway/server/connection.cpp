#include "gateway/server/connection.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "core/model/decide.hpp"
#include "core/model/limits.hpp"
#include "gateway/server/hello.hpp"
#include "gateway/server/limits.hpp"
#include "gateway/server/loop_gateway.hpp"

namespace wk {

using websocket::CloseCode;
using websocket::Decoded;
using websocket::Opcode;

Connection::Connection(LoopGateway& gateway, std::uint64_t key, std::unique_ptr<Stream> stream, ConnectionInfo info)
    : gateway_(gateway),
      key_(key),
      stream_(std::move(stream)),
      decoder_({.role = websocket::Role::kServer,
                .deflate = info.deflate.has_value(),
                .message_bytes_max = gateway_limits::kClientMessageBytesMax}),
      info_(std::move(info)),
      state_(AwaitingHello{gateway.services().clock.steady() + gateway_limits::kHelloDeadline}),
      heard_(gateway.services().clock.steady()) {
  stream_->set_handler(*this);
}

Connection::~Connection() = default;

bool Connection::is_visitor() const {
  const auto* active = std::get_if<Active>(&state_);
  return active != nullptr && std::holds_alternative<VisitorPrincipal>(active->principal);
}

bool Connection::is_agent() const {
  const auto* active = std::get_if<Active>(&state_);
  return active != nullptr && std::holds_alternative<AgentPrincipal>(active->principal);
}

const Principal* Connection::principal() const {
  const auto* active = std::get_if<Active>(&state_);
  return active == nullptr ? nullptr : &active->principal;
}

// ---- in

std::size_t Connection::on_data(std::span<char> bytes) {
  heard_ = gateway_.services().clock.steady();
  const std::size_t received = bytes.size();
  while (!std::holds_alternative<Closing>(state_)) {
    const Decoded decoded = decoder_.next(gateway_.codec(), bytes);
    switch (decoded.kind) {
      case Decoded::Kind::kNothing:
        return received;
      case Decoded::Kind::kText:
      case Decoded::Kind::kBinary: {
        const bool text = decoded.kind == Decoded::Kind::kText;
        if (text != (info_.encoding == Encoding::kJson)) {
          close(CloseCode::kUnsupportedData, "wrong_message_type", 0);
          return received;
        }
        on_message(decoded.payload);
        break;
      }
      case Decoded::Kind::kPing: {
        std::string pong;
        websocket::append_pong(pong, decoded.payload);
        (void)stream_->write(std::move(pong));
        break;
      }
      case Decoded::Kind::kPong:
        break;
      case Decoded::Kind::kClose:
      case Decoded::Kind::kFailed: {
        std::string reply;
        websocket::append_close_reply(reply, decoded);
        end_session();
        state_ = Closing{};
        (void)stream_->write(std::move(reply));
        stream_->close();
        return received;
      }
    }
  }
  return received;
}

void Connection::on_message(std::string_view payload) {
  auto frame = decode_client_frame(info_.encoding, payload);
  if (!frame) return close(CloseCode::kPolicyViolation, "bad_frame", 0);
  on_frame(std::move(*frame));
}

void Connection::on_frame(v1::ClientFrame frame) {
  if (std::holds_alternative<AwaitingHello>(state_)) {
    if (!frame.has_hello()) return close(CloseCode::kPolicyViolation, "hello_expected", 0);
    return on_hello(std::move(*frame.mutable_hello()));
  }
  auto* active = std::get_if<Active>(&state_);
  // While a Hello is being looked at the client has to wait for Welcome (P12).
  if (active == nullptr) return close(CloseCode::kPolicyViolation, "welcome_not_awaited", 0);
  switch (frame.body_case()) {
    case v1::ClientFrame::kHello:
      return close(CloseCode::kPolicyViolation, "hello_twice", 0);
    case v1::ClientFrame::kAppend:
      return on_append(*active, frame.ref(), std::move(*frame.mutable_append()));
    case v1::ClientFrame::kSubscribe:
      return on_subscribe(*active, frame.ref(), frame.subscribe());
    case v1::ClientFrame::kUnsubscribe:
      return on_unsubscribe(frame.unsubscribe());
    case v1::ClientFrame::kTyping:
      return on_typing(*active, frame.typing());
    case v1::ClientFrame::kViewing:
      return on_viewing(*active, frame.viewing());
    case v1::ClientFrame::kSetPresence:
      return on_set_presence(*active, frame.set_presence());
    case v1::ClientFrame::kPing:
      return on_ping(frame.ping());
    case v1::ClientFrame::BODY_NOT_SET:
      // A newer client's frame: told, not punished.
      return refuse(frame.ref(), Error{ErrorCode::kInvalidArgument, "unknown frame", "unknown_frame", 0});
  }
}

// ---- session

void Connection::on_hello(v1::Hello hello) {
  state_ = Authenticating{};
  authenticate(gateway_.services(), hello, info_, [&gateway = gateway_, key = key_, hello](Result<Authenticated> answer) mutable {
    gateway.post_to(key, [hello = std::move(hello), answer = std::move(answer)](Connection& connection) mutable {
      connection.on_authenticated(std::move(hello), std::move(answer));
    });
  });
}

void Connection::on_authenticated(v1::Hello hello, Result<Authenticated> answer) {
  if (!std::holds_alternative<Authenticating>(state_)) return;
  if (!answer) {
    const Error& error = answer.error();
    refuse(0, error);
    const bool again = error.code == ErrorCode::kBusy || error.code == ErrorCode::kUnavailable;
    return close(again ? CloseCode::kTryAgainLater : CloseCode(4401), std::string(error.client_code()), error.retry_after_ms);
  }
  begin_session(std::move(hello), std::move(*answer));
}

void Connection::begin_session(v1::Hello hello, Authenticated who) {
  GatewayServices& services = gateway_.services();
  state_ = Active{.principal = std::move(who.principal),
                  .bucket = TokenBucket(services.visitor_frames_per_second,
                                        services.visitor_frames_per_second * gateway_limits::kVisitorBurstSeconds,
                                        services.clock.steady()),
                  .appends_in_flight = 0,
                  .viewing = {},
                  .welcomed = false};
  Active& active = std::get<Active>(state_);
  if (const auto* visitor = std::get_if<VisitorPrincipal>(&active.principal)) {
    context_ = checked_context(hello, info_);
    if (services.presence.visitor_connected(visitor->conversation)) services.broker.announce(visitor->conversation);
    const bool resumes = hello.resume_size() > 0;
    if (resumes && hello.resume(0).conversation_id() != visitor->conversation.value()) {
      refuse(0, Error{ErrorCode::kForbidden, "not this visitor's conversation", nullptr, 0});
      return close(CloseCode(4403), "forbidden", 0);
    }
    // Welcome follows with the conversation's state.
    return subscribe(visitor->conversation, 0, resumes ? hello.resume(0).after_seq() : 0,
                     resumes ? 0 : gateway_limits::kVisitorNewestMax);
  }
  const auto& agent = std::get<AgentPrincipal>(active.principal);
  active.welcomed = true;
  gateway_.agent_joined(*this);
  services.presence.agent_connected(agent.agent, agent.name, who.capacity);
  v1::ServerFrame frame;
  v1::Welcome& welcome = *frame.mutable_welcome();
  v1::Agent& shown = *welcome.mutable_agent()->mutable_agent();
  shown.set_id(agent.agent.value());
  shown.set_name(agent.name);
  shown.set_role(agent.role);
  welcome.mutable_agent()->set_presence(services.presence.agent(agent.agent).presence);
  fill_welcome(welcome, services.clock.now_ms());
  send_frame(frame);
  for (const v1::Resume& resume : hello.resume()) {
    subscribe(ConversationId(resume.conversation_id()), 0, resume.after_seq(), 0);
  }
}

void Connection::welcome_visitor(const v1::ConversationSummary& summary) {
  auto& active = std::get<Active>(state_);
  active.welcomed = true;
  const auto& visitor = std::get<VisitorPrincipal>(active.principal);
  v1::ServerFrame frame;
  v1::VisitorWelcome& welcome = *frame.mutable_welcome()->mutable_visitor();
  welcome.set_contact_id(visitor.contact.value());
  welcome.set_conversation_id(visitor.conversation.value());
  welcome.set_last_seq(summary.last_seq());
  welcome.set_state(summary.state());
  welcome.set_seen_seq(summary.visitor_seen_seq());
  welcome.set_agents_seen_seq(summary.agents_seen_seq());
  *welcome.mutable_holder() = summary.holder();
  welcome.set_agents_online(gateway_.services().presence.anybody_online());
  fill_welcome(*frame.mutable_welcome(), gateway_.services().clock.now_ms());
  send_frame(frame);
}

void Connection::end_session() {
  auto* active = std::get_if<Active>(&state_);
  if (active == nullptr) return;
  GatewayServices& services = gateway_.services();
  stop_viewing(*active);
  for (const Subscription& subscription : subscriptions_) gateway_.unsubscribe(subscription.conversation(), *this);
  subscriptions_.clear();
  if (const auto* visitor = std::get_if<VisitorPrincipal>(&active->principal)) {
    if (services.presence.visitor_disconnected(visitor->conversation)) services.broker.announce(visitor->conversation);
  } else if (const auto* agent = std::get_if<AgentPrincipal>(&active->principal)) {
    gateway_.agent_left(*this);
    services.presence.agent_disconnected(agent->agent);
  }
}

// ---- appends

bool Connection::within_rate(Active& active) {
  return !std::holds_alternative<VisitorPrincipal>(active.principal) ||
         active.bucket.take(gateway_.services().clock.steady());
}

void Connection::on_append(Active& active, std::uint32_t ref, v1::Append append) {
  const auto* visitor = std::get_if<VisitorPrincipal>(&active.principal);
  if (!within_rate(active)) {
    return refuse(ref, Error{ErrorCode::kBusy, "too fast", nullptr, static_cast<unsigned>(active.bucket.wait().count())},
                  append.client_id());
  }
  if (active.appends_in_flight >= gateway_limits::kAppendsInFlightMax) {
    return refuse(ref, Error{ErrorCode::kBusy, "too many unanswered appends", nullptr, 100}, append.client_id());
  }
  ConversationId conversation(append.conversation_id());
  if (visitor != nullptr && !conversation) conversation = visitor->conversation;
  if (!conversation) {
    return refuse(ref, Error{ErrorCode::kInvalidArgument, "conversation_id is missing", nullptr, 0}, append.client_id());
  }
  ++active.appends_in_flight;
  AppendRequest request{conversation, active.principal, std::move(append), context_};
  std::string client_id = request.append.client_id();
  gateway_.services().conversations.append(
      std::move(request), gateway_.loop(),
      [&gateway = gateway_, key = key_, ref, client_id = std::move(client_id)](Result<Appended> appended) mutable {
        // Already on this loop: the ack goes out in the same turn.
        if (Connection* connection = gateway.find(key)) connection->on_appended(ref, client_id, std::move(appended));
      });
}

void Connection::on_appended(std::uint32_t ref, const std::string& client_id, Result<Appended> appended) {
  auto* active = std::get_if<Active>(&state_);
  if (active == nullptr) return;
  --active->appends_in_flight;
  if (!appended) return refuse(ref, appended.error(), client_id);
  v1::ServerFrame frame;
  v1::Ack& ack = *frame.mutable_ack();
  ack.set_ref(ref);
  ack.set_conversation_id(appended->conversation.value());
  ack.set_seq(appended->seq);
  ack.set_time_ms(appended->time_ms);
  ack.set_client_id(client_id);
  send_frame(frame);
}

// ---- subscriptions

Subscription* Connection::find(ConversationId conversation) {
  const auto it = std::find_if(subscriptions_.begin(), subscriptions_.end(),
                               [&](const Subscription& s) { return s.conversation() == conversation; });
  return it == subscriptions_.end() ? nullptr : &*it;
}

void Connection::on_subscribe(Active& active, std::uint32_t ref, const v1::Subscribe& subscribe_to) {
  const ConversationId conversation(subscribe_to.conversation_id());
  if (auto allowed = may_read(active.principal, conversation); !allowed) return refuse(ref, allowed.error());
  subscribe(conversation, ref, subscribe_to.after_seq(), subscribe_to.newest_max());
}

void Connection::subscribe(ConversationId conversation, std::uint32_t ref, Seq after, std::uint32_t newest_max) {
  if (find(conversation) == nullptr) {
    if (subscriptions_.size() >= gateway_limits::kSubscriptionsMax) {
      return refuse(ref, Error{ErrorCode::kTooLarge, "too many subscriptions", nullptr, 0});
    }
    subscriptions_.emplace_back(conversation);
  } else {
    // Again, from another cursor: begins anew.
    *find(conversation) = Subscription(conversation);
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
  auto* active = std::get_if<Active>(&state_);
  Subscription* subscription = find(conversation);
  if (active == nullptr || subscription == nullptr) return;
  const bool never_written = !summary && summary.error().code == ErrorCode::kNotFound;
  const bool visitors_own = std::holds_alternative<VisitorPrincipal>(active->principal);
  if (!summary && !(never_written && visitors_own)) {
    gateway_.unsubscribe(conversation, *this);
    std::erase_if(subscriptions_, [&](const Subscription& s) { return s.conversation() == conversation; });
    refuse(ref, summary.error());
    if (!active->welcomed) close(CloseCode::kTryAgainLater, std::string(summary.error().client_code()), summary.error().retry_after_ms);
    return;
  }
  static const v1::ConversationSummary kEmpty;
  const v1::ConversationSummary& now = summary ? **summary : kEmpty;
  if (visitors_own && !active->welcomed) welcome_visitor(now);

  // A client that has more than the server was connected to another history (a restored backup): it starts over.
  Seq start = after > now.last_seq() ? 0 : after;
  if (newest_max > 0 && now.last_seq() - start > newest_max) start = now.last_seq() - newest_max;
  v1::ServerFrame frame;
  v1::Subscribed& subscribed = *frame.mutable_subscribed();
  subscribed.set_ref(ref);
  *subscribed.mutable_conversation() = visitors_own ? visitor_view(now) : now;
  subscribed.mutable_conversation()->set_id(conversation.value());
  if (!visitors_own) {
    subscribed.mutable_conversation()->set_visitor_online(gateway_.services().presence.visitor_online(conversation));
  }
  subscribed.set_after_seq(start);
  send_frame(frame);
  subscription->begin(start, now.last_seq());
  start_read(*subscription);
}

void Connection::on_unsubscribe(const v1::Unsubscribe& unsubscribe) {
  const ConversationId conversation(unsubscribe.conversation_id());
  if (find(conversation) == nullptr || is_visitor()) return;
  gateway_.unsubscribe(conversation, *this);
  std::erase_if(subscriptions_, [&](const Subscription& s) { return s.conversation() == conversation; });
}

void Connection::on_live(const EventRange& range, EventFrames& frames) {
  Subscription* subscription = find(range.conversation);
  if (subscription == nullptr) return;
  if (subscription->takes(range, congested())) {
    send_shared(frames.get(info_.encoding, is_visitor()));
  } else {
    start_read(*subscription);
  }
}

void Connection::start_read(Subscription& subscription) {
  if (!subscription.wants_read() || congested()) return;
  subscription.read_begins();
  const ConversationId conversation = subscription.conversation();
  const Enqueued enqueued = gateway_.services().pool.submit(
      [&gateway = gateway_, &store = gateway_.services().store, key = key_, conversation, after = subscription.cursor()] {
        auto events = store.read(conversation, after, gateway_limits::kCatchUpEvents);
        gateway.post_to(key, [conversation, events = std::move(events)](Connection& connection) mutable {
          connection.on_read(conversation, std::move(events));
        });
      });
  // A full pool: the next sweep tries again.
  if (enqueued == Enqueued::kRefused) subscription.read_failed();
}

void Connection::on_read(ConversationId conversation, Result<std::vector<EventRef>> events) {
  Subscription* subscription = find(conversation);
  if (subscription == nullptr || !subscription->begun()) return;
  if (!events || events->empty()) {
    if (!events) log_warning("subscription.read_failed", {{"conversation", conversation.str()}, {"reason", events.error().context}});
    return subscription->read_failed();
  }
  // The subscription began anew while the read was under way: what came belongs to the old cursor.
  if (events->front().seq != subscription->cursor() + 1) {
    subscription->read_failed();
    return start_read(*subscription);
  }
  const EventRange range{conversation, subscription->cursor(), events->back().seq, std::move(*events)};
  send_message(encode_events(info_.encoding, range, is_visitor()));
  subscription->read_ends(range.through_seq);
  start_read(*subscription);
}

// ---- signals

void Connection::on_typing(Active& active, const v1::Typing& typing) {
  if (!within_rate(active)) return;  // may be lost (P60)
  ConversationId conversation(typing.conversation_id());
  const auto* visitor = std::get_if<VisitorPrincipal>(&active.principal);
  if (visitor != nullptr) conversation = visitor->conversation;
  if (find(conversation) == nullptr) return;
  v1::TypingSignal signal;
  signal.set_conversation_id(conversation.value());
  *signal.mutable_actor() = actor_of(active.principal, {});
  signal.set_active(typing.active());
  signal.set_note(visitor == nullptr && typing.note());
  if (visitor != nullptr && preview_allowed(gateway_.services(), visitor->site)) {
    signal.set_text(std::string(utf8_prefix(typing.text(), limits::kTypingTextBytesMax)));
  }
  gateway_.services().broker.typing(std::move(signal), key_);
}

void Connection::on_viewing(Active& active, const v1::Viewing& viewing) {
  if (!std::holds_alternative<AgentPrincipal>(active.principal)) return;
  stop_viewing(active);
  const ConversationId conversation(viewing.conversation_id());
  if (!conversation || find(conversation) == nullptr) return;
  active.viewing = conversation;
  gateway_.services().broker.viewing(conversation, key_, actor_of(active.principal, {}));
}

void Connection::stop_viewing(Active& active) {
  if (!active.viewing) return;
  gateway_.services().broker.viewing(std::exchange(active.viewing, {}), key_, std::nullopt);
}

void Connection::on_set_presence(Active& active, const v1::SetPresence& set) {
  const auto* agent = std::get_if<AgentPrincipal>(&active.principal);
  if (agent == nullptr || !v1::Presence_IsValid(set.presence()) || set.presence() == v1::PRESENCE_UNSPECIFIED) return;
  gateway_.services().presence.choose(agent->agent, set.presence());
}

void Connection::on_ping(const v1::Ping& ping) {
  v1::ServerFrame frame;
  frame.mutable_pong()->set_nonce(ping.nonce());
  frame.mutable_pong()->set_server_time_ms(gateway_.services().clock.now_ms());
  send_frame(frame);
}

// ---- out

void Connection::refuse(std::uint32_t ref, const Error& error, const std::string& client_id) {
  const bool inside = error.code == ErrorCode::kIo || error.code == ErrorCode::kCorrupt || error.code == ErrorCode::kInternal;
  // What went wrong inside (paths, queries) is for the log.
  if (inside) log_warning("frame.failed", {{"code", error.client_code()}, {"reason", error.context}});
  const bool may_pass = inside || error.code == ErrorCode::kStorageFull || error.code == ErrorCode::kUnavailable ||
                        error.code == ErrorCode::kTimeout;
  v1::ServerFrame frame;
  v1::Refusal& refusal = *frame.mutable_refusal();
  refusal.set_ref(ref);
  refusal.set_code(std::string(error.client_code()));
  refusal.set_reason(inside ? "something failed inside; see the server's log" : error.context);
  // 0 means "useless to try again", which is not so where room or a disk comes back.
  refusal.set_retry_after_ms(error.retry_after_ms == 0 && may_pass ? gateway_limits::kFailureRetryMs : error.retry_after_ms);
  refusal.set_client_id(client_id);
  send_frame(frame);
}

void Connection::send_frame(const v1::ServerFrame& frame) { send_message(encode_frame(info_.encoding, frame)); }

void Connection::send_message(std::string_view payload) {
  std::string bytes;
  bytes.reserve(payload.size() + websocket::kFrameHeaderBytesMax);
  websocket::append_message(bytes, gateway_.codec(), info_.deflate,
                            info_.encoding == Encoding::kJson ? Opcode::kText : Opcode::kBinary, payload);
  const Written written = stream_->write(std::move(bytes));
  if (written == Written::kRefused && stream_->open()) return stream_->abort();  // it reads nothing at all
  above_high_water_ = above_high_water_ || written == Written::kAboveHighWater;
}

void Connection::send_shared(const websocket::SharedFrame& frame) {
  const Written written = stream_->write(frame.for_peer(info_.deflate));
  if (written == Written::kRefused && stream_->open()) return stream_->abort();
  above_high_water_ = above_high_water_ || written == Written::kAboveHighWater;
}

bool Connection::congested() const { return above_high_water_; }

void Connection::on_drained() {
  above_high_water_ = false;
  for (Subscription& subscription : subscriptions_) start_read(subscription);
}

void Connection::close(CloseCode code, const std::string& reason, std::uint32_t retry_after_ms) {
  if (std::holds_alternative<Closing>(state_)) return;
  v1::ServerFrame frame;
  frame.mutable_goodbye()->set_code(reason);
  frame.mutable_goodbye()->set_retry_after_ms(retry_after_ms);
  send_frame(frame);
  end_session();
  state_ = Closing{};
  std::string bytes;
  websocket::append_close(bytes, code, reason);
  (void)stream_->write(std::move(bytes));
  stream_->close(Milliseconds(1'500));
}

void Connection::on_closed(CloseReason) {
  end_session();
  state_ = Closing{};
  gateway_.gone(*this);
}

void Connection::sweep() {
  const SteadyTime now = gateway_.services().clock.steady();
  if (const auto* awaiting = std::get_if<AwaitingHello>(&state_); awaiting != nullptr && now > awaiting->deadline) {
    return close(CloseCode::kPolicyViolation, "hello_expected", 0);
  }
  if (now - heard_ > gateway_limits::kSilenceMax) return close(CloseCode::kGoingAway, "silent", 1);
  if (const auto* active = std::get_if<Active>(&state_)) {
    const auto* visitor = std::get_if<VisitorPrincipal>(&active->principal);
    if (visitor != nullptr && visitor->expires_ms != 0 && visitor->expires_ms < gateway_.services().clock.now_ms()) {
      return close(CloseCode(4401), "token_expired", 0);
    }
    for (Subscription& subscription : subscriptions_) start_read(subscription);
  }
}

}  // namespace wk
