// The server's end of one connection: what gateway/server/connection.cpp does between frames and broker, on a link instead of a socket.
// Subscription, frame_codec and permissions are the product's own; keep the rest as short as it is.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "core/broker/shard.hpp"
#include "core/model/principal.hpp"
#include "gateway/server/subscription.hpp"
#include "weikeyi/v1/frame.pb.h"

namespace wk::simulator {

class Server;

// A connection as the network has it: frames under way, in order, both ways.
struct Link {
  // Unsent bytes above which the server's end is told to hold back, and below which it is told to go on.
  static constexpr std::size_t kHighWaterBytes = 1'500;
  static constexpr std::size_t kLowWaterBytes = 400;

  std::deque<std::string> up;
  std::deque<std::string> down;
  std::size_t down_bytes = 0;
  // The session at the server's end; 0 once that is gone.
  std::uint64_t session = 0;
  std::size_t loop = 0;
  // Nothing more gets into it; an end notices when it has read what is left.
  bool cut = false;
  // The client reads nothing.
  bool stalled = false;
};

class Session {
 public:
  Session(Server& server, std::size_t loop, std::uint64_t key, Principal principal, Link& link)
      : server_(server), loop_(loop), key_(key), principal_(std::move(principal)), link_(link) {}

  void on_frame(const v1::ClientFrame& frame);
  void on_live(const EventRange& range);
  void on_drained();
  void on_closed();
  void sweep();
  void ack(const TextAck& ack);
  void refuse(std::uint32_t ref, const Error& error, const std::string& client_id);
  std::size_t loop() const { return loop_; }

 private:
  bool is_visitor() const { return std::holds_alternative<VisitorPrincipal>(principal_); }
  Subscription* find(ConversationId conversation);
  void on_hello(const v1::Hello& hello);
  void on_append(std::uint32_t ref, v1::Append append);
  void subscribe(ConversationId conversation, std::uint32_t ref, Seq after);
  void unsubscribe(ConversationId conversation);
  void on_subscribed(ConversationId conversation, std::uint32_t ref, Seq after, Result<SummaryPtr> summary);
  void start_read(Subscription& subscription);
  void on_read(ConversationId conversation, Result<std::vector<EventRef>> events);
  void welcome();
  void send(std::string frame);

  Server& server_;
  const std::size_t loop_;
  const std::uint64_t key_;
  const Principal principal_;
  Link& link_;
  std::vector<Subscription> subscriptions_;
  bool welcomed_ = false;
  bool congested_ = false;
};

}  // namespace wk::simulator
