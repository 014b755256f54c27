#include "core/routing/router.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/random.hpp"

namespace wk {
namespace {

bool waits(const v1::ConversationSummary& summary) {
  return summary.holder().kind() == v1::HOLDER_KIND_QUEUE && summary.state() == v1::CONVERSATION_STATE_OPEN;
}

// The agent whose load it counts to; nullopt: nobody's.
std::optional<AgentId> held_by(const SummaryPtr& summary) {
  if (summary == nullptr || summary->holder().kind() != v1::HOLDER_KIND_AGENT) return std::nullopt;
  if (summary->state() == v1::CONVERSATION_STATE_RESOLVED || summary->state() == v1::CONVERSATION_STATE_SNOOZED) {
    return std::nullopt;
  }
  return AgentId(summary->holder().agent_id());
}

}  // namespace

void Router::start() { load_page(v1::HOLDER_KIND_QUEUE, {}); }

void Router::load_page(v1::HolderKind kind, std::string cursor) {
  const Enqueued enqueued = deps_.pool.submit([this, kind, cursor = std::move(cursor)] {
    ConversationFilter filter;
    filter.holder_kind = kind;
    filter.cursor = cursor;
    filter.limit = 500;
    auto page = deps_.store.list(filter);
    (void)deps_.executor.post([this, kind, page = std::move(page)] {
      if (!page) {
        log_error("routing.load_failed", {{"reason", page.error().context}});
        return;
      }
      for (const v1::ConversationSummary& summary : page->conversations()) {
        if (kind == v1::HOLDER_KIND_QUEUE) {
          learn(summary);
        } else if (auto agent = held_by(std::make_shared<v1::ConversationSummary>(summary))) {
          deps_.presence.held_changed(*agent, 1);
        }
      }
      if (!page->next_cursor().empty()) return load_page(kind, page->next_cursor());
      if (kind == v1::HOLDER_KIND_QUEUE) return load_page(v1::HOLDER_KIND_AGENT, {});
      loaded_ = true;
      assign_waiting();
    });
  });
  if (enqueued == Enqueued::kRefused) log_error("routing.load_refused");
}

void Router::on_change(const SummaryPtr& before, const SummaryPtr& after) {
  const auto held_before = held_by(before);
  const auto held_after = held_by(after);
  const bool waited = before != nullptr && waits(*before);
  if (held_before == held_after && waited == waits(*after)) return;
  (void)deps_.executor.post([this, held_before, held_after, after] {
    if (held_before != held_after) {
      if (held_before) deps_.presence.held_changed(*held_before, -1);
      if (held_after) {
        deps_.presence.held_changed(*held_after, 1);
        if (auto it = promised_.find(*held_after); it != promised_.end() && it->second > 0) --it->second;
      }
    }
    learn(*after);
    assign_waiting();
  });
}

void Router::on_presence() {
  (void)deps_.executor.post([this] { assign_waiting(); });
}

void Router::learn(const v1::ConversationSummary& summary) {
  const ConversationId id(summary.id());
  if (const auto it = queued_since_.find(id); it != queued_since_.end()) {
    queue_.erase({it->second, id});
    queued_since_.erase(it);
  }
  if (!waits(summary)) return;
  const std::int64_t since = summary.waiting_since_ms() != 0 ? summary.waiting_since_ms() : summary.updated_ms();
  queue_.emplace(std::pair(since, id), SiteId(summary.site_id()));
  queued_since_.emplace(id, since);
}

void Router::assign_waiting() {
  if (!loaded_) return;
  for (const auto& [key, site] : queue_) {
    if (in_flight_.size() >= routing_limits::kAssignmentsInFlightMax) return;
    if (in_flight_.contains(key.second)) continue;
    const v1::RoutingStrategy strategy = strategy_of(site);
    if (strategy == v1::ROUTING_STRATEGY_MANUAL) continue;
    const auto agent = pick(strategy);
    if (!agent) return;  // nobody is free, for no site
    assign(key.second, *agent);
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
    // Claimed meanwhile, or storage refused: the next change or tick looks again.
    if (auto it = promised_.find(to_agent); it != promised_.end() && it->second > 0) --it->second;
  });
}

void Router::tick() {
  (void)deps_.executor.post([this] {
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
