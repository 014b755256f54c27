// Who is there: agents over all their tabs and devices, and which visitors have a page open. Live, not stored.
//
// Thread-safe. An agent is online while at least one connection lives (and for kReconnectGrace after the last one, so that a
// reload is not a departure) and neither "busy" nor "offline" was chosen.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/clock.hpp"
#include "base/guarded.hpp"
#include "base/ids.hpp"
#include "core/broker/sink.hpp"

namespace wk {

inline constexpr std::chrono::seconds kReconnectGrace{15};

struct AgentPresence {
  AgentId agent;
  std::string name;
  v1::Presence presence = v1::PRESENCE_OFFLINE;
  std::uint32_t held_conversations = 0;
  std::uint32_t capacity = 0;
  bool operator==(const AgentPresence&) const = default;
};

class Presence {
 public:
  explicit Presence(const Clock& clock) : clock_(clock) {}

  // Called after each change, on whatever thread made it, without a lock held. Before anything else is called.
  void subscribe(std::function<void(const AgentPresence&)> changed) { listeners_.push_back(std::move(changed)); }

  void agent_connected(AgentId agent, const std::string& name, std::uint32_t capacity);
  void agent_disconnected(AgentId agent);
  // The agent's own choice; kept while the process lives.
  void choose(AgentId agent, v1::Presence presence);
  void set_capacity(AgentId agent, std::uint32_t capacity);
  // `by` is +1 or −1 (or the whole count, at start).
  void held_changed(AgentId agent, int by);
  // Lets the grace of those who did not come back end. Call about once a second.
  void sweep();

  AgentPresence agent(AgentId agent) const;
  std::vector<AgentPresence> agents() const;
  bool anybody_online() const;

  // true: the first one came, or the last one went.
  bool visitor_connected(ConversationId conversation);
  bool visitor_disconnected(ConversationId conversation);
  bool visitor_online(ConversationId conversation) const;
  std::size_t visitors_online() const;

 private:
  struct Entry {
    std::string name;
    std::uint32_t connections = 0;
    std::uint32_t capacity = 0;
    std::int32_t held = 0;
    v1::Presence chosen = v1::PRESENCE_ONLINE;
    bool leaving = false;  // no connection, grace running
    SteadyTime left;
  };
  struct State {
    std::unordered_map<AgentId, Entry> agents;
    // Pages open; 16 bytes of room for each conversation, of which there may be a million.
    boost::unordered_flat_map<ConversationId, std::uint32_t, std::hash<ConversationId>> visitors;
  };
  static AgentPresence view(AgentId id, const Entry& entry);
  template <typename F>
  void change(AgentId agent, F&& apply);

  const Clock& clock_;
  Guarded<State> state_;
  std::vector<std::function<void(const AgentPresence&)>> listeners_;
};

}  // namespace wk
