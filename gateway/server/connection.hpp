// One WebSocket of a visitor or an agent: frames in, frames out (docs/protocol.md).
//
// Owner: its LoopGateway. Loop-bound. Its states hold only what they have; subscriptions are cursors (subscription.hpp), so a
// slow peer costs nobody memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/model/principal.hpp"
#include "gateway/protocol/frame_codec.hpp"
#include "gateway/server/hello.hpp"
#include "gateway/server/subscription.hpp"
#include "base/token_bucket.hpp"
#include "gateway/websocket/decoder.hpp"
#include "gateway/websocket/encoder.hpp"
#include "net/stream.hpp"

namespace wk {

class EventFrames;
class LoopGateway;

// What the upgrade request told.
struct ConnectionInfo {
  Encoding encoding = Encoding::kProto;
  std::optional<websocket::DeflateAgreement> deflate;
  std::string origin;
  // The session cookie, if one came.
  std::string cookie;
  std::string remote_ip;
  std::string user_agent;
  // The Origin is this server's own, so a cookie may be believed.
  bool same_origin = false;
};

class Connection final : public StreamHandler {
 public:
  Connection(LoopGateway& gateway, std::uint64_t key, std::unique_ptr<Stream> stream, ConnectionInfo info);
  ~Connection();

  std::uint64_t key() const { return key_; }
  bool is_visitor() const;
  bool is_agent() const;
  const Principal* principal() const;

  // -- from the gateway, on commits and signals
  void on_live(const EventRange& range, EventFrames& frames);
  void send_frame(const v1::ServerFrame& frame);
  void send_shared(const websocket::SharedFrame& frame);
  Encoding encoding() const { return info_.encoding; }
  const std::optional<websocket::DeflateAgreement>& deflate() const { return info_.deflate; }

  // Says goodbye and closes. retry_after_ms as in Goodbye.
  void close(websocket::CloseCode code, const std::string& reason, std::uint32_t retry_after_ms);
  // Time-outs; reads that could not be started.
  void sweep();

  // -- answers that were under way when they began on other threads
  void on_authenticated(v1::Hello hello, Result<Authenticated> answer);
  void on_subscribed(ConversationId conversation, std::uint32_t ref, Seq after, std::uint32_t newest_max,
                     Result<SummaryPtr> summary);
  void on_read(ConversationId conversation, Result<std::vector<EventRef>> events);
  void on_appended(std::uint32_t ref, const std::string& client_id, Result<Appended> appended);

 private:
  struct AwaitingHello {
    SteadyTime deadline;
  };
  struct Authenticating {};
  struct Active {
    Principal principal;
    TokenBucket bucket;
    std::uint32_t appends_in_flight = 0;
    ConversationId viewing{};
    // A visitor's Welcome waits for its conversation's state.
    bool welcomed = false;
  };
  struct Closing {};

  std::size_t on_data(std::span<char> bytes) override;
  void on_drained() override;
  void on_closed(CloseReason reason) override;

  void on_message(std::string_view payload);
  void on_frame(v1::ClientFrame frame);
  void on_hello(v1::Hello hello);
  void on_append(Active& active, std::uint32_t ref, v1::Append append);
  void on_subscribe(Active& active, std::uint32_t ref, const v1::Subscribe& subscribe);
  void on_unsubscribe(const v1::Unsubscribe& unsubscribe);
  void on_typing(Active& active, const v1::Typing& typing);
  void on_viewing(Active& active, const v1::Viewing& viewing);
  void on_set_presence(Active& active, const v1::SetPresence& set);
  void on_ping(const v1::Ping& ping);

  void begin_session(v1::Hello hello, Authenticated who);
  void welcome_visitor(const v1::ConversationSummary& summary);
  void end_session();
  void subscribe(ConversationId conversation, std::uint32_t ref, Seq after, std::uint32_t newest_max);
  void stop_viewing(Active& active);
  void start_read(Subscription& subscription);
  Subscription* find(ConversationId conversation);
  void refuse(std::uint32_t ref, const Error& error, const std::string& client_id = {});
  void send_message(std::string_view payload);
  bool congested() const;
  bool within_rate(Active& active);

  LoopGateway& gateway_;
  const std::uint64_t key_;
  std::unique_ptr<Stream> stream_;
  websocket::Decoder decoder_;
  ConnectionInfo info_;
  // For ConversationStarted: what the Hello told, and what the socket knows better.
  v1::VisitorContext context_;
  std::variant<AwaitingHello, Authenticating, Active, Closing> state_;
  std::vector<Subscription> subscriptions_;
  SteadyTime heard_;
  bool above_high_water_ = false;
};

}  // namespace wk
