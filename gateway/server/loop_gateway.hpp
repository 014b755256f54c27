// All WebSocket connections of one loop: who is subscribed to what, and the sharing out of what the broker tells the loop.
//
// Owner: the server, one for each loop. Loop-bound but for end_access().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/broker/sink.hpp"
#include "gateway/server/connection.hpp"
#include "gateway/server/services.hpp"
#include "gateway/websocket/codec.hpp"
#include "net/event_loop.hpp"

namespace wk {

// One range of events as whole WebSocket messages, each variant made at most once for all who get it.
class EventFrames {
 public:
  EventFrames(websocket::LoopCodec& codec, const EventRange& range) : codec_(codec), range_(range) {}
  const websocket::SharedFrame& get(Encoding encoding, bool for_visitor);

 private:
  websocket::LoopCodec& codec_;
  const EventRange& range_;
  websocket::SharedFrame frames_[2][2];
};

class LoopGateway final : public EventSink {
 public:
  LoopGateway(EventLoop& loop, std::size_t index, GatewayServices& services);
  ~LoopGateway() override;

  // A stream that was upgraded.
  void adopt(std::unique_ptr<Stream> stream, ConnectionInfo info);

  // Closes what hangs on a session, token or account that is no longer good. Thread-safe.
  void end_access(const AccessEnded& ended);
  // Tells everybody to come back soon, flushes and closes; `done` runs when the last one is gone or at the deadline.
  void drain(Milliseconds deadline, Task done);

  void on_committed(const std::vector<Committed>& batch) override;
  void on_board(const std::vector<SummaryPtr>& changed) override;
  void on_typing(const v1::TypingSignal& signal, std::uint64_t origin) override;
  void on_viewing(const v1::ViewingSignal& signal) override;
  // To all agents; and to visitors, whether anybody is there.
  void on_presence(const AgentPresence& agent, bool anybody_online);

  std::size_t connection_count() const { return connections_.size(); }

  // -- for connections
  EventLoop& loop() { return loop_; }
  std::size_t index() const { return index_; }
  GatewayServices& services() { return services_; }
  websocket::LoopCodec& codec() { return codec_; }
  void subscribe(ConversationId conversation, Connection& connection);
  void unsubscribe(ConversationId conversation, Connection& connection);
  void agent_joined(Connection& connection);
  void agent_left(Connection& connection);
  void gone(Connection& connection);
  Connection* find(std::uint64_t key);
  // Runs `task` with the connection if it still lives. Thread-safe; the task runs on this loop.
  void post_to(std::uint64_t key, UniqueFunction<void(Connection&)> task);

 private:
  void sweep();
  // Closes the connections of agents whose session or token is no longer good, also where another process ended it.
  void revalidate_agents();
  void send_to(const std::vector<Connection*>& to, const v1::ServerFrame& frame);

  EventLoop& loop_;
  const std::size_t index_;
  GatewayServices& services_;
  websocket::LoopCodec codec_;
  std::uint64_t next_key_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::unordered_map<ConversationId, std::vector<Connection*>> subscribers_;
  std::vector<Connection*> agents_;
  ScopedTimer sweep_timer_;
  Task drained_;
  bool anybody_online_told_ = false;
  bool revalidating_ = false;
  int sweeps_ = 0;
  // Tasks that come back from other threads after the gateway is gone find this cleared.
  std::shared_ptr<LoopGateway*> self_;
};

}  // namespace wk
