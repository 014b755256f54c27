#include "gateway/server/loop_gateway.hpp"

#include <algorithm>
#include <array>

#include "base/random.hpp"
#include "gateway/server/limits.hpp"
#include "gateway/websocket/encoder.hpp"

namespace wk {
namespace {

// As a whole WebSocket message behind what is there: binary to the first, JSON to the second where somebody wants it. Signals and
// rows are short and often; compressing them costs more than it saves.
void append_uncompressed(std::string (&to)[2], const v1::ServerFrame& frame, bool json) {
  websocket::append_frame(to[0], {.opcode = websocket::Opcode::kBinary}, encode_frame(Encoding::kProto, frame));
  if (json) websocket::append_frame(to[1], {.opcode = websocket::Opcode::kText}, encode_frame(Encoding::kJson, frame));
}

}  // namespace

LoopGateway::LoopGateway(EventLoop& loop, std::size_t index, GatewayServices& services)
    : loop_(loop),
      index_(index),
      services_(services),
      frames_(codec_),
      connections_(index),
      wheel_(loop.clock().steady()),
      admission_(services.admission.current()),
      self_(std::make_shared<LoopGateway*>(this)) {
  services_.broker.attach(index, *this);
  sweep_timer_ = ScopedTimer(loop_, loop_.every(std::chrono::seconds(1), [this] { sweep(); }));
}

LoopGateway::~LoopGateway() { *self_ = nullptr; }

void LoopGateway::adopt(std::unique_ptr<Stream> stream, ConnectionInfo info) {
  Connection& connection = connections_.add([&](std::uint64_t key) {
    return std::make_unique<Connection>(*this, key, std::move(stream), std::move(info));
  });
  watch(connection, loop_.now() + gateway_limits::kHelloDeadline);
  if (draining_) say_goodbye(connection);
}

void LoopGateway::receive(std::unique_ptr<Stream> stream, AdmittedVisitor admitted) {
  Stream::move_to(std::move(stream), loop_,
                  [self = self_, admitted = std::move(admitted)](std::unique_ptr<Stream> arrived) mutable {
                    LoopGateway* gateway = *self;
                    if (gateway == nullptr) return;
                    Connection& connection = gateway->connections_.add([&](std::uint64_t key) {
                      return std::make_unique<Connection>(*gateway, key, std::move(arrived), admitted.agreement, std::move(admitted.decoder));
                    });
                    connection.begin_visitor(std::move(admitted));
                    gateway->watch(connection, gateway->loop_.now() + gateway_limits::kSilenceMax);
                    if (gateway->draining_) gateway->say_goodbye(connection);
                  });
}

void LoopGateway::gone(Connection& connection) {
  std::unique_ptr<Connection> leaving = connections_.take(connection.key());
  if (!leaving) return;
  loop_.destroy_later(std::move(leaving));
  if (connections_.empty() && drained_) std::exchange(drained_, nullptr)();
}

void LoopGateway::post_to(std::uint64_t key, UniqueFunction<void(Connection&)> task) {
  (void)loop_.handle().post([self = self_, key, task = std::move(task)]() mutable {
    if (*self == nullptr) return;
    if (Connection* connection = (*self)->find(key)) task(*connection);
  });
}

std::string& LoopGateway::emptied(std::string& scratch) {
  if (scratch.capacity() > gateway_limits::kScratchBytesKept) scratch = std::string();
  scratch.clear();
  return scratch;
}

void LoopGateway::subscribe(ConversationId conversation, Connection& connection) {
  subscribers_.add(conversation, connection);
}

void LoopGateway::unsubscribe(ConversationId conversation, Connection& connection) {
  if (subscribers_.remove(conversation, connection)) services_.broker.unsubscribe(conversation, index_);
}

void LoopGateway::agent_joined(Connection& connection) {
  if (agents_.empty()) services_.broker.set_board(index_, true);
  agents_.push_back(&connection);
}

void LoopGateway::agent_left(Connection& connection) {
  std::erase(agents_, &connection);
  if (agents_.empty()) services_.broker.set_board(index_, false);
}

void LoopGateway::on_committed(const Committed& committed) {
  const auto to = [this](const EventRange& range, std::span<Connection* const> some) { deliver(range, some); };
  for (const EventRange& range : committed.ranges) subscribers_.on_committed(range, to);
  if (subscribers_.owes()) fan_out();
}

void LoopGateway::deliver(const EventRange& range, std::span<Connection* const> to) {
  frames_.begin(range);
  for (Connection* connection : to) connection->on_live(range, frames_);
}

void LoopGateway::fan_out() {
  const std::uint64_t turn = loop_.stats().turns.load(std::memory_order_relaxed);
  if (std::exchange(fan_out_turn_, turn) != turn) fan_out_left_ = gateway_limits::kFanOutDeliveriesPerTurn;
  fan_out_left_ -= subscribers_.serve(fan_out_left_, [this](const EventRange& range, std::span<Connection* const> some) { deliver(range, some); });
  if (!subscribers_.owes() || std::exchange(fan_out_scheduled_, true)) return;
  // At the end of this turn nothing is left to do, and the end of the next comes without a wait: sockets, appends and acks are served before.
  loop_.defer([self = self_] {
    if (*self == nullptr) return;
    (*self)->fan_out_scheduled_ = false;
    (*self)->fan_out();
  });
}

void LoopGateway::on_text_stored(std::span<const TextAck> acks) {
  for (const TextAck& ack : acks) {
    if (Connection* connection = find(ack.connection)) connection->on_text_stored(ack);
  }
}

void LoopGateway::on_text_refused(std::span<const TextAck> acks, const Error& error) {
  for (const TextAck& ack : acks) {
    if (Connection* connection = find(ack.connection)) connection->on_text_refused(ack, error);
  }
}

void LoopGateway::send_to(const std::vector<Connection*>& to, const v1::ServerFrame& frame) {
  if (to.empty()) return;
  std::string bytes[2];
  const bool json = std::any_of(to.begin(), to.end(), [](Connection* c) { return c->encoding() == Encoding::kJson; });
  append_uncompressed(bytes, frame, json);
  for (Connection* connection : to) connection->send_bytes(std::string_view(bytes[connection->encoding() == Encoding::kJson ? 1 : 0]));
}

void LoopGateway::on_board(const Board& board) {
  if (agents_.empty()) return;
  // Everybody gets the rows that everybody has to know and the newest of the others; beyond those, a row goes to the agent
  // who holds the conversation.
  std::string everybody[2];
  std::vector<std::pair<AgentId, std::array<std::string, 2>>> holders;
  std::size_t message_rows = 0;
  v1::ServerFrame frame;
  const bool json = std::any_of(agents_.begin(), agents_.end(), [](Connection* c) { return c->encoding() == Encoding::kJson; });
  const auto append = [&](std::string (&to)[2]) { append_uncompressed(to, frame, json); };
  for (auto row = board.rows.rbegin(); row != board.rows.rend(); ++row) {
    v1::ConversationSummary& conversation = *frame.mutable_conversation_update()->mutable_conversation();
    conversation = *row->summary;
    conversation.set_visitor_online(services_.presence.visitor_online(ConversationId(conversation.id())));
    if (row->structural || ++message_rows <= gateway_limits::kBoardMessageRowsMax) {
      append(everybody);
    } else if (conversation.holder().kind() == v1::HOLDER_KIND_AGENT) {
      std::string own[2];
      append(own);
      holders.push_back({AgentId(conversation.holder().agent_id()), {std::move(own[0]), std::move(own[1])}});
    }
  }
  if (!board.presence.empty()) {
    v1::VisitorPresence& presence = *frame.mutable_visitor_presence();
    for (const Board::Presence& one : board.presence) {
      (services_.presence.visitor_online(one.conversation) ? presence.mutable_online() : presence.mutable_offline())
          ->Add(one.conversation.value());
    }
    append(everybody);
  }
  const SharedBytes shared[2] = {SharedBytes(everybody[0]), SharedBytes(everybody[1])};
  for (Connection* connection : agents_) {
    const std::size_t variant = connection->encoding() == Encoding::kJson ? 1 : 0;
    for (const auto& [holder, own] : holders) {
      if (holder == connection->agent().agent) connection->send_bytes(own[variant]);
    }
    if (shared[variant].size() > 0) connection->send_bytes(shared[variant]);
  }
}

void LoopGateway::on_board_owed() {
  board_timer_ = ScopedTimer(loop_, loop_.after(gateway_limits::kBoardTick, [this] {
    if (services_.broker.show_board(index_)) on_board_owed();
  }));
}

void LoopGateway::on_typing(const v1::TypingSignal& signal, std::uint64_t origin) {
  const auto subscribers = subscribers_.of(ConversationId(signal.conversation_id()));
  if (subscribers.empty()) return;
  v1::ServerFrame frame;
  *frame.mutable_typing() = signal;
  const bool from_visitor = signal.actor().kind() == v1::ACTOR_KIND_VISITOR;
  std::vector<Connection*> to;
  for (Connection* connection : subscribers) {
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
  const auto subscribers = subscribers_.of(ConversationId(signal.conversation_id()));
  if (subscribers.empty()) return;
  v1::ServerFrame frame;
  *frame.mutable_viewing() = signal;
  std::vector<Connection*> to;
  std::copy_if(subscribers.begin(), subscribers.end(), std::back_inserter(to), [](Connection* c) { return c->is_agent(); });
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
  connections_.for_each([&](Connection& connection) {
    if (connection.is_visitor()) visitors.push_back(&connection);
  });
  send_to(visitors, to_visitors);
}

void LoopGateway::end_access(const AccessEnded& ended) {
  (void)loop_.handle().post([self = self_, ended] {
    if (*self == nullptr) return;
    const auto among = [](const auto& ids, const auto& id) { return id && std::find(ids.begin(), ids.end(), id) != ids.end(); };
    std::vector<Connection*> closing;
    for (Connection* connection : (*self)->agents_) {
      const AgentPrincipal& agent = connection->agent();
      if (agent.agent != ended.agent) continue;
      if (ended.everything || among(ended.sessions, agent.session) || among(ended.api_tokens, agent.api_token)) {
        closing.push_back(connection);
      }
    }
    for (Connection* connection : closing) connection->close(websocket::CloseCode(4401), "session_ended", 0);
  });
}

void LoopGateway::drain(Milliseconds deadline, Task done) {
  draining_ = true;
  if (connections_.empty()) return done();
  drained_ = std::move(done);
  connections_.for_each([this](Connection& connection) { say_goodbye(connection); });
  (void)loop_.after(deadline, [self = self_] {
    if (*self != nullptr && (*self)->drained_) std::exchange((*self)->drained_, nullptr)();
  });
}

void LoopGateway::say_goodbye(Connection& connection) {
  const auto spread = static_cast<std::uint32_t>(random_u64() % gateway_limits::kGoodbyeSpreadMs);
  connection.close(websocket::CloseCode::kServiceRestart, "server_stopping", 200 + spread);
}

void LoopGateway::sweep() {
  wheel_.advance(loop_.now(), [this](std::uint64_t key) {
    Connection* connection = find(key);
    if (connection == nullptr) return;
    if (const auto next = connection->look()) watch(*connection, *next);
  });
  for (const std::uint64_t key : std::exchange(retries_, {})) {
    if (Connection* connection = find(key)) connection->retry_reads();
  }
  if (++sweeps_ % gateway_limits::kRevalidateSeconds == 0) revalidate_agents();
}

bool LoopGateway::may_catch_up() {
  const std::uint64_t turn = loop_.stats().turns.load(std::memory_order_relaxed);
  if (std::exchange(catch_up_turn_, turn) != turn) catch_up_bytes_ = 0;
  return catch_up_bytes_ < gateway_limits::kCatchUpTurnBytes;
}

void LoopGateway::catch_up_soon(Connection& connection) {
  if (connection.catching_up()) return;
  connection.set_catching_up(true);
  catching_up_.push_back(connection.key());
  if (std::exchange(catch_up_scheduled_, true)) return;
  (void)loop_.handle().post([self = self_] {
    if (*self != nullptr) (*self)->catch_up();
  });
}

void LoopGateway::catch_up() {
  catch_up_scheduled_ = false;
  for (std::size_t waiting = catching_up_.size(); waiting > 0 && may_catch_up(); --waiting) {
    Connection* connection = find(catching_up_.front());
    catching_up_.pop_front();
    if (connection == nullptr) continue;
    connection->set_catching_up(false);
    connection->retry_reads();
  }
  if (catching_up_.empty() || std::exchange(catch_up_scheduled_, true)) return;
  (void)loop_.handle().post([self = self_] {
    if (*self != nullptr) (*self)->catch_up();
  });
}

void LoopGateway::revalidate_agents() {
  if (agents_.empty() || revalidating_) return;
  std::vector<std::pair<std::uint64_t, AgentPrincipal>> asked;
  for (Connection* connection : agents_) asked.emplace_back(connection->key(), connection->agent());
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
