#include "bench/client/chat_sender.hpp"

#include <algorithm>
#include <bit>

namespace wk::bench {
namespace {

constexpr std::uint64_t kTurnWaitNs = 20'000'000;
// Open loop: unanswered messages of one sender.
constexpr std::uint32_t kOpenLoopUnansweredMax = 64;

}  // namespace

ChatSender::ChatSender(ChatRoom& room, std::uint32_t index)
    : room_(room), index_(index), due_ns_(std::bit_ceil(room.open_loop() ? kOpenLoopUnansweredMax : room.load().in_flight)),
      written_ns_(room.open_loop() ? due_ns_.size() : 0) {}

bool ChatSender::write(std::uint64_t due_ns, std::string& out) {
  if (unanswered_ == due_ns_.size()) return false;
  const Stamp stamp{.sender = index_, .number = ++number_, .due_ns = due_ns};
  due_ns_[number_ & (due_ns_.size() - 1)] = due_ns;
  ++unanswered_;
  ++room_.unanswered_;
  encode(stamp, out);
  return true;
}

void ChatSender::write_due(std::uint64_t due_ns) {
  std::string& out = room_.loop().scratch();
  out.clear();
  if (!write(due_ns, out)) {
    ++room_.worker().tally().overrun;
  } else if (!written_ns_.empty()) {
    written_ns_[number_ & (written_ns_.size() - 1)] = now_ns();
  }
  room_.loop().send(*this, out);
}

void ChatSender::on_acked(std::uint32_t number, std::string& out) {
  const std::uint64_t now = now_ns();
  const std::uint64_t due = due_ns_[number & (due_ns_.size() - 1)];
  if (room_.measured(due)) {
    room_.worker().tally().latency.record(now - due);
    if (!written_ns_.empty()) {
      const std::uint64_t written = written_ns_[number & (written_ns_.size() - 1)];
      const std::uint64_t arrived = room_.loop().arrived_ns();
      room_.worker().tally().between_sockets.record(arrived > written ? arrived - written : 0);
    }
  }
  if (now - due > kSlowAnswerNs) room_.worker().tally().last_slow_ns.store(now, std::memory_order_relaxed);
  check_.on_acked(number);
  --unanswered_;
  --room_.unanswered_;
  ++room_.completed_;
  if (!room_.open_loop() && room_.writing()) write(now, out);
}

void ChatSender::on_refused(std::uint32_t, std::uint32_t retry_after_ms, std::string& out) {
  ++room_.worker().tally().refused;
  room_.worker().tally().last_slow_ns.store(now_ns(), std::memory_order_relaxed);
  if (retry_after_ms == 0) ++room_.worker().tally().refused_without_a_time;
  --unanswered_;
  --room_.unanswered_;
  if (room_.open_loop() || !room_.writing()) return;
  if (retry_after_ms == 0) {
    write(now_ns(), out);
  } else {
    room_.write_later(*this, now_ns() + std::uint64_t{retry_after_ms} * 1'000'000);
  }
}

ChatRoom::ChatRoom(const ChatLoad& load, Worker& worker) : load_(load), worker_(worker) {
  if (open_loop()) loop_.note_arrivals();
}

void ChatRoom::on_text(std::string_view text) {
  const auto stamp = Stamp::read(text);
  if (!stamp || stamp->sender < first_ || stamp->sender - first_ >= senders_.size()) {
    // What opened a conversation arrives before anybody writes.
    if (!senders_.empty() || !stamp) ++worker_.tally().wrong;
    return;
  }
  if (stamp->number == 0) return;
  senders_[stamp->sender - first_]->check().on_delivered(stamp->number);
  ++delivered_;
  if (measured(stamp->due_ns)) worker_.tally().delivery.record(now_ns() - stamp->due_ns);
}

void ChatRoom::write_due(std::uint64_t now) {
  while (!later_.empty() && later_.top().at_ns <= now) {
    ChatSender* sender = later_.top().sender;
    later_.pop();
    if (writing_) sender->write_due(now_ns());
  }
  if (!open_loop() || !writing_) return;
  for (; due_ns_ <= now; due_ns_ += interval_ns_) {
    ChatSender& sender = *senders_[turn_];
    turn_ = (turn_ + 1) % senders_.size();
    sender.write_due(due_ns_);
  }
}

std::uint64_t ChatRoom::wait_ns(std::uint64_t now) const {
  std::uint64_t until = now + kTurnWaitNs;
  if (!later_.empty()) until = std::min(until, later_.top().at_ns);
  if (open_loop() && writing_) until = std::min(until, due_ns_);
  return until > now ? until - now : 0;
}

bool ChatRoom::settled() const {
  return unanswered_ == 0 && std::all_of(senders_.begin(), senders_.end(), [](ChatSender* sender) { return sender->check().settled(); });
}

void ChatRoom::publish() {
  worker_.tally().completed.store(completed_, std::memory_order_relaxed);
  worker_.tally().delivered.store(delivered_, std::memory_order_relaxed);
}

Result<void> ChatRoom::run(std::vector<ChatSender*> senders) {
  senders_ = std::move(senders);
  if (senders_.empty()) return fail(ErrorCode::kInvalidArgument, "fewer senders than workers");
  first_ = senders_.front()->index();
  worker_.ready();
  while (worker_.phase() == Phase::kSetUp) {
    heartbeats_.beat(loop_);
    loop_.turn(kTurnWaitNs);
  }

  writing_ = true;
  if (open_loop()) {
    interval_ns_ = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(1e9 * static_cast<double>(load_.senders) / load_.rate / static_cast<double>(senders_.size())));
    due_ns_ = now_ns();
  } else {
    for (std::uint32_t i = 0; i < load_.in_flight; ++i) {
      for (ChatSender* sender : senders_) sender->write_due(now_ns());
    }
  }
  while (worker_.phase() != Phase::kDrain) {
    const std::uint64_t now = now_ns();
    if (measured_from_ns_ == ~0ull && worker_.phase() == Phase::kMeasure) measured_from_ns_ = now;
    write_due(now);
    heartbeats_.beat(loop_);
    loop_.turn(wait_ns(now));
    publish();
    if (worker_.tally().broken > 0) return fail(worker_.tally().closed("under load"));
  }
  writing_ = false;
  measured_to_ns_ = now_ns();
  // What was accepted must still arrive; the parent's deadline ends a wait in vain.
  constexpr std::uint64_t kDrainNs = 10'000'000'000;
  const std::uint64_t deadline = now_ns() + kDrainNs;
  while (!settled() && now_ns() < deadline) loop_.turn(kTurnWaitNs);
  // A duplicate comes late, if at all.
  const std::uint64_t quiet = now_ns() + 200'000'000;
  for (std::uint64_t now = now_ns(); now < quiet; now = now_ns()) loop_.turn(quiet - now);
  publish();
  for (ChatSender* sender : senders_) worker_.tally().faults.add(sender->check().finish());
  return {};
}

}  // namespace wk::bench
