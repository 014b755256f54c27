#include "core/broker/shard.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "core/broker/limits.hpp"
#include "core/model/decide.hpp"
#include "core/model/fold.hpp"
#include "core/model/visibility.hpp"

namespace wk {
namespace {

constexpr std::chrono::seconds kUnusedFor{60};

Error busy(const char* what) {
  return Error{ErrorCode::kBusy, what, nullptr, limits::kBusyRetryMs};
}

Sender sender_of(const v1::Actor& actor) { return {actor.kind(), actor.id()}; }

}  // namespace

Shard::Shard(ShardDeps deps) : deps_(deps), dedupe_(deps.clock.now_ms(), deps.dedupe_entries_max) {}

void Shard::append(AppendRequest request, AppendDone done) {
  if (auto checked = check_append(request.append); !checked) return refuse(done, std::move(checked).error());
  const ConversationId id = request.conversation;
  Conversation& conversation = find_or_load(id);
  conversation.used = deps_.clock.steady();
  if (conversation.phase == Conversation::Phase::kReady) {
    return process(conversation, std::move(request), std::move(done));
  }
  if (waiting_ >= limits::kWaitingAppendsMax ||
      conversation.waiting.size() >= limits::kWaitingAppendsPerConversationMax) {
    return refuse(done, busy("too many appends wait for storage"));
  }
  ++waiting_;
  conversation.waiting.push_back({std::move(request), std::move(done)});
}

Shard::Conversation& Shard::find_or_load(ConversationId id) {
  const auto [it, added] = conversations_.try_emplace(id);
  if (added) {
    const Enqueued enqueued = deps_.pool.submit([this, id] {
      auto loaded = deps_.store.load(id);
      (void)deps_.loop.post([this, id, loaded = std::move(loaded)]() mutable { on_loaded(id, std::move(loaded)); });
    });
    if (enqueued == Enqueued::kRefused) {
      // Told on the next turn, so that who asked can first queue up behind the load.
      (void)deps_.loop.post([this, id] { on_loaded(id, fail(busy("the storage pool is full"))); });
    }
  }
  return it->second;
}

void Shard::on_loaded(ConversationId id, Result<v1::ConversationSummary> loaded) {
  const auto it = conversations_.find(id);
  WK_ASSERT(it != conversations_.end());
  Conversation& conversation = it->second;
  const bool never_written = !loaded && loaded.error().code == ErrorCode::kNotFound;
  if (!loaded && !never_written) {
    // Whoever waited is told; the next one tries again.
    Conversation gone = std::move(conversation);
    conversations_.erase(it);
    waiting_ -= gone.waiting.size();
    for (Waiting& waiting : gone.waiting) refuse(waiting.done, loaded.error());
    for (Subscribed& subscribed : gone.subscribing) subscribed(fail(loaded.error()));
    return;
  }
  if (loaded) conversation.decided = std::move(*loaded);
  conversation.committed = std::make_shared<const v1::ConversationSummary>(conversation.decided);
  conversation.phase = Conversation::Phase::kReady;
  conversation.used = deps_.clock.steady();
  auto subscribing = std::exchange(conversation.subscribing, {});
  for (Subscribed& subscribed : subscribing) {
    subscribed(never_written ? Result<SummaryPtr>(fail(ErrorCode::kNotFound, "no such conversation"))
                             : Result<SummaryPtr>(conversation.committed));
  }
  run_waiting(id);
}

void Shard::run_waiting(ConversationId id) {
  const auto it = conversations_.find(id);
  if (it == conversations_.end()) return;
  Conversation& conversation = it->second;
  while (conversation.phase == Conversation::Phase::kReady && !conversation.waiting.empty()) {
    Waiting next = std::move(conversation.waiting.front());
    conversation.waiting.pop_front();
    --waiting_;
    process(conversation, std::move(next.request), std::move(next.done));
  }
}

void Shard::process(Conversation& conversation, AppendRequest request, AppendDone done) {
  if (batch_full()) return refuse(done, busy("storage cannot keep up"));
  const Sender sender = sender_of(actor_of(request.principal, conversation.decided));
  const auto found = dedupe_.find(request.conversation, sender, request.append.client_id(), deps_.clock.now_ms());
  switch (found.answer) {
    case DedupeWindow::Answer::kFromTheFuture:
      return refuse(done, Error{ErrorCode::kInvalidArgument, "the client id's time lies ahead of the server's",
                                "client_id_in_future", 0});
    case DedupeWindow::Answer::kSeen: {
      ++figures_.deduplicated;
      const Appended appended{request.conversation, found.append.seq, found.append.time_ms};
      if (found.append.seq <= conversation.committed->last_seq()) return done(appended);
      // Numbered but not durable yet: acked with the batch it is in, or a later one.
      gathering_.acks.push_back({request.conversation, appended, std::move(done)});
      return schedule_flush();
    }
    case DedupeWindow::Answer::kAskStore:
      if (conversation.decided.last_seq() == 0) break;  // nothing was ever written here
      return look_up(request.conversation, conversation, std::move(request), std::move(done), found.not_before_ms);
    case DedupeWindow::Answer::kNew:
      break;
  }
  decide_and_queue(conversation, std::move(request), std::move(done));
}

void Shard::look_up(ConversationId id, Conversation& conversation, AppendRequest request, AppendDone done,
                    std::int64_t not_before_ms) {
  // The rest of the conversation's appends wait: the same id on two sockets, and the order of one sender, need it.
  conversation.phase = Conversation::Phase::kLookingUp;
  const Sender sender = sender_of(actor_of(request.principal, conversation.decided));
  auto shared = std::make_shared<Waiting>(Waiting{std::move(request), std::move(done)});
  const auto finish = [this, id, shared, sender](Result<std::optional<StoredAppend>> found) {
    const auto it = conversations_.find(id);
    WK_ASSERT(it != conversations_.end());
    Conversation& ready = it->second;
    ready.phase = Conversation::Phase::kReady;
    if (!found) {
      refuse(shared->done, found.error());
    } else if (*found) {
      ++figures_.deduplicated;
      shared->done(Appended{id, (*found)->seq, (*found)->time_ms});
    } else {
      decide_and_queue(ready, std::move(shared->request), std::move(shared->done));
    }
    run_waiting(id);
  };
  const std::string& client_id = shared->request.append.client_id();
  const Enqueued enqueued = deps_.pool.submit([this, id, sender, client_id, not_before_ms, finish] {
    auto found = deps_.store.find_append(id, sender, client_id, not_before_ms);
    (void)deps_.loop.post([finish, found = std::move(found)]() mutable { finish(std::move(found)); });
  });
  if (enqueued == Enqueued::kRefused) {
    (void)deps_.loop.post([finish] { finish(fail(busy("the storage pool is full"))); });
  }
}

void Shard::decide_and_queue(Conversation& conversation, AppendRequest request, AppendDone done) {
  const std::int64_t now_ms = deps_.clock.now_ms();
  auto decided = decide(conversation.decided, request.principal, request.append, request.context, now_ms);
  if (!decided) return refuse(done, std::move(decided).error());

  Appended appended{request.conversation, conversation.decided.last_seq(), conversation.decided.updated_ms()};
  for (v1::Event& event : *decided) {
    event.set_conversation_id(request.conversation.value());
    event.set_seq(conversation.decided.last_seq() + 1);
    // Time never runs back within a conversation, whatever the clock does.
    event.set_time_ms(std::max(now_ms, conversation.decided.updated_ms()));
    fold(conversation.decided, event);
    EventRef ref{request.conversation, event.seq(), SharedBytes(event.SerializeAsString()), visitor_may_see(event)};
    gathering_.bytes += ref.bytes.size();
    gathering_.events.push_back(std::move(ref));
    ++conversation.in_flight;
    appended.seq = event.seq();
    appended.time_ms = event.time_ms();
    gathering_.decoded.push_back(std::move(event));
  }
  if (!decided->empty()) {
    ++figures_.appended;
    const Sender sender = sender_of(gathering_.decoded.back().actor());
    dedupe_.insert(request.conversation, sender, request.append.client_id(), {appended.seq, appended.time_ms}, now_ms);
    gathering_.dedupe.push_back({request.conversation, sender, request.append.client_id()});
  }
  gathering_.acks.push_back({request.conversation, appended, std::move(done)});
  schedule_flush();
}

void Shard::refuse(AppendDone& done, Error error) {
  ++figures_.refused;
  done(fail(std::move(error)));
}

bool Shard::batch_full() const {
  return gathering_.bytes + (in_flight_ ? in_flight_->bytes : 0) >= limits::kAppendBytesMax;
}

void Shard::schedule_flush() {
  if (flush_scheduled_ || in_flight_) return;
  flush_scheduled_ = true;
  // At the end of what the loop is doing now, so that everything that arrived together is stored together.
  (void)deps_.loop.post([this] {
    flush_scheduled_ = false;
    flush();
  });
}

void Shard::flush() {
  if (in_flight_ || gathering_.empty()) return;
  in_flight_ = std::exchange(gathering_, {});
  if (in_flight_->events.empty()) return on_stored(JournalPosition{});  // acks that only waited their turn
  const Enqueued enqueued = deps_.store.append(in_flight_->events, [this](Result<JournalPosition> end) {
    (void)deps_.loop.post([this, end = std::move(end)]() mutable { on_stored(std::move(end)); });
  });
  if (enqueued == Enqueued::kRefused) on_stored(fail(busy("the journal's queue is full")));
}

void Shard::on_stored(Result<JournalPosition> end) {
  Batch batch = std::move(*in_flight_);
  in_flight_.reset();
  if (!batch.events.empty()) deps_.wiring.storage_refuses.store(!end, std::memory_order_relaxed);
  if (end) {
    ++figures_.commits;
    commit(batch);
  } else {
    log_error("append.not_stored", {{"code", error_code_name(end.error().code)}, {"reason", end.error().context},
                                    {"events", batch.events.size()}});
    roll_back(batch, end.error());
  }
  flush();
}

void Shard::commit(Batch& batch) {
  std::vector<Committed> committed;
  std::unordered_map<ConversationId, std::size_t> place;
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    EventRef& ref = batch.events[i];
    const auto [it, added] = place.try_emplace(ref.conversation, committed.size());
    if (added) committed.push_back({{ref.conversation, ref.seq - 1, 0, {}}, nullptr});
    committed[it->second].range.events.push_back(std::move(ref));
  }
  std::vector<std::vector<const v1::Event*>> events_of(committed.size());
  for (const v1::Event& event : batch.decoded) {
    events_of[place.at(ConversationId(event.conversation_id()))].push_back(&event);
  }
  for (std::size_t i = 0; i < committed.size(); ++i) {
    Conversation& conversation = conversations_.at(committed[i].range.conversation);
    auto summary = std::make_shared<v1::ConversationSummary>(*conversation.committed);
    for (const v1::Event* event : events_of[i]) fold(*summary, *event);
    committed[i].range.through_seq = summary->last_seq();
    conversation.in_flight -= static_cast<std::uint32_t>(events_of[i].size());
    const SummaryPtr before = std::exchange(conversation.committed, summary);
    committed[i].summary = conversation.committed;
    if (deps_.wiring.listener != nullptr) {
      deps_.wiring.listener->on_change(before->last_seq() == 0 ? nullptr : before, conversation.committed);
    }
  }
  // Acks first: the sender's tick should not wait for others' screens.
  for (PendingAck& ack : batch.acks) ack.done(ack.appended);
  fan_out(std::move(committed));
}

