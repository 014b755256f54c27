#include "ai_agent/agent/summaries.hpp"

#include "ai_agent/agent/limits.hpp"

namespace wk::ai {

std::optional<Summary> Summaries::find(ConversationId id) {
  return all_.with([&](All& all) -> std::optional<Summary> {
    const auto found = all.by_id.find(id);
    if (found == all.by_id.end()) return std::nullopt;
    all.by_use.splice(all.by_use.begin(), all.by_use, found->second);
    return found->second->summary;
  });
}

void Summaries::put(ConversationId id, Summary summary) {
  all_.with([&](All& all) {
    if (const auto found = all.by_id.find(id); found != all.by_id.end()) {
      if (summary.through < found->second->summary.through) return;
      found->second->summary = std::move(summary);
      all.by_use.splice(all.by_use.begin(), all.by_use, found->second);
      return;
    }
    if (all.by_use.size() >= agent_limits::kSummariesKept) {
      all.by_id.erase(all.by_use.back().id);
      all.by_use.pop_back();
    }
    all.by_use.push_front({id, std::move(summary)});
    all.by_id[id] = all.by_use.begin();
  });
}

}  // namespace wk::ai
