// The warm writer's working set of folds: read from their rows once, kept decoded, folded on in place, written back with each batch.
// Owner: WarmStore; used on the warm reader's thread alone.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "storage/embedded/sqlite/database.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk::warm {

class ConversationRows {
 public:
  // The fold as the batch in hand has it; empty where the conversation is new. Valid until keep() or forget(). Who changes it
  // says so by touch().
  struct Fold {
    ::weikeyi::v1::ConversationSummary summary;

   private:
    friend class ConversationRows;
    // What the row's columns hold, but for those that every event changes; meaningless where there is no row yet.
    struct Columns {
      std::uint64_t site_id = 0;
      std::uint64_t contact_id = 0;
      std::uint64_t holder_agent = 0;
      std::int64_t snoozed_until_ms = 0;
      int state = 0;
      int holder_kind = 0;
      bool operator==(const Columns&) const = default;
    };
    static Columns columns_of(const ::weikeyi::v1::ConversationSummary& summary);
    Columns stored;
    bool has_row = false;
    bool touched = false;
  };
  Result<Fold*> find(sqlite::Database& database, ConversationId id);
  void touch(ConversationId id, Fold& fold);
  // Folds touched since the last keep().
  std::size_t touched() const { return touched_.size(); }

  // Within the batch's transaction.
  Result<void> write(sqlite::Database& database);
  // The transaction committed.
  void keep();
  // It did not: what was folded in place is read from the rows again.
  void forget();

 private:
  using Generation = std::unordered_map<ConversationId, Fold>;
  // What a row counts as in the table of tallies: site, state, kind of holder, agent.
  using Kind = std::array<std::int64_t, 4>;
  static Kind kind_of(const Fold::Columns& columns);
  struct Touched {
    ConversationId id{};
    Fold* fold = nullptr;
  };
  Result<void> write_tallies(sqlite::Database& database, const std::map<Kind, std::int64_t>& changes);

  // Two generations: when the young one is full it becomes the old one, and what was old is forgotten. Folds do not move.
  Generation young_;
  Generation old_;
  std::vector<Touched> touched_;
};

}  // namespace wk::warm
