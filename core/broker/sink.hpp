// Where a loop's share of what happens arrives: the gateway implements it, one for each loop.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/model/event_ref.hpp"
#include "weikeyi/v1/frame.pb.h"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

namespace v1 = ::weikeyi::v1;

using SummaryPtr = std::shared_ptr<const v1::ConversationSummary>;

// What one commit made durable. Immutable; one for all loops.
struct Committed {
  // Those of a conversation lie together, in order.
  EventBatch events;
  // One for each conversation, into `events`.
  std::vector<EventRange> ranges;
};
using CommittedPtr = std::shared_ptr<const Committed>;

// An append of Shard::append_text, to be acked or refused on the socket it came from.
struct TextAck {
  std::uint64_t connection = 0;
  std::uint32_t ref = 0;
  Seq seq = 0;
  ConversationId conversation;
  std::int64_t time_ms = 0;
  // Borrows from the event.
  std::string_view client_id;
};

// What agents' lists should show, gathered over a tick.
struct Board {
  struct Row {
    SummaryPtr summary;
    // More than a new last message: the state, who holds it, labels … Everybody has to know.
    bool structural = false;
  };
  // The conversation that changed last comes last.
  std::vector<Row> rows;
  // Of which the first visitor came, or the last one went; the later one counts.
  struct Presence {
    ConversationId conversation;
    bool online = false;
  };
  std::vector<Presence> presence;
};
using BoardPtr = std::shared_ptr<const Board>;

// Loop-bound: called on the loop it was attached with.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // In order within a conversation. Everything from the shard of this loop, and of the other shards' commits those with a
  // conversation that this loop has interest in; what nobody here wants is left to the sink to pass over.
  virtual void on_committed(const Committed& committed) = 0;
  // Durable, in the order they came; told before on_committed.
  virtual void on_text_stored(std::span<const TextAck> acks) = 0;
  virtual void on_text_refused(std::span<const TextAck> acks, const Error& error) = 0;
  // Of all conversations, for agents' lists. Only while this loop wants the board.
  virtual void on_board(const Board& board) = 0;
  // The shard of this loop has something for the board and wants Broker::show_board() within a tick, and again until that says that
  // there is no more. Called in the middle of the shard's work: to be noted, not done. Where nobody chats nobody has to look.
  virtual void on_board_owed() {}
  // Ephemeral. `origin` names the connection it came from, which does not get it back.
  virtual void on_typing(const v1::TypingSignal& signal, std::uint64_t origin) = 0;
  virtual void on_viewing(const v1::ViewingSignal& signal) = 0;
};

// Told of every commit that changes who holds a conversation or whether it is open (routing), or in which a visitor writes to the AI agent.
// Thread-safe.
class CommitListener {
 public:
  virtual ~CommitListener() = default;
  // `before` is null for a conversation that just began, and where only a message came.
  virtual void on_change(const SummaryPtr& before, const SummaryPtr& after) = 0;
};

}  // namespace wk
