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

void Broker::append(AppendRequest request, Executor& reply_to, AppendDone done) {
  Home& at = home(request.conversation);
  const bool at_home = at.loop == &reply_to;
  (void)at.loop->post([&at, &reply_to, at_home, request = std::move(request), done = std::move(done)]() mutable {
    if (at_home) return at.shard->append(std::move(request), std::move(done));
    at.shard->append(std::move(request), [&reply_to, done = std::move(done)](Result<Appended> appended) mutable {
      (void)reply_to.post([done = std::move(done), appended = std::move(appended)]() mutable { done(std::move(appended)); });
    });
  });
}

void Broker::subscribe(ConversationId conversation, std::size_t loop, Executor& reply_to, Shard::Subscribed done) {
  Home& at = home(conversation);
  (void)at.loop->post([&at, &reply_to, conversation, loop, done = std::move(done)]() mutable {
    at.shard->add_interest(conversation, loop, [&reply_to, done = std::move(done)](Result<SummaryPtr> summary) mutable {
      (void)reply_to.post([done = std::move(done), summary = std::move(summary)]() mutable { done(std::move(summary)); });
    });
  });
}

void Broker::unsubscribe(ConversationId conversation, std::size_t loop) {
  Home& at = home(conversation);
  (void)at.loop->post([&at, conversation, loop] { at.shard->remove_interest(conversation, loop); });
}

void Broker::set_board(std::size_t loop, bool wanted) {
  for (Home& at : homes_) {
    (void)at.loop->post([&at, loop, wanted] { at.shard->set_board(loop, wanted); });
  }
}

void Broker::typing(v1::TypingSignal signal, std::uint64_t origin) {
  const ConversationId conversation(signal.conversation_id());
  Home& at = home(conversation);
  (void)at.loop->post([&at, conversation, origin, signal = std::move(signal)] {
    at.shard->typing(conversation, signal, origin);
  });
}

void Broker::viewing(ConversationId conversation, std::uint64_t connection, std::optional<v1::Actor> agent) {
  Home& at = home(conversation);
  (void)at.loop->post([&at, conversation, connection, agent = std::move(agent)]() mutable {
    at.shard->viewing(conversation, connection, std::move(agent));
  });
}

void Broker::announce(ConversationId conversation) {
  Home& at = home(conversation);
  (void)at.loop->post([&at, conversation] { at.shard->announce(conversation); });
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
