// Gives conversations that wait in the queue to agents: round robin or least busy, by the site's setting.
//
// It decides on a picture (queue, presence, load) that follows the commits; the decision itself is an append like any other, so
// whoever claimed meanwhile keeps what they took (core/model/decide.cpp). Loop-bound to `executor`; on_change() and
// on_presence() may come from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/executor.hpp"
#include "core/session/conversation_service.hpp"
#include "core/session/presence.hpp"

namespace wk {

namespace routing_limits {
// Assignments on their way at a time; the next follow when one is answered.
inline constexpr std::size_t kAssignmentsInFlightMax = 32;
// Of what is read at the start, taken in without a pause for others on the loop.
inline constexpr std::size_t kLoadedAtATime = 1'000;
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

  // Reads the queue and who holds what from the store; until it is there nothing is given out, and whose load is what is not known. Call
  // once, when the loops run.
  void start();

  void on_change(const SummaryPtr& before, const SummaryPtr& after) override;
  void on_presence();
  // Wakes snoozed conversations whose time has come; retries. Call about once a second.
  void tick();

 private:
  // What a conversation is to routing.
  struct Picture {
    SiteId site{};
    std::optional<AgentId> held_by{};           // whose load it counts to
    std::optional<std::int64_t> waiting_since_ms{};  // it waits in the queue
  };
  static Picture picture_of(const UnresolvedConversation& one);
  static Picture picture_of(const v1::ConversationSummary& summary);
  void load();
  void on_loaded(std::shared_ptr<const std::vector<UnresolvedConversation>> stored, std::size_t from);
  void learn(ConversationId id, const Picture& picture);
  // What learn() changed of anybody's load.
  void tell_held();
  void assign_waiting();
  v1::RoutingStrategy strategy_of(SiteId site) const;
  std::optional<AgentPresence> pick(v1::RoutingStrategy strategy);
  void assign(ConversationId conversation, const AgentPresence& agent);
  void wake(ConversationId conversation);

  Deps deps_;
  bool loaded_ = false;
  bool load_again_ = false;
  unsigned load_tries_ = 0;
  // Until then: what changed meanwhile, which is newer than what is read.
  std::unordered_map<ConversationId, Picture> heard_;
  // By site, oldest first: a site whose agents claim by hand may have any number that wait, and costs nothing here.
  using Queue = std::set<std::pair<std::int64_t, ConversationId>>;
  std::map<SiteId, Queue> queues_;
  // Those that are held or wait. What a change was before is looked up here: the same change may be in what was read at the start.
  std::unordered_map<ConversationId, Picture> known_;
  std::unordered_map<AgentId, int> held_changes_;
  std::unordered_set<ConversationId> in_flight_;
  // Given out and not yet seen in a commit, so that a burst does not all go to the one who was free.
  std::unordered_map<AgentId, std::uint32_t> promised_;
  AgentId last_given_to_{};
  bool tick_under_way_ = false;
};

}  // namespace wk
