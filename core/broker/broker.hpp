// The front of all shards: finds a conversation's home and goes there. Thread-safe; everything it is asked is done on the
// home loop (at once where the caller is on it), answers come back on the executor the caller names.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/guarded.hpp"
#include "core/broker/shard.hpp"

namespace wk {

class Broker {
 public:
  // One shard for each of `loops`; they, the store and the pool outlive the broker's last task.
  // dedupe_entries_max: of each shard; tests make it small.
  Broker(std::vector<Executor*> loops, ConversationStore& store, ThreadPool& pool, const Clock& clock,
         std::size_t dedupe_entries_max = limits::kDedupeEntriesMax);

  // Before the loops run.
  void attach(std::size_t loop, EventSink& sink);
  void set_listener(CommitListener& listener) { wiring_.listener = &listener; }

  std::size_t home_of(ConversationId conversation) const;

  // `done` may run inside the call.
  void append(AppendRequest&& request, Executor& reply_to, AppendDone done);
  // See Shard::append_text. false also where this is not the conversation's home loop.
  bool append_text(ConversationId conversation, const Principal& principal, const TextAppend& append, const TextAck& from);
  // The loop's sink is told of the conversation from now on; see Shard::add_interest.
  void subscribe(ConversationId conversation, std::size_t loop, Executor& reply_to, Shard::Subscribed done);
  void unsubscribe(ConversationId conversation, std::size_t loop);
  // Whether the loop's sink wants every conversation's summary (it has agents).
  void set_board(std::size_t loop, bool wanted);
  void typing(v1::TypingSignal signal, std::uint64_t origin);
  void viewing(ConversationId conversation, std::uint64_t connection, std::optional<v1::Actor> agent);

  // The conversation's first visitor came, or its last one went.
  void visitor_presence(ConversationId conversation, bool online);
  // On that loop; see Shard::show_board().
  bool show_board(std::size_t loop);

  // Call now and then.
  void sweep();
  // The newest commit was refused for want of room or by an I/O error.
  bool storage_refuses() const { return wiring_.storage_refuses.load(std::memory_order_relaxed); }
  // Sums over the shards, as of their last sweep.
  Shard::Figures figures() const;

 private:
  struct Home {
    Executor* loop;
    std::unique_ptr<Shard> shard;
  };
  Home& home(ConversationId conversation) { return homes_[home_of(conversation)]; }
  template <typename F>
  void at_home(ConversationId conversation, F&& run);

  Wiring wiring_;
  std::vector<Home> homes_;
  Guarded<std::vector<Shard::Figures>> figures_;
};

}  // namespace wk
