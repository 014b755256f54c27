#include "core/broker/shard.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "core/broker/limits.hpp"
#include "core/model/decide.hpp"
#include "core/model/fold.hpp"
#include "core/model/visibility.hpp"

namespace wk {
namespace {

constexpr std::chrono::seconds kUnusedFor{60};
constexpr std::chrono::seconds kUnusedForWhenCrowded{5};

Error from_the_future() {
  return Error{ErrorCode::kInvalidArgument, "the client id's time lies ahead of the server's", "client_id_in_future", 0};
}

Sender sender_of(const Principal& principal) {
  const Speaker speaker = speaker_of(principal);
  return {speaker.kind, speaker.id};
}

// What lists and routing have to know at once, beside a new last message or a mark of what was read.
bool structural(const v1::Event& event) {
  switch (event.body_case()) {
    case v1::Event::kMessage:
    case v1::Event::kNote:
    case v1::Event::kSeen:
    case v1::Event::kPageViewed:
      return false;
    default:
      return true;
  }
}

SharedBytes encode(const v1::Event& event) {
  return SharedBytes::make(event.ByteSizeLong(), [&](char* to) {
    event.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(to));
  });
}

}  // namespace

Shard::Shard(ShardDeps deps) : deps_(deps), dedupe_(deps.clock.now_ms(), deps.dedupe_entries_max) {}

void Shard::append(AppendRequest&& request, AppendDone done) {
  if (auto checked = check_append(request.append); !checked) return refuse(done, std::move(checked).error());
  const SteadyTime now = deps_.clock.steady();
  // Before anything is done for it: to refuse has to cost less than to accept.
  if (const char* why = too_busy(now)) return refuse(done, busy(why));
  const ConversationId id = request.conversation;
  Conversation& conversation = find_or_load(id);
  conversation.used = now;
  if (conversation.phase == Conversation::Phase::kReady) {
    return process(id, conversation, std::move(request), std::move(done));
  }
  wait_in_line(conversation, std::move(request), std::move(done));
}

void Shard::wait_in_line(Conversation& conversation, AppendRequest&& request, AppendDone done) {
  if (!conversation.waiting) conversation.waiting = std::make_unique<std::deque<Waiting>>();
  if (waiting_ >= limits::kWaitingAppendsMax ||
      conversation.waiting->size() >= limits::kWaitingAppendsPerConversationMax) {
    return refuse(done, busy("too many appends wait for storage"));
  }
  ++waiting_;
  conversation.waiting->push_back({std::move(request), std::move(done)});
}

Shard::Conversation& Shard::find_or_load(ConversationId id) {
  const auto [it, added] = conversations_.try_emplace(id);
  if (added) start_load(id);
  return it->second;
}

void Shard::start_load(ConversationId id) {
  const Enqueued enqueued = deps_.pool.submit([this, id] {
    auto loaded = deps_.store.load(id);
    (void)deps_.loop.post([this, id, loaded = std::move(loaded)]() mutable { on_loaded(id, std::move(loaded)); });
  });
  if (enqueued == Enqueued::kRefused) {
    // Told on the next turn, so that who asked can first queue up behind the load.
    (void)deps_.loop.post([this, id] { on_loaded(id, fail(busy("the storage pool is full"))); });
  }
}

void Shard::on_loaded(ConversationId id, Result<v1::ConversationSummary> loaded) {
  const auto it = conversations_.find(id);
  WK_ASSERT(it != conversations_.end() && it->second.phase == Conversation::Phase::kLoading);
  Conversation& conversation = it->second;
  const bool never_written = !loaded && loaded.error().code == ErrorCode::kNotFound;
  if (!loaded && !never_written) {
    // Whoever waited is told; the next one tries again.
    const auto waited = std::move(conversation.waiting);
    conversations_.erase(it);
    if (!waited) return;
    waiting_ -= waited->size();
    for (Waiting& waiting : *waited) refuse(waiting.done, loaded.error());
    return;
  }
  conversation.decided.Clear();
  if (loaded) conversation.decided = std::move(*loaded);
  conversation.committed_seq = conversation.decided.last_seq();
  conversation.loaded_until_ms = conversation.decided.updated_ms();
  conversation.phase = Conversation::Phase::kReady;
  conversation.used = deps_.clock.steady();
  run_waiting(id);
}

