// The short way of the most frequent append.
#include <algorithm>

#include "core/broker/shard.hpp"

namespace wk {

bool Shard::append_text(ConversationId id, const Principal& principal, const TextAppend& append, TextAck from) {
  const Speaker who = speaker_of(principal);
  const DedupeWindow::Key key = DedupeWindow::key_of(id, {who.kind, who.id}, append.client_id);
  // The window is larger than the caches, and what is done until it is asked takes about as long as memory does.
  dedupe_.fetch(key);
  const SteadyTime now = deps_.clock.steady();
  if (const char* why = too_busy(now)) {
    ++figures_.refused;
    from.client_id = append.client_id;
    deps_.wiring.outlets[deps_.own_loop].sink->on_text_refused({&from, 1}, busy(why));
    return true;
  }
  const auto it = conversations_.find(id);
  if (it == conversations_.end()) return false;
  Conversation& conversation = it->second;
  if (conversation.phase != Conversation::Phase::kReady || conversation.waiting || batch_full()) return false;
  v1::ConversationSummary& state = conversation.decided;
  if (!becomes_one_message(append, state, principal)) return false;
  const Speaker speaker = speaker_of(principal, state.contact_name());
  const std::int64_t now_ms = deps_.clock.now_ms();
  const auto found = dedupe_.find(key, append.client_id, now_ms, conversation.loaded_until_ms);
  if (found.answer != DedupeWindow::Answer::kNew || found.from_the_future) return false;

  conversation.used = now;
  Touched& touched = touch(id, conversation);
  from.conversation = id;
  from.seq = state.last_seq() + 1;
  // Time never runs back within a conversation, whatever the clock does.
  from.time_ms = std::max(now_ms, state.updated_ms());
  EncodedText encoded = encode_text(id, from.seq, from.time_ms, speaker, append);
  fold_text(state, from.seq, from.time_ms, speaker, append.text);
  gather(touched, conversation, {id, from.seq, std::move(encoded.bytes), true});
  ++figures_.appended;
  dedupe_.insert(found, {from.seq, from.time_ms}, gathering_.deduped + (in_flight_ ? in_flight_->deduped : 0));
  ++gathering_.deduped;
  from.client_id = encoded.client_id;
  gathering_.text_acks.push_back(from);
  schedule_flush();
  return true;
}

}  // namespace wk
