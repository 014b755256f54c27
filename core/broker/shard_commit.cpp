// The batch: on its way to the store, stored, or refused with everything that was numbered on top of it.
#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "core/broker/limits.hpp"
#include "core/broker/shard.hpp"

namespace wk {

void Shard::schedule_flush() {
  if (flush_scheduled_ || in_flight_) return;
  flush_scheduled_ = true;
  // At the end of what the loop is doing now, so that everything that arrived together is stored together.
  deps_.loop.defer([this] {
    flush_scheduled_ = false;
    flush();
  });
}

// Puts each conversation's events together, so that one list serves the journal, the hot tier and all subscribers.
void Shard::seal(Batch& batch) {
  std::vector<EventRef> ordered = std::move(batch.events);
  if (batch.touched.size() < ordered.size()) {
    std::vector<std::uint32_t> next;
    next.reserve(batch.touched.size());
    std::uint32_t start = 0;
    for (const Touched& touched : batch.touched) {
      next.push_back(start);
      start += touched.events;
    }
    std::vector<EventRef> unordered = std::exchange(ordered, std::vector<EventRef>(ordered.size()));
    for (std::size_t i = 0; i < unordered.size(); ++i) ordered[next[batch.owners[i]]++] = std::move(unordered[i]);
  }
  batch.sent = EventBatch(std::move(ordered));
  batch.events.clear();
}

void Shard::flush() {
  if (in_flight_ || gathering_.empty()) return;
  in_flight_ = std::exchange(gathering_, {});
  Batch& batch = *in_flight_;
  if (batch.events.empty()) return on_stored(JournalPosition{});  // acks that only waited their turn
  for (Touched& touched : batch.touched) {
    Conversation& conversation = *touched.conversation;
    conversation.gathering_at = Conversation::kNone;
    // At this moment, and until more is gathered, the state shows exactly what this batch makes durable.
    if ((touched.structural || touched.to_bot) && deps_.wiring.listener != nullptr) {
      touched.after = std::make_shared<const v1::ConversationSummary>(conversation.decided);
    }
    if (conversation.board_due) {
      batch.board.push_back(row_of(conversation));
      touched.shown = true;
    }
  }
  seal(batch);
  // The next batch will be about as large.
  gathering_.events.reserve(batch.sent.size());
  gathering_.owners.reserve(batch.owners.size());
  gathering_.acks.reserve(batch.acks.size());
  gathering_.text_acks.reserve(batch.text_acks.size());
  gathering_.touched.reserve(batch.touched.size());
  batch.sent_at = deps_.clock.steady();
  const Enqueued enqueued = deps_.store.append(batch.sent, [this](Result<JournalPosition> end) {
    (void)deps_.loop.post([this, end = std::move(end)]() mutable { on_stored(std::move(end)); });
  });
  if (enqueued == Enqueued::kRefused) {
    on_stored(fail(busy("the journal's queue is full")));
  }
}

void Shard::on_stored(Result<JournalPosition> end) {
  Batch batch = std::move(*in_flight_);
  in_flight_.reset();
  // Busy for a moment is not a disk that refuses.
  const bool refuses = !end && end.error().code != ErrorCode::kBusy;
  if (!batch.sent.empty()) deps_.wiring.storage_refuses.store(refuses, std::memory_order_relaxed);
  if (end) {
    ++figures_.commits;
    if (!batch.sent.empty()) gate_.on_stored(batch.bytes, deps_.clock.steady() - batch.sent_at);
    commit(batch);
  } else {
    log_error("append.not_stored", {{"code", error_code_name(end.error().code)}, {"reason", end.error().context},
                                    {"events", batch.sent.size()}});
    roll_back(batch, end.error());
  }
  flush();
}

void Shard::commit(Batch& batch) {
  auto committed = std::make_shared<Committed>();
  committed->events = batch.sent;
  committed->ranges.reserve(batch.touched.size());
  Board board{.rows = std::move(batch.board), .presence = {}};
  const EventRef* events = batch.sent.begin();
  for (Touched& touched : batch.touched) {
    Conversation& conversation = *touched.conversation;
    conversation.committed_seq = touched.after_seq + touched.events;
    conversation.in_flight -= touched.events;
    committed->ranges.push_back({touched.id, touched.after_seq, conversation.committed_seq, {events, touched.events}});
    events += touched.events;
    if (touched.after) deps_.wiring.listener->on_change(touched.before, touched.after);
    if (board_wanted_ == 0 || touched.shown) continue;
    owe_board(touched.id, conversation, touched.structural || touched.began);
    if (conversation.board_due && conversation.in_flight == 0) board.rows.push_back(row_of(conversation));
  }
  // Acks first: the sender's tick should not wait for others' screens.
  for (PendingAck& ack : batch.acks) ack.done(ack.appended);
  if (!batch.text_acks.empty()) deps_.wiring.outlets[deps_.own_loop].sink->on_text_stored(batch.text_acks);
  if (!committed->ranges.empty()) fan_out(std::move(committed));
  show(std::move(board));
}

void Shard::roll_back(Batch& batch, const Error& error) {
  // What was numbered after the failed batch stands on it and goes with it. The state is what the store has.
  Batch gathered = std::exchange(gathering_, {});
  dedupe_.take_back(batch.deduped + gathered.deduped);
  for (Batch* failed : {&batch, &gathered}) {
    for (const Touched& touched : failed->touched) {
      Conversation& conversation = *touched.conversation;
      conversation.gathering_at = Conversation::kNone;
      conversation.in_flight = 0;
      conversation.board_due = false;
      if (board_wanted_ != 0) owe_board(touched.id, conversation, true);
      const auto phase = std::exchange(conversation.phase, Conversation::Phase::kLoading);
      // While an id is looked up, the look-up's end begins the load: two appends must never be between "not found" and "numbered".
      if (phase == Conversation::Phase::kReady) start_load(touched.id);
    }
  }
  for (Batch* failed : {&batch, &gathered}) {
    for (PendingAck& ack : failed->acks) refuse(ack.done, error);
    figures_.refused += failed->text_acks.size();
    if (!failed->text_acks.empty()) deps_.wiring.outlets[deps_.own_loop].sink->on_text_refused(failed->text_acks, error);
  }
}

}  // namespace wk
