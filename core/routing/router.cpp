#include "core/routing/router.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/random.hpp"

namespace wk {
namespace {

bool counts_as_held(v1::HolderKind kind, v1::ConversationState state) {
  return kind == v1::HOLDER_KIND_AGENT && state != v1::CONVERSATION_STATE_RESOLVED && state != v1::CONVERSATION_STATE_SNOOZED;
}

bool waits(v1::HolderKind kind, v1::ConversationState state) {
  return kind == v1::HOLDER_KIND_QUEUE && state == v1::CONVERSATION_STATE_OPEN;
}

// While the store is behind.
constexpr unsigned kLoadTriesBetweenLogs = 50;

}  // namespace

Router::Picture Router::picture_of(const UnresolvedConversation& one) {
  Picture picture{.site = one.site};
  if (counts_as_held(one.holder_kind, one.state)) picture.held_by = one.holder_agent;
  if (waits(one.holder_kind, one.state)) picture.waiting_since_ms = one.waiting_since_ms;
  return picture;
}

Router::Picture Router::picture_of(const v1::ConversationSummary& summary) {
  Picture picture{.site = SiteId(summary.site_id())};
  const v1::HolderKind kind = summary.holder().kind();
  if (counts_as_held(kind, summary.state())) picture.held_by = AgentId(summary.holder().agent_id());
  if (waits(kind, summary.state())) {
    picture.waiting_since_ms = summary.waiting_since_ms() != 0 ? summary.waiting_since_ms() : summary.updated_ms();
  }
  return picture;
}

void Router::start() { load(); }

void Router::load() {
  const Enqueued enqueued = deps_.pool.submit([this] {
    auto stored = deps_.store.unresolved();
    (void)deps_.executor.post([this, stored = std::move(stored)]() mutable {
      if (stored) return on_loaded(std::make_shared<const std::vector<UnresolvedConversation>>(std::move(*stored)), 0);
      if (stored.error().code != ErrorCode::kBusy || ++load_tries_ % kLoadTriesBetweenLogs == 0) {
        log_error("routing.load_failed", {{"reason", stored.error().context}});
      }
      load_again_ = true;  // with the next tick
    });
  });
  if (enqueued == Enqueued::kRefused) load_again_ = true;
}

void Router::on_loaded(std::shared_ptr<const std::vector<UnresolvedConversation>> stored, std::size_t from) {
  // Piece by piece: there may be a million, and the loop has others to serve.
  const std::size_t to = std::min(stored->size(), from + routing_limits::kLoadedAtATime);
  for (std::size_t i = from; i < to; ++i) {
    const UnresolvedConversation& one = (*stored)[i];
    if (!heard_.contains(one.conversation)) learn(one.conversation, picture_of(one));
  }
  if (to < stored->size()) {
    (void)deps_.executor.post([this, stored = std::move(stored), to] { on_loaded(stored, to); });
    return;
  }
  for (const auto& [id, picture] : heard_) learn(id, picture);
  heard_.clear();
  loaded_ = true;
  tell_held();
  log_info("routing.loaded", {{"unresolved", stored->size()}});
  assign_waiting();
}

void Router::on_change(const SummaryPtr& before, const SummaryPtr& after) {
  const Picture was = before != nullptr ? picture_of(*before) : Picture{};
  const Picture is = picture_of(*after);
  if (was.held_by == is.held_by && was.waiting_since_ms.has_value() == is.waiting_since_ms.has_value()) return;
  (void)deps_.executor.post([this, id = ConversationId(after->id()), is] {
    if (!loaded_) {
      heard_[id] = is;
      return;
    }
    learn(id, is);
    tell_held();
    assign_waiting();
  });
}

void Router::on_presence() {
  (void)deps_.executor.post([this] { assign_waiting(); });
}

void Router::learn(ConversationId id, const Picture& picture) {
  const auto known = known_.find(id);
  const Picture was = known != known_.end() ? known->second : Picture{};
  if (was.held_by != picture.held_by) {
    if (was.held_by) --held_changes_[*was.held_by];
    if (picture.held_by) {
      ++held_changes_[*picture.held_by];
      if (auto it = promised_.find(*picture.held_by); it != promised_.end() && it->second > 0) --it->second;
    }
  }
  if (was.waiting_since_ms) {
    const auto queue = queues_.find(was.site);
    queue->second.erase({*was.waiting_since_ms, id});
    if (queue->second.empty()) queues_.erase(queue);
  }
  if (picture.waiting_since_ms) queues_[picture.site].emplace(*picture.waiting_since_ms, id);
  if (picture.held_by || picture.waiting_since_ms) {
    known_[id] = picture;
  } else if (known != known_.end()) {
    known_.erase(known);
  }
}

void Router::tell_held() {
  for (const auto& [agent, change] : std::exchange(held_changes_, {})) {
    if (change != 0) deps_.presence.held_changed(agent, change);
  }
}

void Router::assign_waiting() {
  if (!loaded_) return;
  // The oldest of all sites first. Only those that are given out are looked at, and as many as are on their way already.
  struct Head {
    Queue::const_iterator next;
    Queue::const_iterator end;
    v1::RoutingStrategy strategy;
  };
  std::vector<Head> heads;
  for (const auto& [site, queue] : queues_) {
    const v1::RoutingStrategy strategy = strategy_of(site);
    if (strategy != v1::ROUTING_STRATEGY_MANUAL) heads.push_back({queue.begin(), queue.end(), strategy});
  }
  while (!heads.empty() && in_flight_.size() < routing_limits::kAssignmentsInFlightMax) {
    const auto head = std::min_element(heads.begin(), heads.end(), [](const Head& a, const Head& b) { return *a.next < *b.next; });
    const ConversationId conversation = head->next->second;
    const v1::RoutingStrategy strategy = head->strategy;
    if (++head->next == head->end) heads.erase(head);
    if (in_flight_.contains(conversation)) continue;
    const auto agent = pick(strategy);
    if (!agent) return;  // nobody is free, for no site
    assign(conversation, *agent);
  }
}

v1::RoutingStrategy Router::strategy_of(SiteId id) const {
  const auto sites = deps_.directory.sites();
  const auto site = std::find_if(sites->begin(), sites->end(), [&](const v1::Site& s) { return s.id() == id.value(); });
  const bool automatic = site != sites->end() && (site->routing() == v1::ROUTING_STRATEGY_ROUND_ROBIN ||
                                                  site->routing() == v1::ROUTING_STRATEGY_LEAST_BUSY);
  return automatic ? site->routing() : v1::ROUTING_STRATEGY_MANUAL;
}

std::optional<AgentPresence> Router::pick(v1::RoutingStrategy strategy) {
  std::vector<AgentPresence> free = deps_.presence.agents();
  for (AgentPresence& agent : free) {
    if (const auto it = promised_.find(agent.agent); it != promised_.end()) agent.held_conversations += it->second;
  }
  std::erase_if(free, [](const AgentPresence& agent) {
    return agent.presence != v1::PRESENCE_ONLINE || agent.held_conversations >= agent.capacity;
  });
  if (free.empty()) return std::nullopt;
  std::sort(free.begin(), free.end(), [](const auto& a, const auto& b) { return a.agent < b.agent; });
  // The one after whom it was last; both strategies need it, least busy for its ties.
  const auto next = std::upper_bound(free.begin(), free.end(), last_given_to_,
                                     [](AgentId given, const AgentPresence& agent) { return given < agent.agent; });
  std::rotate(free.begin(), next, free.end());
  const auto chosen = strategy == v1::ROUTING_STRATEGY_ROUND_ROBIN
                          ? free.begin()
                          : std::min_element(free.begin(), free.end(), [](const auto& a, const auto& b) {
                              return a.held_conversations < b.held_conversations;
                            });
  return *chosen;
}

void Router::assign(ConversationId conversation, const AgentPresence& agent) {
  last_given_to_ = agent.agent;
  in_flight_.insert(conversation);
  ++promised_[agent.agent];
  AppendRequest request{conversation, SystemPrincipal{}, {}, {}};
  request.append.set_client_id(uuid_v7(deps_.clock.now_ms()));
  v1::Holder& to = *request.append.mutable_assign()->mutable_to();
  to.set_kind(v1::HOLDER_KIND_AGENT);
  to.set_agent_id(agent.agent.value());
  deps_.conversations.append(std::move(request), deps_.executor, [this, conversation, to_agent = agent.agent](Result<Appended> appended) {
    in_flight_.erase(conversation);
    if (appended) return;
    // Claimed meanwhile, which its own change tells; or storage refused: the next change or tick looks again.
    if (auto it = promised_.find(to_agent); it != promised_.end() && it->second > 0) --it->second;
  });
}

void Router::tick() {
  (void)deps_.executor.post([this] {
    if (std::exchange(load_again_, false)) load();
    assign_waiting();
    if (std::exchange(tick_under_way_, true)) return;
    const Enqueued enqueued = deps_.pool.submit([this] {
      auto due = deps_.store.due_snoozed(deps_.clock.now_ms(), 100);
      (void)deps_.executor.post([this, due = std::move(due)] {
        tick_under_way_ = false;
        if (!due) return;
        for (const ConversationId conversation : *due) wake(conversation);
      });
    });
    if (enqueued == Enqueued::kRefused) tick_under_way_ = false;
  });
}

void Router::wake(ConversationId conversation) {
  AppendRequest request{conversation, SystemPrincipal{}, {}, {}};
  request.append.set_client_id(uuid_v7(deps_.clock.now_ms()));
  request.append.mutable_change_state()->set_to(v1::CONVERSATION_STATE_OPEN);
  deps_.conversations.append(std::move(request), deps_.executor, [](Result<Appended>) {});
}

}  // namespace wk
