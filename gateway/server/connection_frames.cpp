// What each frame of an active session does.
#include "base/assert.hpp"
#include "base/encoding.hpp"
#include "core/model/decide.hpp"
#include "core/model/limits.hpp"
#include "gateway/server/connection.hpp"
#include "gateway/server/limits.hpp"
#include "gateway/server/loop_gateway.hpp"

namespace wk {

std::optional<Milliseconds> Connection::visitor_wait() {
  const Visitor* visitor = this->visitor();
  if (visitor == nullptr) return std::nullopt;
  return gateway_.take_visitor_frame(visitor->site, visitor->subscription.conversation());
}

std::shared_ptr<const v1::VisitorContext> Connection::context() const {
  if (!context_) return nullptr;
  auto context = std::make_shared<v1::VisitorContext>();
  const std::string_view bytes = context_.view();
  WK_ASSERT(context->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return context;
}

bool Connection::admit_append(std::uint32_t ref, std::string_view client_id) {
  Admission& admission = gateway_.services().admission;
  if (const auto wait = visitor_wait()) {
    admission.figures().count(RefusedAt::kMessageVisitor);
    refuse(ref, busy("too fast", *wait), client_id);
    return false;
  }
  if (const Visitor* visitor = this->visitor()) {
    const AdmissionSnapshot& now = gateway_.admission();
    if (const auto wait = now.site(visitor->site).doors->messages.take(now.limits.messages_per_site, gateway_.loop().now())) {
      admission.figures().count(RefusedAt::kMessageSite);
      refuse(ref, busy("too much is written to this site", jittered(*wait)), client_id);
      return false;
    }
  }
  if (appends_in_flight_ >= gateway_limits::kAppendsInFlightMax) {
    refuse(ref, Error{ErrorCode::kBusy, "too many unanswered appends", nullptr, 100}, client_id);
    return false;
  }
  return true;
}

void Connection::on_append(std::uint32_t ref, v1::Append& append) {
  ConversationId conversation(append.conversation_id());
  if (const Visitor* visitor = this->visitor(); visitor != nullptr && !conversation) {
    conversation = visitor->subscription.conversation();
  }
  if (!conversation) {
    return refuse(ref, Error{ErrorCode::kInvalidArgument, "conversation_id is missing", nullptr, 0}, append.client_id());
  }
  ++appends_in_flight_;
  std::string client_id = append.client_id();
  gateway_.services().conversations.append(
      AppendRequest{conversation, principal(), std::move(append), context()}, gateway_.loop(),
      [&gateway = gateway_, key = key_, ref, client_id = std::move(client_id)](Result<Appended> appended) {
        // Already on this loop: the ack goes out in the same turn.
        if (Connection* connection = gateway.find(key)) connection->on_appended(ref, client_id, std::move(appended));
      });
}

bool Connection::append_text(const TextFrame& frame) {
  const Visitor* visitor = this->visitor();
  const ConversationId conversation = frame.conversation || visitor == nullptr ? frame.conversation : visitor->subscription.conversation();
  ++appends_in_flight_;
  if (gateway_.services().conversations.append_text(conversation, principal(), frame.append, {key_, frame.ref, 0, {}, 0, {}})) return true;
  --appends_in_flight_;
  return false;
}

void Connection::on_text_stored(const TextAck& ack) {
  if (phase_ != Phase::kActive) return;
  --appends_in_flight_;
  send_ack(ack);
}

void Connection::on_text_refused(const TextAck& ack, const Error& error) {
  if (phase_ != Phase::kActive) return;
  --appends_in_flight_;
  refuse(ack.ref, error, ack.client_id);
}

void Connection::send_ack(const TextAck& ack) {
  if (agreement_.encoding == Encoding::kProto) {
    std::string& payload = gateway_.scratch_payload();
    append_ack(payload, ack.ref, ack.conversation, ack.seq, ack.time_ms, ack.client_id);
    return send_message(payload);
  }
  v1::ServerFrame frame;
  v1::Ack& message = *frame.mutable_ack();
  message.set_ref(ack.ref);
  message.set_conversation_id(ack.conversation.value());
  message.set_seq(ack.seq);
  message.set_time_ms(ack.time_ms);
  message.set_client_id(std::string(ack.client_id));
  send_frame(frame);
}

void Connection::on_appended(std::uint32_t ref, const std::string& client_id, Result<Appended> appended) {
  if (phase_ != Phase::kActive) return;
  --appends_in_flight_;
  if (!appended) return refuse(ref, appended.error(), client_id);
  // A conversation begins once.
  context_ = SharedBytes();
  send_ack({key_, ref, appended->seq, appended->conversation, appended->time_ms, client_id});
}

void Connection::on_typing(const v1::Typing& typing) {
  if (visitor_wait()) return gateway_.services().admission.figures().count(RefusedAt::kTypingVisitor);  // may be lost (P60)
  ConversationId conversation(typing.conversation_id());
  const Visitor* visitor = this->visitor();
  if (visitor != nullptr) conversation = visitor->subscription.conversation();
  if (find(conversation) == nullptr) return;
  v1::TypingSignal signal;
  signal.set_conversation_id(conversation.value());
  *signal.mutable_actor() = actor_of(principal(), {});
  signal.set_active(typing.active());
  signal.set_note(visitor == nullptr && typing.note());
  if (visitor != nullptr && preview_allowed(gateway_.services(), visitor->site)) {
    signal.set_text(std::string(utf8_prefix(typing.text(), limits::kTypingTextBytesMax)));
  }
  gateway_.services().broker.typing(std::move(signal), key_);
}

void Connection::on_viewing(const v1::Viewing& viewing) {
  Agent* agent = agent_session();
  if (agent == nullptr) return;
  stop_viewing(*agent);
  const ConversationId conversation(viewing.conversation_id());
  if (!conversation || find(conversation) == nullptr) return;
  agent->viewing = conversation;
  gateway_.services().broker.viewing(conversation, key_, actor_of(agent->principal, {}));
}

void Connection::stop_viewing(Agent& agent) {
  if (!agent.viewing) return;
  gateway_.services().broker.viewing(std::exchange(agent.viewing, {}), key_, std::nullopt);
}

void Connection::on_set_presence(const v1::SetPresence& set) {
  if (!is_agent() || !v1::Presence_IsValid(set.presence()) || set.presence() == v1::PRESENCE_UNSPECIFIED) return;
  gateway_.services().presence.choose(agent().agent, set.presence());
}

void Connection::on_ping(const v1::Ping& ping) {
  v1::ServerFrame frame;
  frame.mutable_pong()->set_nonce(ping.nonce());
  frame.mutable_pong()->set_server_time_ms(gateway_.services().clock.now_ms());
  send_frame(frame);
}

}  // namespace wk
