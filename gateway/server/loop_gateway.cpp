#include "gateway/server/loop_gateway.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "gateway/server/limits.hpp"

namespace wk {

const websocket::SharedFrame& EventFrames::get(Encoding encoding, bool for_visitor) {
  websocket::SharedFrame& frame = frames_[encoding == Encoding::kJson ? 1 : 0][for_visitor ? 1 : 0];
  if (!frame) {
    const auto opcode = encoding == Encoding::kJson ? websocket::Opcode::kText : websocket::Opcode::kBinary;
    frame = websocket::SharedFrame::make(codec_, opcode, encode_events(encoding, range_, for_visitor));
  }
  return frame;
}

LoopGateway::LoopGateway(EventLoop& loop, std::size_t index, GatewayServices& services)
    : loop_(loop),
      index_(index),
      services_(services),
      // Keys of several loops must not meet: they name the origin of a signal across loops.
      next_key_(static_cast<std::uint64_t>(index) << 48 | 1),
      self_(std::make_shared<LoopGateway*>(this)) {
  services_.broker.attach(index, *this);
  sweep_timer_ = ScopedTimer(loop_, loop_.every(std::chrono::seconds(1), [this] { sweep(); }));
}

LoopGateway::~LoopGateway() { *self_ = nullptr; }

void LoopGateway::adopt(std::unique_ptr<Stream> stream, ConnectionInfo info) {
  const std::uint64_t key = next_key_++;
  auto connection = std::make_unique<Connection>(*this, key, std::move(stream), std::move(info));
  connections_.emplace(key, std::move(connection));
}

void LoopGateway::gone(Connection& connection) {
  const auto it = connections_.find(connection.key());
  if (it == connections_.end()) return;
  loop_.destroy_later(std::move(it->second));
  connections_.erase(it);
  if (connections_.empty() && drained_) std::exchange(drained_, nullptr)();
}

Connection* LoopGateway::find(std::uint64_t key) {
  const auto it = connections_.find(key);
  return it == connections_.end() ? nullptr : it->second.get();
}

void LoopGateway::post_to(std::uint64_t key, UniqueFunction<void(Connection&)> task) {
  (void)loop_.handle().post([self = self_, key, task = std::move(task)]() mutable {
    if (*self == nullptr) return;
    const auto it = (*self)->connections_.find(key);
    if (it != (*self)->connections_.end()) task(*it->second);
  });
}

void LoopGateway::subscribe(ConversationId conversation, Connection& connection) {
  std::vector<Connection*>& list = subscribers_[conversation];
  if (std::find(list.begin(), list.end(), &connection) == list.end()) list.push_back(&connection);
}

void LoopGateway::unsubscribe(ConversationId conversation, Connection& connection) {
  const auto it = subscribers_.find(conversation);
  if (it == subscribers_.end()) return;
  std::erase(it->second, &connection);
  if (!it->second.empty()) return;
  subscribers_.erase(it);
  services_.broker.unsubscribe(conversation, index_);
}

void LoopGateway::agent_joined(Connection& connection) {
  if (agents_.empty()) services_.broker.set_board(index_, true);
  agents_.push_back(&connection);
}

void LoopGateway::agent_left(Connection& connection) {
  std::erase(agents_, &connection);
  if (agents_.empty()) services_.broker.set_board(index_, false);
}

void LoopGateway::on_committed(const std::vector<Committed>& batch) {
  for (const Committed& committed : batch) {
    const auto it = subscribers_.find(committed.range.conversation);
    if (it == subscribers_.end()) continue;
    EventFrames frames(codec_, committed.range);
    for (Connection* connection : it->second) connection->on_live(committed.range, frames);
  }
}

void LoopGateway::send_to(const std::vector<Connection*>& to, const v1::ServerFrame& frame) {
  websocket::SharedFrame shared[2];
  for (Connection* connection : to) {
    const bool json = connection->encoding() == Encoding::kJson;
    websocket::SharedFrame& one = shared[json ? 1 : 0];
    if (!one) {
      one = websocket::SharedFrame::make(codec_, json ? websocket::Opcode::kText : websocket::Opcode::kBinary,
                                         encode_frame(connection->encoding(), frame));
    }
    connection->send_shared(one);
  }
}

void LoopGateway::on_board(const std::vector<SummaryPtr>& changed) {
  if (agents_.empty()) return;
  v1::ServerFrame frame;
  for (const SummaryPtr& summary : changed) {
    v1::ConversationSummary& conversation = *frame.mutable_conversation_update()->mutable_conversation();
    conversation = *summary;
    conversation.set_visitor_online(services_.presence.visitor_online(ConversationId(summary->id())));
    send_to(agents_, frame);
  }
}

void LoopGateway::on_typing(const v1::TypingSignal& signal, std::uint64_t origin) {
  const auto it = subscribers_.find(ConversationId(signal.conversation_id()));
  if (it == subscribers_.end()) return;
  v1::ServerFrame frame;
  *frame.mutable_typing() = signal;
  const bool from_visitor = signal.actor().kind() == v1::ACTOR_KIND_VISITOR;
  std::vector<Connection*> to;
  for (Connection* connection : it->second) {
    if (connection->key() == origin) continue;
    // A visitor's words, and an agent's note, are for agents; a visitor learns only that an agent types.
    if (connection->is_visitor() && (from_visitor || signal.note())) continue;
    to.push_back(connection);
  }
  std::vector<Connection*> visitors;
  std::copy_if(to.begin(), to.end(), std::back_inserter(visitors), [](Connection* c) { return c->is_visitor(); });
  std::erase_if(to, [](Connection* c) { return c->is_visitor(); });
  send_to(to, frame);
  frame.mutable_typing()->clear_text();
  send_to(visitors, frame);
}

void LoopGateway::on_viewing(const v1::ViewingSignal& signal) {
  const auto it = subscribers_.find(ConversationId(signal.conversation_id()));
  if (it == subscribers_.end()) return;
  v1::ServerFrame frame;
  *frame.mutable_viewing() = signal;
  std::vector<Connection*> to;
  std::copy_if(it->second.begin(), it->second.end(), std::back_inserter(to), [](Connection* c) { return c->is_agent(); });
  send_to(to, frame);
}

void LoopGateway::on_presence(const AgentPresence& agent, bool anybody_online) {
  v1::ServerFrame frame;
  frame.mutable_presence()->set_agent_id(agent.agent.value());
  frame.mutable_presence()->set_presence(agent.presence);
  frame.mutable_presence()->set_held_conversations(agent.held_conversations);
  send_to(agents_, frame);

  v1::ServerFrame to_visitors;
  to_visitors.mutable_presence()->set_presence(anybody_online ? v1::PRESENCE_ONLINE : v1::PRESENCE_OFFLINE);
  if (std::exchange(anybody_online_told_, anybody_online) == anybody_online) return;
  std::vector<Connection*> visitors;
  for (const auto& [key, connection] : connections_) {
    if (connection->is_visitor()) visitors.push_back(connection.get());
  }
  send_to(visitors, to_visitors);
}

void LoopGateway::end_access(const AccessEnded& ended) {
  (void)loop_.handle().post([self = self_, ended] {
    if (*self == nullptr) return;
    const auto among = [](const auto& ids, const auto& id) { return id && std::find(ids.begin(), ids.end(), id) != ids.end(); };
    std::vector<Connection*> closing;
    for (Connection* connection : (*self)->agents_) {
      const auto& agent = std::get<AgentPrincipal>(*connection->principal());
      if (agent.agent != ended.agent) continue;
      if (ended.everything || among(ended.sessions, agent.session) || among(ended.api_tokens, agent.api_token)) {
        closing.push_back(connection);
      }
    }
    for (Connection* connection : closing) connection->close(websocket::CloseCode(4401), "session_ended", 0);
  });
}

void LoopGateway::drain(Milliseconds deadline, Task done) {
  if (connections_.empty()) return done();
  drained_ = std::move(done);
  for (const auto& [key, connection] : connections_) {
    const auto spread = static_cast<std::uint32_t>(random_u64() % gateway_limits::kGoodbyeSpreadMs);
    connection->close(websocket::CloseCode::kServiceRestart, "server_stopping", 200 + spread);
  }
  (void)loop_.after(deadline, [self = self_] {
    if (*self != nullptr && (*self)->drained_) std::exchange((*self)->drained_, nullptr)();
  });
}

void LoopGateway::sweep() {
  std::vector<Connection*> all;
  all.reserve(connections_.size());
  for (const auto& [key, connection] : connections_) all.push_back(connection.get());
  for (Connection* connection : all) connection->sweep();
  if (++sweeps_ % gateway_limits::kRevalidateSeconds == 0) revalidate_agents();
}

void LoopGateway::revalidate_agents() {
  if (agents_.empty() || revalidating_) return;
  std::vector<std::pair<std::uint64_t, AgentPrincipal>> asked;
  for (Connection* connection : agents_) asked.emplace_back(connection->key(), std::get<AgentPrincipal>(*connection->principal()));
  revalidating_ = true;
  const Enqueued enqueued = services_.pool.submit([this, &authenticator = services_.authenticator, asked = std::move(asked)] {
    std::vector<std::uint64_t> ended;
    for (const auto& [key, principal] : asked) {
      const auto valid = authenticator.revalidate(principal);
      // A database that does not answer is no reason to send agents away.
      if (!valid && valid.error().code == ErrorCode::kUnauthenticated) ended.push_back(key);
    }
    (void)loop_.handle().post([self = self_, ended = std::move(ended)] {
      if (*self == nullptr) return;
      (*self)->revalidating_ = false;
      for (const std::uint64_t key : ended) {
        if (Connection* connection = (*self)->find(key)) connection->close(websocket::CloseCode(4401), "session_ended", 0);
      }
    });
  });
  if (enqueued == Enqueued::kRefused) revalidating_ = false;
}

}  // namespace wk