void Shard::run_waiting(ConversationId id) {
  const auto it = conversations_.find(id);
  if (it == conversations_.end()) return;
  Conversation& conversation = it->second;
  while (conversation.phase == Conversation::Phase::kReady && conversation.waiting) {
    if (conversation.waiting->empty()) {
      conversation.waiting.reset();
      return;
    }
    Waiting next = std::move(conversation.waiting->front());
    conversation.waiting->pop_front();
    --waiting_;
    process(id, conversation, std::move(next.request), std::move(next.done));
  }
}

void Shard::process(ConversationId id, Conversation& conversation, AppendRequest&& request, AppendDone done) {
  if (batch_full()) return refuse(done, busy("storage cannot keep up"));
  const auto found = dedupe_.find(id, sender_of(request.principal), request.append.client_id(), deps_.clock.now_ms(),
                                  conversation.loaded_until_ms);
  switch (found.answer) {
    case DedupeWindow::Answer::kSeen: {
      ++figures_.deduplicated;
      const Appended appended{id, found.append.seq, found.append.time_ms};
      if (found.append.seq <= conversation.committed_seq) return done(appended);
      // Numbered but not durable yet: acked with the batch it is in, or a later one.
      gathering_.acks.push_back({appended, std::move(done)});
      return schedule_flush();
    }
    case DedupeWindow::Answer::kAskStore:
      if (conversation.decided.last_seq() == 0) break;  // nothing was ever written here
      return look_up(id, conversation, std::move(request), std::move(done), found);
    case DedupeWindow::Answer::kNew:
      break;
  }
  if (found.from_the_future) return refuse(done, from_the_future());
  decide_and_queue(id, conversation, std::move(request), std::move(done), found);
}

void Shard::look_up(ConversationId id, Conversation& conversation, AppendRequest&& request, AppendDone done,
                    const DedupeWindow::Finding& finding) {
  // The rest of the conversation's appends wait: the same id on two sockets, and the order of one sender, need it.
  conversation.phase = Conversation::Phase::kLookingUp;
  const Sender sender = sender_of(request.principal);
  auto shared = std::make_shared<Waiting>(Waiting{std::move(request), std::move(done)});
  const auto finish = [this, id, shared, finding](Result<std::optional<StoredAppend>> found) {
    const auto it = conversations_.find(id);
    WK_ASSERT(it != conversations_.end());
    Conversation& ready = it->second;
    // A batch that failed meanwhile took the conversation's state along, and left it to us to load it again. What was found may be
    // old by then: the append begins anew, still before those that wait behind it.
    if (ready.phase == Conversation::Phase::kLoading) {
      if (!ready.waiting) ready.waiting = std::make_unique<std::deque<Waiting>>();
      ready.waiting->push_front(std::move(*shared));
      ++waiting_;
      return start_load(id);
    }
    ready.phase = Conversation::Phase::kReady;
    if (!found) {
      refuse(shared->done, found.error());
    } else if (*found) {
      ++figures_.deduplicated;
      shared->done(Appended{id, (*found)->seq, (*found)->time_ms});
    } else if (finding.from_the_future) {
      refuse(shared->done, from_the_future());
    } else {
      decide_and_queue(id, ready, std::move(shared->request), std::move(shared->done), finding);
    }
    run_waiting(id);
  };
  const std::string& client_id = shared->request.append.client_id();
  const Enqueued enqueued = deps_.pool.submit([this, id, sender, client_id, not_before_ms = finding.not_before_ms, finish] {
    auto found = deps_.store.find_append(id, sender, client_id, not_before_ms);
    (void)deps_.loop.post([finish, found = std::move(found)]() mutable { finish(std::move(found)); });
  });
  if (enqueued == Enqueued::kRefused) {
    (void)deps_.loop.post([this, finish] { finish(fail(busy("the storage pool is full"))); });
  }
}

