// Gives conversations that wait in the queue to agents: round robin or least busy, by the site's setting.
//
// It decides on a picture (queue, presence, load) that follows the commits; the decision itself is an append like any other, so
// whoever claimed meanwhile keeps what they took (core/model/decide.cpp). Loop-bound to `executor`; on_change() and
// on_presence() may come from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "base/executor.hpp"
#include "core/session/conversation_service.hpp"
#include "core/session/presence.hpp"

namespace wk {

namespace routing_limits {
// Assignments on their way at a time; the next follow when one is answered.
inline constexpr std::size_t kAssignmentsInFlightMax = 32;
}  // namespace routing_limits

class Router final : public CommitListener {
 public:
  struct Deps {
    Executor& executor;
    ConversationService& conversations;
    ConversationStore& store;
    Directory& directory;
    Presence& presence;
    ThreadPool& pool;
    const Clock& clock;
  };
  explicit Router(Deps deps) : deps_(deps) {}

  // Reads the queue and who holds what from the store; until it is there nothing is given out. Call once, when the
  // loops run.
  void start();

  void on_change(const SummaryPtr& before, const SummaryPtr& after) override;
  void on_presence();
  // Wakes snoozed conversations whose time has come; retries. Call about once a second.
  void tick();

 private:
  void learn(const v1::ConversationSummary& summary);
  void load_page(v1::HolderKind kind, std::string cursor);
  void assign_waiting();
  v1::RoutingStrategy strategy_of(SiteId site) const;
  std::optional<AgentPresence> pick(v1::RoutingStrategy strategy);
  void assign(ConversationId conversation, const AgentPresence& agent);
  void wake(ConversationId conversation);

  Deps deps_;
  bool loaded_ = false;
  // Oldest first.
  std::map<std::pair<std::int64_t, ConversationId>, SiteId> queue_;
  std::unordered_map<ConversationId, std::int64_t> queued_since_;
  std::unordered_set<ConversationId> in_flight_;
  // Given out and not yet seen in a commit, so that a burst does not all go to the one who was free.
  std::unordered_map<AgentId, std::uint32_t> promised_;
  AgentId last_given_to_{};
  bool tick_under_way_ = false;
};

}  // namespace wk
