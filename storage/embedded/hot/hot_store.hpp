// Recent events in memory. The invariant it exists for: an acked event can be read here until the warm tier has it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/guarded.hpp"
#include "base/result.hpp"
#include "core/model/event_ref.hpp"
#include "core/ports/journal.hpp"
#include "storage/embedded/hot/limits.hpp"

namespace wk {

struct HotRead {
  // What is held of the conversation: first_seq to last_seq without gaps; 0 and 0: nothing. Events before first_seq are warm.
  Seq first_seq = 0;
  Seq last_seq = 0;
  std::vector<EventRef> events;
};

struct HotStats {
  std::size_t conversations = 0;
  std::size_t events = 0;
  std::size_t bytes = 0;
  std::size_t unwarmed_events = 0;
  // In memory; without what was spilled.
  std::size_t unwarmed_bytes = 0;
  // Events whose bytes are only in the journal.
  std::size_t spilled_events = 0;
};

// Purpose: conversation → its latest events, each with its place in the journal.
// Owner: the storage manager; outlived by the journal.
// Threads: Thread-safe. add() belongs to the journal's thread (one caller at a time, in the journal's order) and never
// blocks; read() and scan() may read the journal, that is block.
// Limits: the options, spread evenly over the shards. Over bytes_max the oldest warmed events go; over unwarmed_bytes_max the
// bytes of the oldest un-warmed ones are dropped and read back from the journal, so that chat goes on while the warm
// tier is down. Their index entries stay (about 100 bytes each) and are bounded by what the disk takes.
class HotStore {
 public:
  struct Options {
    std::size_t bytes_max = limits::kHotBytesDefault;
    std::size_t unwarmed_bytes_max = limits::kHotUnwarmedBytesDefault;
    std::size_t shards = 16;
  };

  // Requires: journal outlives it; options.shards > 0.
  HotStore(Journal& journal, Options options);

  // At start, before anything is submitted: takes everything from the warm reader's cursor to the journal's end.
  Result<void> replay(JournalPosition warm_cursor);
  // Records the journal committed, before their ack is passed on. What is there already is left out.
  void add(std::span<const JournalRecord> records);
  // Everything before `position` is committed in the warm tier. Call it before Journal::release. Never goes back.
  void set_warm_cursor(JournalPosition position);

  // Events after after_seq that are held, at most `limit`.
  Result<HotRead> read(ConversationId conversation, Seq after_seq, std::size_t limit) const;
  // The same where memory has all of it; nullopt where something lies before what is held, or only in the journal. Does not
  // block beyond the moments in which the committer or a reader has the shard.
  std::optional<std::vector<EventRef>> read_recent(ConversationId conversation, Seq after_seq, std::size_t limit) const;
  std::optional<Seq> last_seq(ConversationId conversation) const;
  // Everything held of the conversation, in order; no lock is held meanwhile. Answers what read() does, without the events.
  Result<HotRead> scan(ConversationId conversation, const std::function<void(const EventRef&)>& visit) const;

  HotStats stats() const;

 private:
  struct Entry {
    Seq seq = 0;
    std::uint32_t length = 0;
    std::uint64_t position = 0;
    SharedBytes bytes;
    bool spilled = false;
    bool visitor_may_see = true;

    std::size_t cost() const { return limits::kHotEventOverheadBytes + (spilled ? 0 : length); }
  };
  // Entries by rising seq; those before `gone` are evicted and swept together later.
  struct Conversation {
    std::vector<Entry> entries;
    std::size_t gone = 0;

    std::span<Entry> held() { return std::span(entries).subspan(gone); }
    std::span<const Entry> held() const { return std::span(entries).subspan(gone); }
    Entry& at(Seq seq);
    void evict_first();
  };
  struct Place {
    std::uint64_t position = 0;
    ConversationId conversation;
    Seq seq = 0;
  };
  // Its events in the journal's order fall into: warmed | un-warmed and spilled | un-warmed and in memory.
  struct Shard {
    std::unordered_map<ConversationId, Conversation> conversations;
    std::deque<Place> order;
    // Into order; how many lead it that are warmed, and warmed or spilled.
    std::size_t warmed = 0;
    std::size_t not_in_memory_end = 0;
    std::uint64_t last_position_end = 0;
    std::uint64_t cursor = 0;
    std::size_t bytes = 0;
    std::size_t unwarmed_bytes = 0;
    std::size_t spilled = 0;

    void add(const JournalRecord& record);
    void advance(std::uint64_t to, std::size_t bytes_max);
    void evict_to(std::size_t bytes_max);
    void evict_first();
    void spill_to(std::size_t bytes_max);
  };

  Guarded<Shard>& shard_of(ConversationId conversation) const;
  Result<void> read_back(ConversationId conversation, const std::vector<Entry>& entries, HotRead& into) const;

  Journal& journal_;
  const std::size_t bytes_max_;           // of a shard
  const std::size_t unwarmed_bytes_max_;  // of a shard
  mutable std::vector<Guarded<Shard>> shards_;
};

}  // namespace wk
