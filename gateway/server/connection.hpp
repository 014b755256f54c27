// One WebSocket of a visitor or an agent: frames in, frames out (docs/protocol.md).
//
// Owner: its LoopGateway. Loop-bound. A visitor's connection lives on its conversation's home loop: where the Hello came in
// elsewhere, the stream moves there. Its states hold only what they have; subscriptions are cursors (subscription.hpp), so a
// slow peer costs nobody memory. An idle visitor costs this object and its Stream, no buffer and no timer of its own.
//
// connection.cpp: from bytes to frames, deadlines, the end. connection_session.cpp: Hello and Welcome.
// connection_frames.cpp: what each frame does. connection_subscriptions.cpp: the cursors.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/model/principal.hpp"
#include "gateway/protocol/frame_codec.hpp"
#include "gateway/protocol/text_frame.hpp"
#include "gateway/server/event_frames.hpp"
#include "gateway/server/hello.hpp"
#include "gateway/server/limits.hpp"
#include "gateway/server/subscription.hpp"
#include "gateway/websocket/decoder.hpp"
#include "gateway/websocket/encoder.hpp"
#include "net/stream.hpp"

namespace wk {

class LoopGateway;

// What was agreed in the upgrade.
struct Agreement {
  Encoding encoding = Encoding::kProto;
  std::optional<websocket::DeflateAgreement> deflate;
};

// What the upgrade request told. Kept until the Hello has been looked at.
struct ConnectionInfo {
  Agreement agreement;
  std::string origin;
  // The session cookie, if one came.
  std::string cookie;
  IpAddress client;
  std::string user_agent;
  // An API token in the request's Authorization, for who is over a limit of their address.
  std::string api_token;
  // The Origin is this server's own, so a cookie may be believed.
  bool same_origin = false;
  // Above 0: one connection too many of its address; only an agent may go on (docs/protocol.md P92).
  Milliseconds over_limit{0};
};

// A visitor whose Hello was good, on the way to its conversation's home loop.
struct AdmittedVisitor {
  Agreement agreement;
  websocket::Decoder decoder;
  VisitorPrincipal principal;
  // Encoded VisitorContext.
  std::string context;
  Seq after_seq = 0;
  std::uint32_t newest_max = 0;
};

class Connection final : public StreamHandler {
 public:
  Connection(LoopGateway& gateway, std::uint64_t key, std::unique_ptr<Stream> stream, ConnectionInfo info);
  // For a visitor that comes from another loop; begin_visitor() is next.
  Connection(LoopGateway& gateway, std::uint64_t key, std::unique_ptr<Stream> stream, const Agreement& agreement,
             websocket::Decoder decoder);
  ~Connection();

  std::uint64_t key() const { return key_; }
  bool is_visitor() const { return std::holds_alternative<Visitor>(session_); }
  // Requires: is_visitor().
  SiteId visitor_site() const { return std::get<Visitor>(session_).site; }
  bool is_agent() const { return std::holds_alternative<std::unique_ptr<Agent>>(session_); }
  // Requires: is_agent().
  const AgentPrincipal& agent() const { return std::get<std::unique_ptr<Agent>>(session_)->principal; }

  // The session of a visitor whose Hello was good, on its conversation's home loop.
  void begin_visitor(AdmittedVisitor admitted);

  // -- from the gateway, on commits and signals
  // `frames` has begun with the range.
  void on_live(const EventRange& range, EventFrames& frames);
  void send_frame(const v1::ServerFrame& frame);
  // One or more whole WebSocket messages, uncompressed, in this connection's encoding.
  void send_bytes(std::string_view bytes) { written(stream_->write(bytes)); }
  void send_bytes(const SharedBytes& bytes) { written(stream_->write(bytes)); }
  Encoding encoding() const { return agreement_.encoding; }

  // Says goodbye and closes. retry_after_ms as in Goodbye.
  void close(websocket::CloseCode code, const std::string& reason, std::uint32_t retry_after_ms);
  // Deadlines. When to look again; nullopt: never (it is closing).
  std::optional<SteadyTime> look();
  // Reads that the pool refused, or that had to wait for the loop's next turn.
  void retry_reads();
  // Whether it stands in the gateway's list of those who read on with the next turn.
  bool catching_up() const { return catching_up_; }
  void set_catching_up(bool on) { catching_up_ = on; }

  // -- answers that were under way when they began on other threads
  void on_authenticated(v1::Hello hello, Result<Authenticated> answer);
  void on_subscribed(ConversationId conversation, std::uint32_t ref, Seq after, std::uint32_t newest_max,
                     Result<SummaryPtr> summary);
  void on_read(ConversationId conversation, Result<std::vector<EventRef>> events);
  void on_appended(std::uint32_t ref, const std::string& client_id, Result<Appended> appended);
  void on_text_stored(const TextAck& ack);
  void on_text_refused(const TextAck& ack, const Error& error);

