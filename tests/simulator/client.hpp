// A person as the server meets them: an outbox that repeats what was not answered, and devices that each have their own socket, cursor
// and picture of the conversations. Follows docs/protocol.md as the SDK does (P16 to P47), and is as careless as people are:
// sends one intent on two sockets, sends it twice, asks again about what was acked long ago.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/model/principal.hpp"
#include "tests/simulator/session.hpp"
#include "tests/simulator/world.hpp"

namespace wk::simulator {

class Person;

// What a device has of one conversation.
struct Picture {
  // Everything up to here is had.
  Seq cursor = 0;
  // Where the next range of the present subscription begins; none before Subscribed.
  std::optional<Seq> expected;
  bool wanted = false;
};

struct Device {
  std::unique_ptr<Link> link;
  bool welcomed = false;
  std::map<ConversationId, Picture> pictures;
  std::map<std::uint32_t, ConversationId> subscribing;  // by ref
};

struct Intent {
  enum class State { kWaiting, kAcked, kRefused };
  v1::Append append;
  State state = State::kWaiting;
  Seq seq = 0;
  SteadyTime not_before;
  bool sent = false;
  // For good, once; a copy that was under way on another socket may have been stored all the same.
  bool refused = false;
  // A message or note: never a change that changes nothing.
  bool always_stored = false;
};

class Person {
 public:
  Person(World& world, Principal principal, std::vector<ConversationId> conversations);

  const Principal& principal() const { return principal_; }
  std::vector<Device>& devices() { return devices_; }

  // The link is new: says Hello with the cursors it has.
  void connected(Device& device);
  void receive(Device& device, const std::string& bytes);
  // The link is gone.
  void disconnected(Device& device);

  // One thing people do; false: nothing. `quiet`: nothing new, only what is left.
  bool act(Device& device, bool quiet);
  // Everything intended is answered.
  bool at_rest() const;
  // Every device has everything the log has.
  bool caught_up() const;
  // At the end: what was intended, against the books.
  void audit() const;
  std::size_t intents() const { return intents_.size(); }

 private:
  void intend();
  v1::Append make_append(ConversationId conversation);
  std::string client_id();
  void send(Device& device, Intent& intent);
  bool send_due(Device& device);
  void transmit(Device& device, v1::ClientFrame frame);
  bool subscribe_missing(Device& device);
  void on_subscribed(Device& device, const v1::Subscribed& subscribed);
  void on_events(Device& device, const v1::Events& events);
  void on_ack(const v1::Ack& ack);
  void on_refusal(Device& device, const v1::Refusal& refusal);
  Intent* find(const std::string& client_id);
  bool is_visitor() const { return std::holds_alternative<VisitorPrincipal>(principal_); }
  Sender sender() const;
  std::size_t waiting() const;
  IntentKey key_of(const Intent& intent) const;

  World& world_;
  const Principal principal_;
  const std::vector<ConversationId> conversations_;
  const std::size_t window_;
  std::vector<Device> devices_;
  std::deque<Intent> intents_;  // in the order of intending; references stay
  std::int64_t clock_offset_ms_ = 0;
  std::uint32_t next_ref_ = 1;
  std::size_t texts_ = 0;
};

}  // namespace wk::simulator
