// The books: what was promised to whom, kept apart from everything that keeps promises. Judges the promises of DESIGN section 1.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "core/model/event_ref.hpp"
#include "core/ports/conversation_store.hpp"
#include "weikeyi/v1/event.pb.h"

namespace wk::simulator {

class World;

// One event of the log as it was when it became durable.
struct Entry {
  std::string bytes;
  v1::Event event;
};

// What somebody who sends remembers of one intent.
struct IntentKey {
  ConversationId conversation;
  Sender sender;
  std::string client_id;
  auto operator<=>(const IntentKey&) const = default;
};

class Ledger {
 public:
  explicit Ledger(World& world) : world_(world) {}

  // Handed to the journal; not known whether it will be stored until it says so. A crash leaves it open.
  std::size_t on_submitted(const EventBatch& batch);
  void on_durable(std::size_t batch);
  void on_refused(std::size_t batch);
  // What the started server has of a conversation, whole. Everything promised must be there; what is more must be something that was
  // under way when the process died, and counts from now on: it may be shown.
  void on_recovered(ConversationId conversation, const std::vector<EventRef>& log);
  // After on_recovered of every conversation: what was under way and is not there never will be.
  void recovered();

  void on_ack(const IntentKey& intent, Seq seq, bool must_be_stored);
  // Told for good that nothing was stored.
  void on_refusal(const IntentKey& intent, const std::string& code);
  // A range that a subscriber was sent.
  void on_shown(ConversationId conversation, bool to_visitor, Seq after, Seq through, const std::vector<v1::Event>& events);
  // A stretch read from the store; `limit` was asked for.
  void on_read(ConversationId conversation, Seq after, std::size_t limit, const std::vector<EventRef>& events);
  void on_summary(ConversationId conversation, const v1::ConversationSummary& summary);
  // A row of agents' lists: the fold of the log up to some durable event.
  void on_board(ConversationId conversation, const v1::ConversationSummary& summary);

  const std::vector<Entry>& log(ConversationId conversation) const;
  Seq last_seq(ConversationId conversation) const { return static_cast<Seq>(log(conversation).size()); }
  std::optional<Seq> stored(const IntentKey& intent) const;

  // For the report.
  std::size_t events_count() const { return events_count_; }
  std::size_t acks_count() const { return acks_count_; }

 private:
  void add(const EventRef& ref);

  World& world_;
  std::map<ConversationId, std::vector<Entry>> logs_;
  std::map<IntentKey, Seq> by_intent_;
  std::map<std::size_t, EventBatch> open_;
  std::size_t next_batch_ = 1;
  std::size_t events_count_ = 0;
  std::size_t acks_count_ = 0;
};

// Computed from the rule's words (P43), not by the code that the server uses.
bool hidden_from_visitors(const v1::Event& event);

}  // namespace wk::simulator
