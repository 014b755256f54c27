#include "core/session/presence.hpp"

#include <algorithm>

namespace wk {

AgentPresence Presence::view(AgentId id, const Entry& entry) {
  AgentPresence presence{id, entry.name, v1::PRESENCE_OFFLINE, 0, entry.capacity};
  presence.held_conversations = static_cast<std::uint32_t>(std::max(entry.held, 0));
  if (entry.connections > 0 || entry.leaving) presence.presence = entry.chosen;
  return presence;
}

template <typename F>
void Presence::change(AgentId agent, F&& apply) {
  const std::optional<AgentPresence> changed = state_.with([&](State& state) -> std::optional<AgentPresence> {
    Entry& entry = state.agents[agent];
    const AgentPresence before = view(agent, entry);
    apply(entry);
    AgentPresence after = view(agent, entry);
    if (after == before) return std::nullopt;
    return after;
  });
  // Everybody is told: a further device of an agent, or one that reconnects, is no news.
  if (!changed) return;
  for (const auto& listener : listeners_) listener(*changed);
}

void Presence::agent_connected(AgentId agent, const std::string& name, std::uint32_t capacity) {
  change(agent, [&](Entry& entry) {
    ++entry.connections;
    entry.name = name;
    entry.capacity = capacity;
    entry.leaving = false;
  });
}

void Presence::agent_disconnected(AgentId agent) {
  change(agent, [&](Entry& entry) {
    if (entry.connections > 0) --entry.connections;
    entry.leaving = entry.connections == 0;
    entry.left = clock_.steady();
  });
}

void Presence::choose(AgentId agent, v1::Presence presence) {
  change(agent, [&](Entry& entry) { entry.chosen = presence; });
}

void Presence::set_capacity(AgentId agent, std::uint32_t capacity) {
  change(agent, [&](Entry& entry) { entry.capacity = capacity; });
}

void Presence::held_changed(AgentId agent, int by) {
  change(agent, [&](Entry& entry) { entry.held += by; });
}

void Presence::sweep() {
  std::vector<AgentPresence> gone = state_.with([&](State& state) {
    std::vector<AgentPresence> left;
    for (auto& [id, entry] : state.agents) {
      if (!entry.leaving || clock_.steady() - entry.left < kReconnectGrace) continue;
      entry.leaving = false;
      left.push_back(view(id, entry));
    }
    return left;
  });
  for (const AgentPresence& agent : gone) {
    for (const auto& listener : listeners_) listener(agent);
  }
}

AgentPresence Presence::agent(AgentId agent) const {
  return state_.with([&](const State& state) {
    const auto it = state.agents.find(agent);
    return it == state.agents.end() ? AgentPresence{agent, "", v1::PRESENCE_OFFLINE, 0, 0} : view(agent, it->second);
  });
}

std::vector<AgentPresence> Presence::agents() const {
  return state_.with([&](const State& state) {
    std::vector<AgentPresence> all;
    for (const auto& [id, entry] : state.agents) all.push_back(view(id, entry));
    return all;
  });
}

bool Presence::anybody_online() const {
  return state_.with([&](const State& state) {
    return std::any_of(state.agents.begin(), state.agents.end(), [](const auto& agent) {
      return view(agent.first, agent.second).presence == v1::PRESENCE_ONLINE;
    });
  });
}

bool Presence::visitor_connected(ConversationId conversation) {
  return state_.with([&](State& state) { return ++state.visitors[conversation] == 1; });
}

bool Presence::visitor_disconnected(ConversationId conversation) {
  return state_.with([&](State& state) {
    const auto it = state.visitors.find(conversation);
    if (it == state.visitors.end() || --it->second > 0) return false;
    state.visitors.erase(it);
    return true;
  });
}

bool Presence::visitor_online(ConversationId conversation) const {
  return state_.with([&](const State& state) { return state.visitors.contains(conversation); });
}

std::size_t Presence::visitors_online() const {
  return state_.with([](const State& state) { return state.visitors.size(); });
}

}  // namespace wk
