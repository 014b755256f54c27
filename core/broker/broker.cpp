#include "core/broker/broker.hpp"

namespace wk {

Broker::Broker(std::vector<Executor*> loops, ConversationStore& store, ThreadPool& pool, const Clock& clock,
               std::size_t dedupe_entries_max)
    : figures_(std::vector<Shard::Figures>(loops.size())) {
  wiring_.outlets.resize(loops.size());
  for (std::size_t i = 0; i < loops.size(); ++i) {
    wiring_.outlets[i].executor = loops[i];
    homes_.push_back({loops[i], std::make_unique<Shard>(ShardDeps{*loops[i], i, store, pool, clock, wiring_, dedupe_entries_max})});
  }
}

void Broker::attach(std::size_t loop, EventSink& sink) { wiring_.outlets[loop].sink = &sink; }

std::size_t Broker::home_of(ConversationId conversation) const {
  return std::hash<ConversationId>{}(conversation) % homes_.size();
}

template <typename F>
void Broker::at_home(ConversationId conversation, F&& run) {
  Home& at = home(conversation);
  if (at.loop->here()) return run(*at.shard);
  (void)at.loop->post([&at, run = std::forward<F>(run)]() mutable { run(*at.shard); });
}

void Broker::append(AppendRequest&& request, Executor& reply_to, AppendDone done) {
  Home& at = home(request.conversation);
  if (at.loop == &reply_to) {
    if (at.loop->here()) return at.shard->append(std::move(request), std::move(done));
    (void)at.loop->post([&at, request = std::move(request), done = std::move(done)]() mutable {
      at.shard->append(std::move(request), std::move(done));
    });
    return;
  }
  (void)at.loop->post([&at, &reply_to, request = std::move(request), done = std::move(done)]() mutable {
    at.shard->append(std::move(request), [&reply_to, done = std::move(done)](Result<Appended> appended) mutable {
      (void)reply_to.post([done = std::move(done), appended = std::move(appended)]() mutable { done(std::move(appended)); });
    });
  });
}

bool Broker::append_text(ConversationId conversation, const Principal& principal, const TextAppend& append, const TextAck& from) {
  Home& at = home(conversation);
  return at.loop->here() && at.shard->append_text(conversation, principal, append, from);
}

void Broker::subscribe(ConversationId conversation, std::size_t loop, Executor& reply_to, Shard::Subscribed done) {
  Home& at = home(conversation);
  if (at.loop == &reply_to && at.loop->here()) return at.shard->add_interest(conversation, loop, std::move(done));
  (void)at.loop->post([&at, &reply_to, conversation, loop, done = std::move(done)]() mutable {
    at.shard->add_interest(conversation, loop, [&reply_to, done = std::move(done)](Result<SummaryPtr> summary) mutable {
      (void)reply_to.post([done = std::move(done), summary = std::move(summary)]() mutable { done(std::move(summary)); });
    });
  });
}

void Broker::unsubscribe(ConversationId conversation, std::size_t loop) {
  at_home(conversation, [conversation, loop](Shard& shard) { shard.remove_interest(conversation, loop); });
}

void Broker::set_board(std::size_t loop, bool wanted) {
  for (Home& at : homes_) {
    (void)at.loop->post([&at, loop, wanted] { at.shard->set_board(loop, wanted); });
  }
}

bool Broker::show_board(std::size_t loop) { return homes_[loop].shard->show_board(); }

void Broker::visitor_presence(ConversationId conversation, bool online) {
  at_home(conversation, [conversation, online](Shard& shard) { shard.visitor_presence(conversation, online); });
}

void Broker::typing(v1::TypingSignal signal, std::uint64_t origin) {
  const ConversationId conversation(signal.conversation_id());
  at_home(conversation, [conversation, origin, signal = std::move(signal)](Shard& shard) {
    shard.typing(conversation, signal, origin);
  });
}

void Broker::viewing(ConversationId conversation, std::uint64_t connection, std::optional<v1::Actor> agent) {
  at_home(conversation, [conversation, connection, agent = std::move(agent)](Shard& shard) mutable {
    shard.viewing(conversation, connection, std::move(agent));
  });
}

void Broker::sweep() {
  for (std::size_t i = 0; i < homes_.size(); ++i) {
    (void)homes_[i].loop->post([this, i] {
      homes_[i].shard->sweep();
      const Shard::Figures figures = homes_[i].shard->figures();
      figures_.with([&](auto& all) { all[i] = figures; });
    });
  }
}

Shard::Figures Broker::figures() const {
  return figures_.with([](const auto& all) {
    Shard::Figures sum;
    for (const Shard::Figures& one : all) {
      sum.appended += one.appended;
      sum.deduplicated += one.deduplicated;
      sum.refused += one.refused;
      sum.commits += one.commits;
      sum.conversations_loaded += one.conversations_loaded;
      sum.waiting += one.waiting;
    }
    return sum;
  });
}

}  // namespace wk