void Shard::roll_back(Batch& batch, const Error& error) {
  // What was numbered after the failed batch stands on it and goes with it.
  for (Batch* failed : {&batch, &gathering_}) {
    for (const EventRef& event : failed->events) {
      Conversation& conversation = conversations_.at(event.conversation);
      conversation.decided = *conversation.committed;
      conversation.in_flight = 0;
    }
    for (const PendingDedupe& entry : failed->dedupe) {
      dedupe_.erase(entry.conversation, entry.sender, entry.client_id);
    }
  }
  Batch gathered = std::exchange(gathering_, {});
  for (PendingAck& ack : batch.acks) refuse(ack.done, error);
  for (PendingAck& ack : gathered.acks) refuse(ack.done, error);
}

void Shard::fan_out(std::vector<Committed> committed) {
  if (board_ != 0) {
    std::vector<SummaryPtr> changed;
    for (const Committed& one : committed) changed.push_back(one.summary);
    show_on_board(changed);
  }
  for (std::size_t loop = 0; loop < deps_.wiring.outlets.size(); ++loop) {
    std::vector<Committed> wanted;
    for (const Committed& one : committed) {
      const auto it = interest_.find(one.range.conversation);
      if (it != interest_.end() && (it->second >> loop & 1) != 0) wanted.push_back(one);
    }
    if (wanted.empty()) continue;
    const auto& outlet = deps_.wiring.outlets[loop];
    if (loop == deps_.own_loop) {
      outlet.sink->on_committed(wanted);
    } else {
      (void)outlet.executor->post([sink = outlet.sink, wanted = std::move(wanted)] { sink->on_committed(wanted); });
    }
  }
}

