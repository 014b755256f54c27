// The store as the core sees it, with the books kept at the one place everything durable passes. Most mutations sit here.
#pragma once

#include "core/ports/conversation_store.hpp"
#include "tests/simulator/world.hpp"

namespace wk::simulator {

class ObservedStore final : public ConversationStore {
 public:
  ObservedStore(World& world, ConversationStore& store) : world_(world), store_(store) {}

  Enqueued append(EventBatch events, Journal::Committed done) override;
  Result<v1::ConversationSummary> load(ConversationId conversation) override { return store_.load(conversation); }
  Result<std::vector<EventRef>> read(ConversationId conversation, Seq after_seq, std::size_t limit) override;
  Result<std::optional<StoredAppend>> find_append(ConversationId conversation, Sender sender, const std::string& client_id,
                                                  std::int64_t not_before_ms) override;
  Result<v1::ConversationList> list(const ConversationFilter& filter) override { return store_.list(filter); }
  Result<v1::SearchResult> search(const SearchQuery& query) override { return store_.search(query); }
  Result<std::vector<UnresolvedConversation>> unresolved() override { return store_.unresolved(); }
  Result<std::vector<ConversationId>> due_snoozed(std::int64_t now_ms, std::size_t limit) override {
    return store_.due_snoozed(now_ms, limit);
  }

 private:
  World& world_;
  ConversationStore& store_;
};

}  // namespace wk::simulator
