// Who of a loop is subscribed to what, and the sharing out of live ranges and signals among them: to few at once, to many in slices.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "core/model/event_ref.hpp"
#include "gateway/server/limits.hpp"
#include "gateway/server/subscriber_list.hpp"

namespace wk {

// A conversation with many subscribers has its ranges shared out in rounds: one place in the list of subscribers goes from its begin to
// its end, a slice at a time. What becomes durable meanwhile is gathered, and is the next round's range: one message for all of it. So
// the memory is that of the events, whatever the number of subscribers; who is told twice or late is no matter, a subscription is a
// cursor and takes only what joins on (subscription.hpp). Signals (typing, viewing) go with the rounds, before the events; a newer one takes
// the place of what it makes superfluous, and beyond the limit the oldest go: they may be lost (docs/protocol.md P60).
//
// Owner: the gateway of a loop. Loop-bound. What is given as `deliver` is called with a range and those who get it, `tell` with a signal, and
// both add and remove nobody; a range without events: more was durable than is kept here, they have to read it from storage.
template <typename Peer, typename Signal = std::monostate>
class Subscribers {
 public:
  struct Limits {
    std::size_t at_once_max = gateway_limits::kFanOutAtOnceMax;
    std::size_t gathered_bytes_max = gateway_limits::kFanOutGatheredBytesMax;
    std::size_t signals_max = gateway_limits::kFanOutSignalsMax;
  };
  explicit Subscribers(Limits limits = {}) : limits_(limits) {}

  void add(ConversationId conversation, Peer& peer) { lists_[conversation].add(peer); }
  // true: that was the conversation's last one.
  bool remove(ConversationId conversation, Peer& peer) {
    const auto list = lists_.find(conversation);
    if (list == lists_.end()) return false;
    const auto at = list->second.remove(peer);
    if (!list->second.empty()) {
      if (const auto round = rounds_.find(conversation); at && round != rounds_.end() && *at < round->second.next) --round->second.next;
      return false;
    }
    lists_.erase(list);
    if (rounds_.erase(conversation) > 0) std::erase(order_, conversation);
    return true;
  }
  // Until the next add or remove.
  std::span<Peer* const> of(ConversationId conversation) const {
    const auto list = lists_.find(conversation);
    return list == lists_.end() ? std::span<Peer* const>() : list->second.view();
  }

  // A live range: delivered inside the call to few; many are owed it.
  template <typename Deliver>
  void on_committed(const EventRange& range, const Deliver& deliver) {
    const std::span<Peer* const> all = of(range.conversation);
    if (all.empty()) return;
    if (!rounds_.empty()) {
      if (const auto round = rounds_.find(range.conversation); round != rounds_.end()) return gather(round->second.gathered, range);
    }
    if (all.size() <= limits_.at_once_max) return deliver(range, all);
    gather(begin_round(range.conversation).now, range);
  }

  // Told inside the call to few; many are owed it.
  template <typename Tell>
  void on_signal(ConversationId conversation, Signal signal, const Tell& tell) {
    const std::span<Peer* const> all = of(conversation);
    if (all.empty()) return;
    if (const auto round = rounds_.find(conversation); round != rounds_.end()) return gather(round->second.gathered, std::move(signal));
    if (all.size() <= limits_.at_once_max) return tell(signal, all);
    begin_round(conversation).now.signals.push_back(std::move(signal));
  }

  bool owes() const { return !order_.empty(); }
  // So many deliveries at most, one conversation after the other; answers how many there were.
  template <typename Deliver, typename Tell>
  std::size_t serve(std::size_t deliveries_max, const Deliver& deliver, const Tell& tell) {
    std::size_t left = deliveries_max;
    while (left > 0 && !order_.empty()) {
      const ConversationId conversation = order_.front();
      order_.pop_front();
      Round& round = rounds_.find(conversation)->second;
      const std::span<Peer* const> all = of(conversation);
      const std::span<Peer* const> slice = all.subspan(round.next, std::min(left, all.size() - round.next));
      if (!slice.empty()) {
        for (Signal& signal : round.now.signals) tell(signal, slice);
        if (round.now.through_seq > 0) deliver(EventRange{conversation, round.now.after_seq, round.now.through_seq, round.now.events}, slice);
      }
      left -= slice.size();
      round.next += slice.size();
      if (round.next == all.size()) {
        if (round.gathered.through_seq == 0 && round.gathered.signals.empty()) {
          rounds_.erase(conversation);
          continue;
        }
        round.now = std::exchange(round.gathered, {});
        round.next = 0;
      }
      order_.push_back(conversation);
    }
    return deliveries_max - left;
  }

 private:
  struct Kept {
    Seq after_seq = 0;
    Seq through_seq = 0;  // 0: nothing
    std::vector<EventRef> events;
    std::size_t bytes = 0;
    std::vector<Signal> signals;
  };
  struct Round {
    std::size_t next = 0;  // in the list of subscribers
    Kept now;
    Kept gathered;
  };

  Round& begin_round(ConversationId conversation) {
    order_.push_back(conversation);
    return rounds_[conversation];
  }
  void gather(Kept& kept, Signal&& signal) {
    std::erase_if(kept.signals, [&](const Signal& older) { return signal.replaces(older); });
    if (kept.signals.size() >= limits_.signals_max) kept.signals.erase(kept.signals.begin());
    kept.signals.push_back(std::move(signal));
  }
  void gather(Kept& kept, const EventRange& range) {
    const bool first = kept.through_seq == 0;
    const bool whole = first || (kept.through_seq == range.after_seq && !kept.events.empty());
    if (first) kept.after_seq = range.after_seq;
    kept.through_seq = range.through_seq;
    for (const EventRef& event : range.events) kept.bytes += event.bytes.size();
    if (whole && kept.bytes <= limits_.gathered_bytes_max) {
      kept.events.insert(kept.events.end(), range.events.begin(), range.events.end());
    } else {
      kept.events = {};
    }
  }

  const Limits limits_;
  boost::unordered_flat_map<ConversationId, SubscriberList<Peer>, std::hash<ConversationId>> lists_;
  // Those with a round under way, and in which order they are served.
  boost::unordered_flat_map<ConversationId, Round, std::hash<ConversationId>> rounds_;
  std::deque<ConversationId> order_;
};

}  // namespace wk
