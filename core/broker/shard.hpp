// The home of a part of the conversations: gives events their numbers, has them stored, tells the sinks.
//
// One for each loop; Loop-bound. An append goes: load → dedupe → decide → number and encode → batch → store (one batch in
// flight, group commit) → fold → fan out and ack. Nothing is told to anybody before it is durable.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "core/broker/dedupe_window.hpp"
#include "core/broker/sink.hpp"
#include "core/model/principal.hpp"
#include "core/ports/conversation_store.hpp"

namespace wk {

// What an append became.
struct Appended {
  ConversationId conversation;
  Seq seq = 0;
  std::int64_t time_ms = 0;
};

struct AppendRequest {
  ConversationId conversation;
  Principal principal;
  v1::Append append;
  // Goes into ConversationStarted when this append begins the conversation.
  v1::VisitorContext context;
};

using AppendDone = UniqueFunction<void(Result<Appended>)>;

// Who is told of what, for all shards alike. Filled in before the first call, fixed afterwards.
struct Wiring {
  struct Outlet {
    Executor* executor = nullptr;
    EventSink* sink = nullptr;
  };
  std::vector<Outlet> outlets;  // by loop number
  CommitListener* listener = nullptr;
  // The newest commit was refused (disk full, I/O): readiness tells. Any thread reads it.
  mutable std::atomic<bool> storage_refuses{false};
};

struct ShardDeps {
  Executor& loop;  // the shard's own
  std::size_t own_loop = 0;
  ConversationStore& store;
  ThreadPool& pool;  // for the store's blocking calls
  const Clock& clock;
  const Wiring& wiring;
  std::size_t dedupe_entries_max = limits::kDedupeEntriesMax;
};

class Shard {
 public:
  explicit Shard(ShardDeps deps);

  // `done` runs on this loop, once the append is durable or refused.
  void append(AppendRequest request, AppendDone done);

  // From now on the loop's sink is told of the conversation's commits, all those after the answered summary's last_seq
  // included. kNotFound (with the interest kept) where nothing was written yet: a visitor waits for its own first message.
  using Subscribed = UniqueFunction<void(Result<SummaryPtr>)>;
  void add_interest(ConversationId conversation, std::size_t loop, Subscribed done);
  void remove_interest(ConversationId conversation, std::size_t loop);
  void set_board(std::size_t loop, bool wanted);
  // Shows a conversation to the board again; one that is not loaded or never began is left alone.
  void announce(ConversationId conversation);

  void typing(ConversationId conversation, const v1::TypingSignal& signal, std::uint64_t origin);
  // A connection looks at the conversation (or no longer does).
  void viewing(ConversationId conversation, std::uint64_t connection, std::optional<v1::Actor> agent);

  // Forgets conversations that were not used for a while. Call now and then.
  void sweep();

  struct Figures {
    std::uint64_t appended = 0;
    std::uint64_t deduplicated = 0;
    std::uint64_t refused = 0;
    std::uint64_t commits = 0;
    std::size_t conversations_loaded = 0;
    std::size_t waiting = 0;
  };
  Figures figures() const;

 private:
  struct Waiting {
    AppendRequest request;
    AppendDone done;
  };
  struct Conversation {
    enum class Phase { kLoading, kReady, kLookingUp };
    Phase phase = Phase::kLoading;
    v1::ConversationSummary decided;   // the fold of everything numbered, durable or not
    SummaryPtr committed;              // the fold of what is durable
    std::deque<Waiting> waiting;       // while not kReady
    std::vector<Subscribed> subscribing;  // while kLoading
    std::uint32_t in_flight = 0;       // events numbered and not yet durable
    SteadyTime used;
  };
  struct PendingAck {
    ConversationId conversation;
    Appended appended;
    AppendDone done;
  };
  struct PendingDedupe {
    ConversationId conversation;
    Sender sender;
    std::string client_id;
  };
  // Events that go to the store together.
  struct Batch {
    std::vector<EventRef> events;
    std::vector<v1::Event> decoded;  // beside `events`, for the second fold
    std::vector<PendingAck> acks;
    std::vector<PendingDedupe> dedupe;
    std::size_t bytes = 0;
    bool empty() const { return events.empty() && acks.empty(); }
  };

  Conversation& find_or_load(ConversationId id);
  void on_loaded(ConversationId id, Result<v1::ConversationSummary> loaded);
  void run_waiting(ConversationId id);
  void process(Conversation& conversation, AppendRequest request, AppendDone done);
  void look_up(ConversationId id, Conversation& conversation, AppendRequest request, AppendDone done,
               std::int64_t not_before_ms);
  void decide_and_queue(Conversation& conversation, AppendRequest request, AppendDone done);
  void refuse(AppendDone& done, Error error);
  void schedule_flush();
  void flush();
  void on_stored(Result<JournalPosition> end);
  void commit(Batch& batch);
  void roll_back(Batch& batch, const Error& error);
  void fan_out(std::vector<Committed> committed);
  void show_on_board(const std::vector<SummaryPtr>& changed);
  bool batch_full() const;

  ShardDeps deps_;
  DedupeWindow dedupe_;
  std::unordered_map<ConversationId, Conversation> conversations_;
  // Bit i: loop i has subscribers.
  std::unordered_map<ConversationId, std::uint64_t> interest_;
  std::uint64_t board_ = 0;
  struct Viewer {
    std::uint64_t connection = 0;
    v1::Actor agent;
  };
  std::unordered_map<ConversationId, std::vector<Viewer>> viewers_;
  Batch gathering_;
  std::optional<Batch> in_flight_;
  bool flush_scheduled_ = false;
  std::size_t waiting_ = 0;
  Figures figures_;
};

}  // namespace wk
