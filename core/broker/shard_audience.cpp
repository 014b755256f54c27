// Who is told of what: subscribers' loops, the board of agents' lists, typing and viewing.
#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "core/broker/limits.hpp"
#include "core/broker/shard.hpp"

namespace wk {

void Shard::fan_out(CommittedPtr committed) {
  std::uint64_t loops = 0;
  if (!interest_.empty()) {
    for (const EventRange& range : committed->ranges) {
      if (const auto it = interest_.find(range.conversation); it != interest_.end()) loops |= it->second;
    }
  }
  for (std::size_t loop = 0; loop < deps_.wiring.outlets.size(); ++loop) {
    const auto& outlet = deps_.wiring.outlets[loop];
    if (loop == deps_.own_loop) {
      outlet.sink->on_committed(*committed);
    } else if ((loops >> loop & 1) != 0) {
      (void)outlet.executor->post([sink = outlet.sink, committed] { sink->on_committed(*committed); });
    }
  }
}

void Shard::add_interest(ConversationId id, std::size_t loop, Subscribed done) {
  WK_ASSERT(loop < 64);
  if (loop != deps_.own_loop) interest_[id] |= std::uint64_t{1} << loop;
  const auto it = conversations_.find(id);
  if (it != conversations_.end() && it->second.phase != Conversation::Phase::kLoading && it->second.in_flight == 0) {
    const v1::ConversationSummary& summary = it->second.decided;
    if (summary.last_seq() == 0) return done(fail(ErrorCode::kNotFound, "no such conversation"));
    return done(std::make_shared<const v1::ConversationSummary>(summary));
  }
  // What the store has is what is durable; what became durable since the interest began is told to the sink as well.
  auto shared = std::make_shared<Subscribed>(std::move(done));
  const Enqueued enqueued = deps_.pool.submit([this, id, shared] {
    auto loaded = deps_.store.load(id);
    (void)deps_.loop.post([shared, loaded = std::move(loaded)]() mutable {
      if (!loaded) return (*shared)(fail(std::move(loaded).error()));
      (*shared)(std::make_shared<const v1::ConversationSummary>(std::move(*loaded)));
    });
  });
  if (enqueued == Enqueued::kRefused) {
    (*shared)(fail(Error{ErrorCode::kBusy, "the storage pool is full", nullptr, limits::kBusyRetryMs}));
  }
}

void Shard::remove_interest(ConversationId id, std::size_t loop) {
  const auto it = interest_.find(id);
  if (it == interest_.end()) return;
  it->second &= ~(std::uint64_t{1} << loop);
  if (it->second == 0) interest_.erase(it);
}

// ---- the board

void Shard::set_board(std::size_t loop, bool wanted) {
  const std::uint64_t bit = std::uint64_t{1} << loop;
  board_wanted_ = wanted ? board_wanted_ | bit : board_wanted_ & ~bit;
}

void Shard::visitor_presence(ConversationId id, bool online) {
  // Beyond the limit agents see it when they load the list again.
  if (board_wanted_ == 0 || board_presence_.size() >= limits::kBoardPresencePerTickMax) return;
  board_presence_.push_back({id, online});
  ask_for_board();
}

void Shard::ask_for_board() {
  if (std::exchange(board_asked_, true)) return;
  EventSink* sink = deps_.wiring.outlets[deps_.own_loop].sink;
  if (sink != nullptr) sink->on_board_owed();
}

void Shard::owe_board(ConversationId id, Conversation& conversation, bool structural) {
  using Owed = Conversation::Owed;
  if (conversation.board == Owed::kNothing && !conversation.board_due) board_owed_.push_back(id);
  if (structural || conversation.board == Owed::kNothing) conversation.board = structural ? Owed::kStructural : Owed::kMessage;
  ask_for_board();
}

Board::Row Shard::row_of(Conversation& conversation) {
  const bool structural = conversation.board == Conversation::Owed::kStructural;
  conversation.board = Conversation::Owed::kNothing;
  conversation.board_due = false;
  return {std::make_shared<const v1::ConversationSummary>(conversation.decided), structural};
}

bool Shard::show_board() {
  const bool message_tick = ++board_ticks_ % limits::kBoardMessageTicks == 0;
  board_asked_ = false;
  if (board_owed_.empty() && board_presence_.empty()) return false;
  Board board{.rows = {}, .presence = std::exchange(board_presence_, {})};
  std::vector<ConversationId> owed = std::exchange(board_owed_, {});
  std::size_t message_rows = 0;
  // The newest first, since there is a limit.
  for (auto id = owed.rbegin(); id != owed.rend(); ++id) {
    const auto it = conversations_.find(*id);
    if (it == conversations_.end() || it->second.board == Conversation::Owed::kNothing) continue;
    Conversation& conversation = it->second;
    const bool message = conversation.board == Conversation::Owed::kMessage;
    if (conversation.phase == Conversation::Phase::kLoading || (message && !message_tick)) {
      board_owed_.push_back(*id);
    } else if (message && conversation.decided.holder().kind() != v1::HOLDER_KIND_AGENT &&
               ++message_rows > limits::kBoardMessageRowsMax) {
      conversation.board = Conversation::Owed::kNothing;
    } else if (conversation.in_flight > 0) {
      conversation.board_due = true;
    } else if (conversation.decided.last_seq() > 0) {
      board.rows.push_back(row_of(conversation));
    }
  }
  std::reverse(board_owed_.begin(), board_owed_.end());
  std::reverse(board.rows.begin(), board.rows.end());
  show(std::move(board));
  board_asked_ = !board_owed_.empty();
  return board_asked_;
}

void Shard::show(Board board) {
  if (board_wanted_ == 0 || (board.rows.empty() && board.presence.empty())) return;
  const auto shared = std::make_shared<const Board>(std::move(board));
  for (std::size_t loop = 0; loop < deps_.wiring.outlets.size(); ++loop) {
    if ((board_wanted_ >> loop & 1) == 0) continue;
    const auto& outlet = deps_.wiring.outlets[loop];
    (void)outlet.executor->post([sink = outlet.sink, shared] { sink->on_board(*shared); });
  }
}

// ---- signals

template <typename Tell>
void Shard::tell_interested(ConversationId id, const Tell& tell) {
  const auto it = interest_.find(id);
  const std::uint64_t loops = it == interest_.end() ? 0 : it->second;
  for (std::size_t loop = 0; loop < deps_.wiring.outlets.size(); ++loop) {
    const auto& outlet = deps_.wiring.outlets[loop];
    if (loop == deps_.own_loop) {
      tell(*outlet.sink);
    } else if ((loops >> loop & 1) != 0) {
      (void)outlet.executor->post([sink = outlet.sink, tell] { tell(*sink); });
    }
  }
}

void Shard::typing(ConversationId id, const v1::TypingSignal& signal, std::uint64_t origin) {
  tell_interested(id, [signal, origin](EventSink& sink) { sink.on_typing(signal, origin); });
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
  tell_interested(id, [signal](EventSink& sink) { sink.on_viewing(signal); });
}

}  // namespace wk
