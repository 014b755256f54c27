// Documents as articles of the knowledge: read (ai_agent/documents), cut into parts of an entry's size, stored.
#pragma once

#include "base/clock.hpp"
#include "core/ports/document_intake.hpp"
#include "core/ports/knowledge_store.hpp"

namespace wk::ai {

// Thread-safe.
class KnowledgeIntake final : public DocumentIntake {
 public:
  // Both outlive it.
  KnowledgeIntake(KnowledgeStore& knowledge, const Clock& clock) : knowledge_(knowledge), clock_(clock) {}

  Result<Taken> take(const File& file) override;

 private:
  // The articles that these would be, in order, where all of them are there; else none.
  Result<v1::KnowledgeEntryList> known(SiteId site, const std::vector<std::string>& titles, const std::vector<std::string>& parts);

  KnowledgeStore& knowledge_;
  const Clock& clock_;
  IdGenerator ids_{};
};

}  // namespace wk::ai
