// What a conversation and a site may use of language models: tokens and money, a site's by the day (UTC).
#pragma once

#include <filesystem>
#include <list>
#include <map>
#include <mutex>
#include <unordered_map>

#include "ai_agent/llm/llm_config.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

namespace wk::ai {

// Whom a call is for.
struct LlmUse {
  SiteId site{};
  // 0: of no conversation (the test bench).
  ConversationId conversation{};
};

struct LlmCost {
  std::uint64_t tokens = 0;
  double money = 0;
};

// Thread-safe. What a site used today is kept in a file, so that a restart gives nothing anew; what a conversation used is not.
class Budget {
 public:
  // `clock` outlives it. An unreadable file is begun anew.
  Budget(const LlmConfig& config, std::filesystem::path file, const Clock& clock);

  // Sets aside what a call may cost at most. kBusy: it is more than what is left; the reason_code says whose: "conversation_budget", "site_budget".
  Result<void> reserve(const LlmUse& use, const LlmCost& most);
  // What it did cost, instead of what was set aside. Writes the file.
  void settle(const LlmUse& use, const LlmCost& reserved, const LlmCost& spent);

  LlmCost of_site_today(SiteId site);

 private:
  struct Conversation {
    ConversationId id;
    LlmCost used{};
  };

  // Hold mutex_.
  void begin_day();
  Conversation& conversation(ConversationId id);
  std::string written() const;

  const std::uint64_t conversation_tokens_max_;
  const double conversation_cost_max_;
  const std::uint64_t site_tokens_per_day_max_;
  const double site_cost_per_day_max_;
  const std::filesystem::path file_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  // mutex_
  std::int64_t day_ = 0;
  std::map<SiteId, LlmCost> sites_;
  std::list<Conversation> conversations_;  // the one used last in front
  std::unordered_map<ConversationId, std::list<Conversation>::iterator> by_id_;
  std::mutex writing_;
};

}  // namespace wk::ai
