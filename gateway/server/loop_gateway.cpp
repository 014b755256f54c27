#include "gateway/server/loop_gateway.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "gateway/server/limits.hpp"

namespace wk {

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
                    if (const auto next = connection.look()) gateway->watch(connection, *next);
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
  agents_.add(connection);
}

void LoopGateway::agent_left(Connection& connection) {
  agents_.remove(connection);
  if (agents_.empty()) services_.broker.set_board(index_, false);
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

void LoopGateway::end_access(const AccessEnded& ended) {
  (void)loop_.handle().post([self = self_, ended] {
    if (*self == nullptr) return;
    const auto among = [](const auto& ids, const auto& id) { return id && std::find(ids.begin(), ids.end(), id) != ids.end(); };
    std::vector<Connection*> closing;
    for (Connection* connection : (*self)->agents_.all()) {
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
  for (Connection* connection : agents_.all()) asked.emplace_back(connection->key(), connection->agent());
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
