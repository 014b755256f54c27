// The one front of the tiers for what happens in conversations: append, read, fold, dedupe, lists, search, erase.
// Embedded: storage/embedded/storage_manager. Walks hot → warm → cold without the caller knowing.
//
// Thread-safe. Everything but append(), keeps_up() and read_recent() blocks (disk): call it on a ThreadPool, never on a loop.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "core/model/event_ref.hpp"
#include "core/ports/journal.hpp"
#include "weikeyi/v1/event.pb.h"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

namespace v1 = ::weikeyi::v1;

struct ConversationFilter {
  // Restricts to these sites; empty: all.
  std::vector<SiteId> sites;
  std::optional<v1::ConversationState> state;
  std::optional<v1::HolderKind> holder_kind;
  std::optional<AgentId> holder_agent;
  std::optional<ContactId> contact;
  // Whose number counts.mine is; without it, holder_agent's.
  std::optional<AgentId> counts_for;
  // From the previous page's next_cursor; opaque.
  std::string cursor;
  std::size_t limit = 50;
};

struct SearchQuery {
  // Words in any order, "a phrase" in quotes; Chinese is found as substrings of two characters and more (one also works).
  std::string text;
  std::vector<SiteId> sites;
  std::optional<AgentId> agent;
  std::optional<ConversationId> conversation;
  std::optional<std::int64_t> since_ms;
  std::optional<std::int64_t> until_ms;
  std::string cursor;
  std::size_t limit = 30;
};

// A sender, as far as sending once is concerned.
struct Sender {
  v1::ActorKind kind = v1::ACTOR_KIND_UNSPECIFIED;
  std::uint64_t id = 0;
  auto operator<=>(const Sender&) const = default;
};

struct StoredAppend {
  Seq seq = 0;
  std::int64_t time_ms = 0;
};

// What routing has to know of a conversation that is not resolved.
struct UnresolvedConversation {
  ConversationId conversation{};
  SiteId site{};
  v1::ConversationState state = v1::CONVERSATION_STATE_UNSPECIFIED;
  v1::HolderKind holder_kind = v1::HOLDER_KIND_UNSPECIFIED;
  AgentId holder_agent{};
  // Of one in the queue: since when the visitor waits, or its last event.
  std::int64_t waiting_since_ms = 0;
};

class ConversationStore {
 public:
  virtual ~ConversationStore() = default;

  // As Journal::submit; and when `done` runs, the events are readable from every call below.
  virtual Enqueued append(EventBatch events, Journal::Committed done) = 0;

  // false: what follows the log behind the acks is so far behind that no more should be taken on for now: `busy`. Does not block.
  virtual bool keeps_up() const { return true; }

  // The fold of everything acked. kNotFound where nothing was ever written.
  virtual Result<v1::ConversationSummary> load(ConversationId conversation) = 0;
  // Events after after_seq in order, at most limit (≤ limits::kReadEventsMax); fewer only at the end of the log.
  virtual Result<std::vector<EventRef>> read(ConversationId conversation, Seq after_seq, std::size_t limit) = 0;
  // As read(), from memory alone and without blocking; nullopt where that does not hold all of it, and read() has to be asked.
  virtual std::optional<std::vector<EventRef>> read_recent(ConversationId, Seq, std::size_t) { return std::nullopt; }
  // Whether (sender, client_id) was appended before, whenever that was. not_before_ms: the client id tells it was not made before
  // this time (0: unknown, look at everything).
  virtual Result<std::optional<StoredAppend>> find_append(ConversationId conversation, Sender sender,
                                                          const std::string& client_id,
                                                          std::int64_t not_before_ms) = 0;

  // Waits, though not for long, until lists and contacts show what was acked before.
  virtual void settle() {}
  virtual Result<v1::ConversationList> list(const ConversationFilter& filter) = 0;
  virtual Result<v1::SearchResult> search(const SearchQuery& query) = 0;
  // All that are not resolved, as of one moment, in no order, with at least everything from before this process; kBusy where that does not
  // show yet (after a crash, say): ask again.
  virtual Result<std::vector<UnresolvedConversation>> unresolved() = 0;
  // Snoozed conversations whose time has come.
  virtual Result<std::vector<ConversationId>> due_snoozed(std::int64_t now_ms, std::size_t limit) = 0;
};

}  // namespace wk