void Shard::show_on_board(const std::vector<SummaryPtr>& changed) {
  for (std::size_t loop = 0; loop < deps_.wiring.outlets.size(); ++loop) {
    if ((board_ >> loop & 1) == 0) continue;
    const auto& outlet = deps_.wiring.outlets[loop];
    (void)outlet.executor->post([sink = outlet.sink, changed] { sink->on_board(changed); });
  }
}

void Shard::announce(ConversationId id) {
  const auto it = conversations_.find(id);
  if (it == conversations_.end() || it->second.phase == Conversation::Phase::kLoading) return;
  if (it->second.committed->last_seq() > 0) show_on_board({it->second.committed});
}

void Shard::add_interest(ConversationId id, std::size_t loop, Subscribed done) {
  WK_ASSERT(loop < 64);
  interest_[id] |= std::uint64_t{1} << loop;
  Conversation& conversation = find_or_load(id);
  conversation.used = deps_.clock.steady();
  if (conversation.phase == Conversation::Phase::kLoading) {
    conversation.subscribing.push_back(std::move(done));
    return;
  }
  if (conversation.committed->last_seq() == 0) return done(fail(ErrorCode::kNotFound, "no such conversation"));
  done(conversation.committed);
}

void Shard::remove_interest(ConversationId id, std::size_t loop) {
  const auto it = interest_.find(id);
  if (it == interest_.end()) return;
  it->second &= ~(std::uint64_t{1} << loop);
  if (it->second == 0) interest_.erase(it);
}

