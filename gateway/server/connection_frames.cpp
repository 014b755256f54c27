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

void Connection::on_append(std::uint32_t ref, v1::Append& append) {
  Admission& admission = gateway_.services().admission;
  if (const auto wait = visitor_wait()) {
    admission.figures().count(RefusedAt::kMessageVisitor);
    return refuse(ref, busy("too fast", *wait), append.client_id());
  }
  if (const Visitor* visitor = this->visitor()) {
    const AdmissionSnapshot& now = gateway_.admission();
    if (const auto wait = now.site(visitor->site).doors->messages.take(now.limits.messages_per_site, gateway_.loop().now())) {
      admission.figures().count(RefusedAt::kMessageSite);
      return refuse(ref, busy("too much is written to this site", jittered(*wait)), append.client_id());
    }
  }
  if (appends_in_flight_ >= gateway_limits::kAppendsInFlightMax) {
    return refuse(ref, Error{ErrorCode::kBusy, "too many unanswered appends", nullptr, 100}, append.client_id());
  }
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

void Connection::on_appended(std::uint32_t ref, const std::string& client_id, Result<Appended> appended) {
  if (phase_ != Phase::kActive) return;
  --appends_in_flight_;
  if (!appended) return refuse(ref, appended.error(), client_id);
  // A conversation begins once.
  context_ = SharedBytes();
  v1::ServerFrame& frame = gateway_.ack_frame();
  v1::Ack& ack = *frame.mutable_ack();
  ack.set_ref(ref);
  ack.set_conversation_id(appended->conversation.value());
  ack.set_seq(appended->seq);
  ack.set_time_ms(appended->time_ms);
  ack.set_client_id(client_id);
  send_frame(frame);
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
