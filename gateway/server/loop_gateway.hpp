// All WebSocket connections of one loop: who is subscribed to what, and the sharing out of what the broker tells the loop.
//
// Owner: the server, one for each loop. Loop-bound but for end_access(), post_to() and receive().
//
// loop_gateway.cpp: connections come and go, deadlines, catching up. loop_gateway_audience.cpp: who is told of what, in slices.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/rate_table.hpp"
#include "core/broker/sink.hpp"
#include "core/hours/business_hours.hpp"
#include "gateway/server/agent_news.hpp"
#include "gateway/server/connection.hpp"
#include "gateway/server/connection_table.hpp"
#include "gateway/server/event_frames.hpp"
#include "gateway/server/services.hpp"
#include "gateway/server/signal.hpp"
#include "gateway/server/subscribers.hpp"
#include "gateway/server/timer_wheel.hpp"
#include "gateway/websocket/codec.hpp"
#include "net/event_loop.hpp"

namespace wk {

class LoopGateway final : public EventSink {
 public:
  LoopGateway(EventLoop& loop, std::size_t index, GatewayServices& services);
  ~LoopGateway() override;

  // A stream that was upgraded.
  void adopt(std::unique_ptr<Stream> stream, ConnectionInfo info);
  // A visitor that was let in on another loop and belongs here. From that loop.
  void receive(std::unique_ptr<Stream> stream, AdmittedVisitor admitted);

  // Closes what hangs on a session, token or account that is no longer good. Thread-safe.
  void end_access(const AccessEnded& ended);
  // Tells everybody to come back soon, flushes and closes; `done` runs when the last one is gone or at the deadline.
  void drain(Milliseconds deadline, Task done);

  // Settings that hold from now on. On this loop.
  void set_admission(AdmissionSnapshotPtr admission) { admission_ = std::move(admission); }
  const AdmissionSnapshot& admission() const { return *admission_; }

  // Sites outside their hours: their visitors are told that nobody is there. Null: none. On this loop.
  void set_closed_sites(std::shared_ptr<const ClosedSites> closed);
  bool closed(SiteId site) const { return closed_ != nullptr && closed_->contains(site); }

  void on_committed(const Committed& committed) override;
  void on_text_stored(std::span<const TextAck> acks) override;
  void on_text_refused(std::span<const TextAck> acks, const Error& error) override;
  void on_board(const Board& board) override;
  void on_board_owed() override;
  void on_typing(const v1::TypingSignal& signal, std::uint64_t origin) override;
  void on_viewing(const v1::ViewingSignal& signal) override;
  // To all agents; and to visitors of sites within their hours, whether anybody is there.
  void on_presence(const AgentPresence& agent, bool anybody_online);

  std::size_t connection_count() const { return connections_.size(); }

  // -- for connections
  EventLoop& loop() { return loop_; }
  std::size_t index() const { return index_; }
  GatewayServices& services() { return services_; }
  websocket::LoopCodec& codec() { return codec_; }
  LoopGateway& home_of(ConversationId conversation) { return *services_.gateways[services_.broker.home_of(conversation)]; }
  // Takes one frame off what the conversation's visitor may send, over all of their connections: nullopt, or how long to wait.
  std::optional<Milliseconds> take_visitor_frame(SiteId site, ConversationId conversation) {
    return visitor_rates_.take(conversation, admission_->site(site).messages_per_visitor, loop_.now());
  }
  void subscribe(ConversationId conversation, Connection& connection);
  void unsubscribe(ConversationId conversation, Connection& connection);
  void agent_joined(Connection& connection);
  void agent_left(Connection& connection);
  void gone(Connection& connection);
  // Its reads are tried again within a second.
  void retry_later(Connection& connection) { retries_.push_back(connection.key()); }
  // Whether this turn has time left for those who fell behind; what was used of it; and to go on with the next turn.
  bool may_catch_up();
  void caught_up(std::size_t bytes) { catch_up_bytes_ += bytes; }
  void catch_up_soon(Connection& connection);
  Connection* find(std::uint64_t key) { return connections_.find(key); }
  // Runs `task` with the connection if it still lives. Thread-safe; the task runs on this loop.
  void post_to(std::uint64_t key, UniqueFunction<void(Connection&)> task);

  // Memory that is used again and again instead of being allocated for each frame. Each is good until it is asked
  // for the next time.
  v1::ClientFrame& frame_in() { return frame_in_; }
  // Holds an Ack whose fields are all set anew.
  std::string& scratch_payload() { return emptied(payload_); }
  std::string& scratch_message() { return emptied(message_); }

 private:
  static std::string& emptied(std::string& scratch);
  // Deadlines and retries, once a second.
  void sweep();
  void catch_up();
  void deliver(const EventRange& range, std::span<Connection* const> to);
  void tell(Signal& signal, std::span<Connection* const> to);
  void on_signal(ConversationId conversation, Signal signal);
  static void tell_agent(Connection& connection, const NewsBytes* own, const std::array<SharedBytes, 2>& everybody);
  void tell_agents(News news);
  bool some_agent_speaks_json() const;
  static std::string anybody_online_frame(Encoding encoding, bool online);
  bool owes() const { return subscribers_.owes() || agents_.owes() || visitors_round_.under_way(); }
  // A slice of what subscribers, agents and visitors are owed, as much as this turn has left for it, and on with the next.
  void fan_out();
  void watch(Connection& connection, SteadyTime due) { wheel_.add(connection.key(), due); }
  // Closes the connections of agents whose session or token is no longer good, also where another process ended it.
  void revalidate_agents();
  void say_goodbye(Connection& connection);

  EventLoop& loop_;
  const std::size_t index_;
  GatewayServices& services_;
  websocket::LoopCodec codec_;
  EventFrames frames_;
  v1::ClientFrame frame_in_;
  std::string payload_, message_;
  ConnectionTable<Connection> connections_;
  TimerWheel wheel_;
  std::vector<std::uint64_t> retries_;
  // Who reads on from memory with the next turn, in this order; each once.
  std::deque<std::uint64_t> catching_up_;
  std::uint64_t catch_up_turn_ = 0;
  std::size_t catch_up_bytes_ = 0;
  bool catch_up_scheduled_ = false;
  Subscribers<Connection, Signal> subscribers_;
  std::uint64_t fan_out_turn_ = 0;
  std::size_t fan_out_left_ = 0;
  bool fan_out_scheduled_ = false;
  AgentNews<Connection> agents_;
  // Those who are told whether anybody is there: by the newest answer.
  ConnectionTable<Connection>::Round visitors_round_;
  AdmissionSnapshotPtr admission_;
  RateTable<ConversationId> visitor_rates_{gateway_limits::kVisitorRatesMax};
  ScopedTimer sweep_timer_, board_timer_;
  Task drained_;
  bool draining_ = false;
  bool anybody_online_told_ = false;
  std::shared_ptr<const ClosedSites> closed_;
  bool revalidating_ = false;
  int sweeps_ = 0;
  // Tasks that come back from other threads after the gateway is gone find this cleared.
  std::shared_ptr<LoopGateway*> self_;
};

}  // namespace wk
