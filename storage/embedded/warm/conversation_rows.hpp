// The warm writer's working set of folds: read from their rows once, kept decoded, written back with each batch.
// Owner: WarmStore; used on the warm reader's thread alone.
#pragma once

#include <unordered_map>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "storage/embedded/sqlite/database.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk::warm {

class ConversationRows {
 public:
  using Changed = std::unordered_map<ConversationId, ::weikeyi::v1::ConversationSummary>;

  // The fold as the batch in hand has it: from `changed`, the cache, or the row; empty where the conversation is new.
  Result<::weikeyi::v1::ConversationSummary*> find(sqlite::Database& database, Changed& changed, ConversationId id);
  // Within the batch's transaction.
  static Result<void> write(sqlite::Database& database, const Changed& changed);
  // The transaction committed.
  void keep(Changed changed);

 private:
  // Two generations: when the young one is full it becomes the old one, and what was old is forgotten.
  Changed young_;
  Changed old_;
};

}  // namespace wk::warm