Shard::Touched& Shard::touch(ConversationId id, Conversation& conversation) {
  if (conversation.gathering_at == Conversation::kNone) {
    conversation.gathering_at = static_cast<std::uint32_t>(gathering_.touched.size());
    const Seq last = conversation.decided.last_seq();
    gathering_.touched.push_back({.id = id, .conversation = &conversation, .after_seq = last, .before = {}, .after = {}, .began = last == 0});
  }
  return gathering_.touched[conversation.gathering_at];
}

void Shard::decide_and_queue(ConversationId id, Conversation& conversation, AppendRequest&& request, AppendDone done,
                             const DedupeWindow::Finding& finding) {
  static const v1::VisitorContext kNoContext;
  const std::int64_t now_ms = deps_.clock.now_ms();
  auto decided = decide(conversation.decided, request.principal, std::move(request.append),
                        {request.context ? *request.context : kNoContext, now_ms, request.bot_first});
  if (!decided) return refuse(done, std::move(decided).error());

  Appended appended{id, conversation.decided.last_seq(), conversation.decided.updated_ms()};
  if (!decided->empty()) {
    Touched& touched = touch(id, conversation);
    for (v1::Event& event : *decided) {
      event.set_conversation_id(id.value());
      event.set_seq(conversation.decided.last_seq() + 1);
      // Time never runs back within a conversation, whatever the clock does. Nor may it lie further before the id's own time than an id may lie
      // ahead: the clock may have been set back while the store was asked, and DedupeWindow::find() relies on it.
      event.set_time_ms(std::max({now_ms, conversation.decided.updated_ms(), finding.not_before_ms}));
      if (structural(event) && !std::exchange(touched.structural, true) && deps_.wiring.listener != nullptr && !touched.began) {
        touched.before = std::make_shared<const v1::ConversationSummary>(conversation.decided);
      }
      EventRef ref{id, event.seq(), encode(event), visitor_may_see(event)};
      fold(conversation.decided, event);
      if (event.has_message() && event.actor().kind() == v1::ACTOR_KIND_VISITOR && conversation.decided.holder().kind() == v1::HOLDER_KIND_BOT) {
        touched.to_bot = true;
      }
      gather(touched, conversation, std::move(ref));
    }
    appended.seq = decided->back().seq();
    appended.time_ms = decided->back().time_ms();
    ++figures_.appended;
    dedupe_.insert(finding, {appended.seq, appended.time_ms}, gathering_.deduped + (in_flight_ ? in_flight_->deduped : 0));
    ++gathering_.deduped;
  }
  gathering_.acks.push_back({appended, std::move(done)});
  schedule_flush();
}

void Shard::gather(Touched& touched, Conversation& conversation, EventRef event) {
  gathering_.bytes += event.bytes.size();
  gathering_.events.push_back(std::move(event));
  gathering_.owners.push_back(conversation.gathering_at);
  ++touched.events;
  ++conversation.in_flight;
}

void Shard::refuse(AppendDone& done, Error error) {
  ++figures_.refused;
  done(fail(std::move(error)));
}

const char* Shard::too_busy(SteadyTime now) {
  if (!gate_.admits(deps_.loop.delay(now), undurable_bytes())) return "more comes than can be done";
  return deps_.store.keeps_up() ? nullptr : "storage cannot keep up";
}

bool Shard::batch_full() const { return undurable_bytes() >= limits::kAppendBytesMax; }

Error Shard::busy(const char* what) { return Error{ErrorCode::kBusy, what, nullptr, gate_.retry_ms()}; }

void Shard::sweep() {
  const SteadyTime now = deps_.clock.steady();
  const auto unused_for = conversations_.size() > limits::kConversationsLoadedMax ? kUnusedForWhenCrowded : kUnusedFor;
  std::erase_if(conversations_, [&](const auto& entry) {
    const Conversation& conversation = entry.second;
    return conversation.phase == Conversation::Phase::kReady && conversation.in_flight == 0 && !conversation.waiting &&
           conversation.board == Conversation::Owed::kNothing && now - conversation.used > unused_for;
  });
}

Shard::Figures Shard::figures() const {
  Figures figures = figures_;
  figures.conversations_loaded = conversations_.size();
  figures.waiting = waiting_;
  return figures;
}

}  // namespace wk
