// Where a loop's share of what happens arrives: the gateway implements it, one for each loop.
#pragma once

#include <memory>
#include <vector>

#include "core/model/event_ref.hpp"
#include "weikeyi/v1/frame.pb.h"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

namespace v1 = ::weikeyi::v1;

using SummaryPtr = std::shared_ptr<const v1::ConversationSummary>;

// Durable events of one conversation, and the fold after them.
struct Committed {
  EventRange range;
  SummaryPtr summary;
};

// Loop-bound: called on the loop it was attached with.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // Of conversations this loop has interest in; in order within a conversation.
  virtual void on_committed(const std::vector<Committed>& batch) = 0;
  // Of all conversations, for agents' lists. Only while this loop wants the board.
  virtual void on_board(const std::vector<SummaryPtr>& changed) = 0;
  // Ephemeral. `origin` names the connection it came from, which does not get it back.
  virtual void on_typing(const v1::TypingSignal& signal, std::uint64_t origin) = 0;
  virtual void on_viewing(const v1::ViewingSignal& signal) = 0;
};

// Told of every commit that changes who holds a conversation or whether it is open: routing. Thread-safe.
class CommitListener {
 public:
  virtual ~CommitListener() = default;
  // `before` is null for a conversation that just began.
  virtual void on_change(const SummaryPtr& before, const SummaryPtr& after) = 0;
};

}  // namespace wk
