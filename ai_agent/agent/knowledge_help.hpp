// AgentHelp out of the knowledge.
#pragma once

#include <mutex>

#include "ai_agent/agent/knowledge_base.hpp"
#include "ai_agent/agent/site_names.hpp"
#include "core/ports/agent_help.hpp"
#include "core/ports/conversation_store.hpp"

namespace wk::ai {

// Thread-safe.
class KnowledgeHelp final : public AgentHelp {
 public:
  struct Deps {
    ConversationStore& store;
    BotRecord& record;
    const Directory& directory;
    const KnowledgeBase& knowledge;
    const SiteNames& names;
  };
  explicit KnowledgeHelp(Deps deps) : deps_(deps) {}

  Result<v1::SuggestionList> suggestions(ConversationId conversation) override;
  Result<v1::KnowledgeGapList> gaps(const BotRecord::Period& period) override;

 private:
  Result<bool> answered_now(const v1::KnowledgeGap& gap) const;
  // As the site has it; 0: the index's own.
  float confidence_of(SiteId site) const;

  const Deps deps_;
  // Gaps take memory while they are looked for: one after another.
  std::mutex gaps_;
};

}  // namespace wk::ai
