// The home of a part of the conversations: gives events their numbers, has them stored, tells the sinks.
//
// One for each loop; Loop-bound. An append goes: load → dedupe → decide → number and encode → batch → store (one batch in
// flight, group commit) → ack and fan out. Nothing is told to anybody before it is durable.
//
// shard.cpp: from the append to the batch. shard_text.cpp: the same for plain texts. shard_commit.cpp: the batch, stored or not.
// shard_audience.cpp: who is told.
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
#include "core/broker/append_gate.hpp"
#include "core/broker/dedupe_window.hpp"
#include "core/broker/sink.hpp"
#include "core/model/principal.hpp"
#include "core/model/text_append.hpp"
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
  // Goes into ConversationStarted when this append begins the conversation; may be null.
  std::shared_ptr<const v1::VisitorContext> context;
  // Whether the AI agent gets the conversation when a visitor's message begins or reopens it.
  bool bot_first = false;
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

  // `done` runs on this loop, once the append is durable or refused; perhaps inside the call.
  void append(AppendRequest&& request, AppendDone done);
  // The short way for a message that is a text and nothing else: no object is made of it but the event's bytes, and the sink of this
  // loop is told what became of it, perhaps inside the call. false: nothing was done, append() has to see to it.
  // `from` names connection and ref; the rest of it is filled in.
  bool append_text(ConversationId conversation, const Principal& principal, const TextAppend& append, TextAck from);

  // From now on the loop's sink is told of the conversation's commits, all those after the answered summary's last_seq
  // included. kNotFound (with the interest kept) where nothing was written yet: a visitor waits for its own first message.
  // Keeps no state of the conversation: those who only read cost nothing here.
  using Subscribed = UniqueFunction<void(Result<SummaryPtr>)>;
  void add_interest(ConversationId conversation, std::size_t loop, Subscribed done);
  void remove_interest(ConversationId conversation, std::size_t loop);

  void set_board(std::size_t loop, bool wanted);
  // The conversation's first visitor came, or its last one went.
  void visitor_presence(ConversationId conversation, bool online);
  // Shows the board what changed since the last time. Call about ten times a second after EventSink::on_board_owed(), until it
  // answers false: nothing is owed.
  bool show_board();

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
    enum class Phase : std::uint8_t { kLoading, kReady, kLookingUp };
    Phase phase = Phase::kLoading;
    // What the board is owed: nothing, a row, or a row that everybody has to know.
    enum class Owed : std::uint8_t { kNothing, kMessage, kStructural };
    Owed board = Owed::kNothing;
    // The tick came while events were in flight: the row is made at the next moment that nothing undurable shows in it.
    bool board_due = false;
    std::uint32_t in_flight = 0;  // events numbered and not yet durable
    Seq committed_seq = 0;        // the last durable one
    // Its place in gathering_.touched; kNone: nothing of it is being gathered.
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};
    std::uint32_t gathering_at = kNone;
    v1::ConversationSummary decided;  // the fold of everything numbered, durable or not
    std::int64_t loaded_until_ms = 0;  // the time of the newest event when it was loaded
    std::unique_ptr<std::deque<Waiting>> waiting;  // while not kReady
    SteadyTime used;
  };
  struct PendingAck {
    Appended appended;
    AppendDone done;
  };
  // One conversation's part of a batch.
  struct Touched {
    ConversationId id;
    Conversation* conversation = nullptr;  // stays while events are in flight
    std::uint32_t events = 0;
    Seq after_seq = 0;
    // Set where routing has to know of the change.
    SummaryPtr before;
    SummaryPtr after;
    bool structural = false;
    bool began = false;
    // The visitor wrote to the AI agent.
    bool to_bot = false;
    // Its row for the board goes with the batch.
    bool shown = false;
  };
  // Events that go to the store together.
  struct Batch {
    // `touched` says whose each is, until they are put together by conversation.
    std::vector<EventRef> events;
    std::vector<std::uint32_t> owners;
    std::vector<Touched> touched;
    std::vector<PendingAck> acks;
    std::vector<TextAck> text_acks;
    std::size_t deduped = 0;  // entries of the window that stand for its appends
    std::vector<Board::Row> board;
    std::size_t bytes = 0;
    // Since it is on its way:
    EventBatch sent;
    SteadyTime sent_at;
    bool empty() const { return events.empty() && acks.empty(); }
  };

  // shard.cpp
  Conversation& find_or_load(ConversationId id);
  void start_load(ConversationId id);
  void on_loaded(ConversationId id, Result<v1::ConversationSummary> loaded);
  void wait_in_line(Conversation& conversation, AppendRequest&& request, AppendDone done);
  void run_waiting(ConversationId id);
  void process(ConversationId id, Conversation& conversation, AppendRequest&& request, AppendDone done);
  void look_up(ConversationId id, Conversation& conversation, AppendRequest&& request, AppendDone done,
               const DedupeWindow::Finding& finding);
  void decide_and_queue(ConversationId id, Conversation& conversation, AppendRequest&& request, AppendDone done,
                        const DedupeWindow::Finding& finding);
  Touched& touch(ConversationId id, Conversation& conversation);
  void refuse(AppendDone& done, Error error);
  // Why no more is taken on now; null: it is.
  const char* too_busy(SteadyTime now);
  bool batch_full() const;
  std::size_t undurable_bytes() const { return gathering_.bytes + (in_flight_ ? in_flight_->bytes : 0); }
  Error busy(const char* what);

  // Into the batch: the conversation's next event, already encoded and folded.
  void gather(Touched& touched, Conversation& conversation, EventRef event);

  // shard_commit.cpp
  void schedule_flush();
  void flush();
  void seal(Batch& batch);
  void on_stored(Result<JournalPosition> end);
  void commit(Batch& batch);
  void roll_back(Batch& batch, const Error& error);

  // shard_audience.cpp
  void fan_out(CommittedPtr committed);
  void ask_for_board();
  void owe_board(ConversationId id, Conversation& conversation, bool structural);
  Board::Row row_of(Conversation& conversation);
  void show(Board board);
  template <typename Tell>
  void tell_interested(ConversationId conversation, const Tell& tell);

  ShardDeps deps_;
  DedupeWindow dedupe_;
  AppendGate gate_;
  std::unordered_map<ConversationId, Conversation> conversations_;
  // Bit i: loop i has subscribers. The shard's own loop is always told and stands in none.
  std::unordered_map<ConversationId, std::uint64_t> interest_;
  std::uint64_t board_wanted_ = 0;
  // Those with Conversation::board set, in the order they changed.
  std::vector<ConversationId> board_owed_;
  std::vector<Board::Presence> board_presence_;
  unsigned board_ticks_ = 0;
  bool board_asked_ = false;
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