void Shard::set_board(std::size_t loop, bool wanted) {
  const std::uint64_t bit = std::uint64_t{1} << loop;
  board_ = wanted ? board_ | bit : board_ & ~bit;
}

void Shard::typing(ConversationId id, const v1::TypingSignal& signal, std::uint64_t origin) {
  const auto it = interest_.find(id);
  if (it == interest_.end()) return;
  for (std::size_t loop = 0; loop < deps_.wiring.outlets.size(); ++loop) {
    if ((it->second >> loop & 1) == 0) continue;
    const auto& outlet = deps_.wiring.outlets[loop];
    (void)outlet.executor->post([sink = outlet.sink, signal, origin] { sink->on_typing(signal, origin); });
  }
}

void Shard::viewing(ConversationId id, std::uint64_t connection, std::optional<v1::Actor> agent) {
  std::vector<Viewer>& viewers = viewers_[id];
  std::erase_if(viewers, [&](const Viewer& viewer) { return viewer.connection == connection; });
  if (agent) viewers.push_back({connection, std::move(*agent)});
  v1::ViewingSignal signal;
  signal.set_conversation_id(id.value());
  for (const Viewer& viewer : viewers) {
    const auto same = [&](const v1::Actor& actor) { return actor.id() == viewer.agent.id(); };
    if (std::none_of(signal.agents().begin(), signal.agents().end(), same)) *signal.add_agents() = viewer.agent;
  }
  if (viewers.empty()) viewers_.erase(id);
  const auto it = interest_.find(id);
  if (it == interest_.end()) return;
  for (std::size_t loop = 0; loop < deps_.wiring.outlets.size(); ++loop) {
    if ((it->second >> loop & 1) == 0) continue;
    const auto& outlet = deps_.wiring.outlets[loop];
    (void)outlet.executor->post([sink = outlet.sink, signal] { sink->on_viewing(signal); });
  }
}

void Shard::sweep() {
  const bool crowded = conversations_.size() > limits::kConversationsLoadedMax;
  const SteadyTime now = deps_.clock.steady();
  std::erase_if(conversations_, [&](const auto& entry) {
    const Conversation& conversation = entry.second;
    const bool idle = conversation.phase == Conversation::Phase::kReady && conversation.in_flight == 0 &&
                      conversation.waiting.empty();
    return idle && (crowded || now - conversation.used > kUnusedFor);
  });
}

Shard::Figures Shard::figures() const {
  Figures figures = figures_;
  figures.conversations_loaded = conversations_.size();
  figures.waiting = waiting_;
  return figures;
}

}  // namespace wk