 private:
  enum class Phase : std::uint8_t {
    kAwaitingHello,
    kAuthenticating,
    kActive,
    // Said goodbye; or the stream has moved on without this object.
    kClosing,
  };
  struct Visitor {
    SiteId site;
    ContactId contact;
    std::int64_t expires_ms = 0;
    std::unique_ptr<std::string> name;  // null: none
    bool verified = false;
    Subscription subscription;
  };
  struct Agent {
    AgentPrincipal principal;
    ConversationId viewing{};
    std::vector<Subscription> subscriptions;
  };

  std::size_t on_data(std::span<char> bytes) override;
  void on_drained() override;
  void on_closed(CloseReason reason) override;

  // connection.cpp
  // Counts a frame; true: too many within a second.
  bool flooding(websocket::Decoded::Kind kind);
  // After all input was read: whether a message has been under way for too long.
  bool message_overdue();
  void on_message(std::string_view payload);
  // admitted: an append has been let in already.
  void on_frame(v1::ClientFrame& frame, bool admitted);
  void send_message(std::string_view payload);
  void written(Written written);
  bool congested() const { return above_high_water_; }
  void refuse(std::uint32_t ref, const Error& error, std::string_view client_id = {});
  Visitor* visitor() { return std::get_if<Visitor>(&session_); }
  Agent* agent_session() { return is_agent() ? std::get<std::unique_ptr<Agent>>(session_).get() : nullptr; }
  Principal principal() const;
  // Null once the conversation has begun.
  std::shared_ptr<const v1::VisitorContext> context() const;

  // connection_session.cpp
  void on_hello(v1::Hello hello);
  // The second door. Before the credential is looked at, by address; then a visitor's, by site.
  Result<void> admit_hello(const v1::Hello& hello);
  Result<void> admit_to_site(SiteId site);
  void admit_visitor(const v1::Hello& hello, VisitorPrincipal principal);
  void begin_agent(const v1::Hello& hello, Authenticated who);
  void welcome_visitor(const v1::ConversationSummary& summary);
  void end_session();

  // connection_frames.cpp
  // The message door; false: refused.
  bool admit_append(std::uint32_t ref, std::string_view client_id);
  void on_append(std::uint32_t ref, v1::Append& append);
  // The short way of an admitted append; false: nothing was done.
  bool append_text(const TextFrame& frame);
  void send_ack(const TextAck& ack);
  void on_typing(const v1::Typing& typing);
  void on_viewing(const v1::Viewing& viewing);
  void stop_viewing(Agent& agent);
  void on_set_presence(const v1::SetPresence& set);
  void on_ping(const v1::Ping& ping);
  // Takes one frame off what a visitor may send; nullopt: go on.
  std::optional<Milliseconds> visitor_wait();

  // connection_subscriptions.cpp
  void on_subscribe(std::uint32_t ref, const v1::Subscribe& subscribe);
  void on_unsubscribe(const v1::Unsubscribe& unsubscribe);
  void subscribe(ConversationId conversation, std::uint32_t ref, Seq after, std::uint32_t newest_max);
  void start_read(Subscription& subscription, std::size_t events_max = gateway_limits::kCatchUpFirstEvents);
  // Sends some of what is missing from memory; false: it has to be read from storage.
  bool read_recent(Subscription& subscription);
  void send_events(Subscription& subscription, const std::vector<EventRef>& events);
  void drop_subscription(ConversationId conversation);
  Subscription* find(ConversationId conversation);
  template <typename Use>
  void for_each_subscription(Use&& use) {
    if (Visitor* visitor = this->visitor()) return use(visitor->subscription);
    if (Agent* agent = agent_session()) {
      for (Subscription& subscription : agent->subscriptions) use(subscription);
    }
  }

  LoopGateway& gateway_;
  const std::uint64_t key_;
  std::unique_ptr<Stream> stream_;
  websocket::Decoder decoder_;
  // Until the Hello has been looked at.
  std::unique_ptr<ConnectionInfo> info_;
  // An encoded VisitorContext, until the conversation has begun: it goes into ConversationStarted. Encoded it is a third of the
  // size, and most visitors never write.
  SharedBytes context_;
  // What follows stands in its padding.
  [[no_unique_address]] std::variant<std::monostate, Visitor, std::unique_ptr<Agent>> session_;
  Phase phase_ = Phase::kAwaitingHello;
  std::uint16_t appends_in_flight_ = 0;
  const Agreement agreement_;
  SteadyTime heard_;
  // A visitor's Welcome waits for its conversation's state.
  bool welcomed_ : 1 = false;
  bool above_high_water_ : 1 = false;
  bool in_message_ : 1 = false;
  bool catching_up_ : 1 = false;
  // Seconds of the clock, their last byte: the one that is counted, and the one the message under way began in.
  std::uint8_t second_ = 0;
  std::uint8_t message_began_ = 0;
  std::uint8_t control_frames_in_second_ = 0;
  std::uint16_t messages_in_second_ = 0;
};

// An idle visitor's share; the next size class of the allocator begins behind it.
static_assert(sizeof(Connection) <= 160);

}  // namespace wk
