#include "storage/embedded/hot/hot_store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.hpp"
#include "base/log.hpp"

namespace wk {

HotStore::HotStore(Journal& journal, Options options)
    : journal_(journal),
      bytes_max_(options.bytes_max / options.shards),
      unwarmed_bytes_max_(options.unwarmed_bytes_max / options.shards),
      shards_(options.shards) {}

Guarded<HotStore::Shard>& HotStore::shard_of(ConversationId conversation) const {
  return shards_[std::hash<ConversationId>()(conversation) % shards_.size()];
}

Result<void> HotStore::replay(JournalPosition warm_cursor) {
  set_warm_cursor(warm_cursor);
  for (JournalPosition from = warm_cursor;;) {
    WK_TRY(const JournalRead read, journal_.read(from, limits::kHotReplayBytes));
    if (read.records.empty()) return {};
    add(read.records);
    from = read.next;
  }
}

void HotStore::add(std::span<const JournalRecord> records) {
  for (const JournalRecord& record : records) {
    shard_of(record.event.conversation).with([&](Shard& shard) {
      shard.add(record);
      shard.evict_to(bytes_max_);
      shard.spill_to(unwarmed_bytes_max_);
    });
  }
}

void HotStore::set_warm_cursor(JournalPosition position) {
  for (Guarded<Shard>& guarded : shards_) {
    guarded.with([&](Shard& shard) { shard.advance(position.value, bytes_max_); });
  }
}

Result<HotRead> HotStore::read(ConversationId conversation, Seq after_seq, std::size_t limit) const {
  for (int attempt = 0;; ++attempt) {
    HotRead out;
    std::vector<Entry> entries;
    shard_of(conversation).with([&](const Shard& shard) {
      const auto it = shard.conversations.find(conversation);
      if (it == shard.conversations.end()) return;
      const std::span<const Entry> held = it->second.held();
      out.first_seq = held.front().seq;
      out.last_seq = held.back().seq;
      const auto first =
          std::upper_bound(held.begin(), held.end(), after_seq, [](Seq seq, const Entry& e) { return seq < e.seq; });
      const auto count = std::min(limit, static_cast<std::size_t>(held.end() - first));
      entries.assign(first, first + static_cast<std::ptrdiff_t>(count));
    });
    const Result<void> complete = read_back(conversation, entries, out);
    if (complete) return out;
    // The warm tier took it over and the journal let go of it since we looked: now it is not held here any more, either.
    if (complete.error().code != ErrorCode::kNotFound || attempt == 3) return fail(complete.error());
  }
}

std::optional<std::vector<EventRef>> HotStore::read_recent(ConversationId conversation, Seq after_seq, std::size_t limit) const {
  return shard_of(conversation).with([&](const Shard& shard) -> std::optional<std::vector<EventRef>> {
    const auto it = shard.conversations.find(conversation);
    if (it == shard.conversations.end()) return std::nullopt;
    const std::span<const Entry> held = it->second.held();
    if (after_seq + 1 < held.front().seq) return std::nullopt;
    std::vector<EventRef> events;
    auto entry = std::upper_bound(held.begin(), held.end(), after_seq, [](Seq seq, const Entry& e) { return seq < e.seq; });
    events.reserve(std::min(limit, static_cast<std::size_t>(held.end() - entry)));
    for (; entry != held.end() && events.size() < limit; ++entry) {
      if (entry->spilled) return std::nullopt;
      events.push_back({conversation, entry->seq, entry->bytes, entry->visitor_may_see});
    }
    return events;
  });
}

Result<void> HotStore::read_back(ConversationId conversation, const std::vector<Entry>& entries, HotRead& into) const {
  into.events.reserve(entries.size());
  const bool several = std::count_if(entries.begin(), entries.end(), [](const Entry& e) { return e.spilled; }) > 1;
  std::vector<JournalRecord> piece;
  for (const Entry& entry : entries) {
    if (!entry.spilled) {
      into.events.push_back({conversation, entry.seq, entry.bytes, entry.visitor_may_see});
      continue;
    }
    const auto find = [&] {
      return std::lower_bound(piece.begin(), piece.end(), entry.position,
                              [](const JournalRecord& r, std::uint64_t position) { return r.position.value < position; });
    };
    auto found = find();
    if (found == piece.end() || found->position.value != entry.position) {
      // Neighbours in the conversation are often neighbours in the journal.
      const std::size_t wanted = entry.length + limits::kHotEventOverheadBytes;
      WK_TRY(JournalRead read, journal_.read(JournalPosition{entry.position},
                                             several ? std::max(wanted, limits::kHotReadBackBytes) : wanted));
      piece = std::move(read.records);
      found = find();
    }
    if (found == piece.end() || found->event.conversation != conversation || found->event.seq != entry.seq) {
      return fail(ErrorCode::kCorrupt, fmt::format("the journal has no event {} of conversation {} at position {}", entry.seq,
                                                   conversation.value(), entry.position));
    }
    into.events.push_back(found->event);
  }
  return {};
}

std::optional<Seq> HotStore::last_seq(ConversationId conversation) const {
  return shard_of(conversation).with([&](const Shard& shard) -> std::optional<Seq> {
    const auto it = shard.conversations.find(conversation);
    if (it == shard.conversations.end()) return std::nullopt;
    return it->second.entries.back().seq;
  });
}

Result<HotRead> HotStore::scan(ConversationId conversation, const std::function<void(const EventRef&)>& visit) const {
  WK_TRY(HotRead all, read(conversation, 0, SIZE_MAX));
  for (const EventRef& event : all.events) visit(event);
  all.events.clear();
  return all;
}

HotStats HotStore::stats() const {
  HotStats stats;
  for (const Guarded<Shard>& guarded : shards_) {
    guarded.with([&](const Shard& shard) {
      stats.conversations += shard.conversations.size();
      stats.events += shard.order.size();
      stats.bytes += shard.bytes;
      stats.unwarmed_events += shard.order.size() - shard.warmed;
      stats.unwarmed_bytes += shard.unwarmed_bytes;
      stats.spilled_events += shard.spilled;
    });
  }
  return stats;
}

HotStore::Entry& HotStore::Conversation::at(Seq seq) {
  const std::span<Entry> all = held();
  // Numbers have no gaps as long as nobody made a mistake.
  if (const std::size_t guess = seq - all.front().seq; guess < all.size() && all[guess].seq == seq) return all[guess];
  const auto it = std::lower_bound(all.begin(), all.end(), seq, [](const Entry& e, Seq s) { return e.seq < s; });
  WK_ASSERT(it != all.end() && it->seq == seq);
  return *it;
}

void HotStore::Conversation::evict_first() {
  entries[gone].bytes = SharedBytes();
  ++gone;
  // Half of it at a time, so that each entry is moved about once.
  if (gone * 2 >= entries.size()) {
    entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(gone));
    gone = 0;
  }
}

void HotStore::Shard::add(const JournalRecord& record) {
  const EventRef& event = record.event;
  if (record.position.value < last_position_end) return;
  last_position_end = record.position.value + 1;
  Conversation& conversation = conversations[event.conversation];
  if (!conversation.entries.empty()) {
    const Seq last = conversation.entries.back().seq;
    if (event.seq != last + 1) {
      // Whoever numbers events made a mistake. The first of a number counts, and nothing that was stored is hidden.
      log_error("hot.sequence_broken",
                {{"conversation", event.conversation.value()}, {"last", last}, {"seq", event.seq}});
      if (event.seq <= last) return;
    }
  }
  conversation.entries.push_back({.seq = event.seq,
                                  .length = static_cast<std::uint32_t>(event.bytes.size()),
                                  .position = record.position.value,
                                  .bytes = event.bytes,
                                  .visitor_may_see = event.visitor_may_see});
  order.push_back({record.position.value, event.conversation, event.seq});
  const std::size_t cost = conversation.entries.back().cost();
  bytes += cost;
  if (record.position.value < cursor) {
    warmed = not_in_memory_end = order.size();
  } else {
    unwarmed_bytes += cost;
  }
}

void HotStore::Shard::advance(std::uint64_t to, std::size_t bytes_max) {
  if (to <= cursor) return;
  cursor = to;
  std::size_t last_spilled = 0;
  while (warmed < order.size() && order[warmed].position < cursor) {
    const Entry& entry = conversations.at(order[warmed].conversation).at(order[warmed].seq);
    ++warmed;
    if (entry.spilled) {
      last_spilled = warmed;
    } else {
      unwarmed_bytes -= entry.cost();
    }
  }
  not_in_memory_end = std::max(not_in_memory_end, warmed);
  // Once the journal lets go of them, what was spilled can no longer be read from here; and what is held of a conversation has
  // no gaps, so everything older goes, too.
  for (; last_spilled > 0; --last_spilled) evict_first();
  evict_to(bytes_max);
}

void HotStore::Shard::evict_to(std::size_t bytes_max) {
  while (bytes > bytes_max && warmed > 0) evict_first();
}

// Requires: warmed > 0.
void HotStore::Shard::evict_first() {
  const auto it = conversations.find(order.front().conversation);
  WK_ASSERT(warmed > 0 && it != conversations.end() && it->second.held().front().seq == order.front().seq);
  const Entry& entry = it->second.held().front();
  bytes -= entry.cost();
  if (entry.spilled) --spilled;
  it->second.evict_first();
  if (it->second.entries.empty()) conversations.erase(it);
  order.pop_front();
  --warmed;
  --not_in_memory_end;
}

void HotStore::Shard::spill_to(std::size_t bytes_max) {
  while (unwarmed_bytes > bytes_max && not_in_memory_end < order.size()) {
    const Place& place = order[not_in_memory_end];
    Entry& entry = conversations.at(place.conversation).at(place.seq);
    unwarmed_bytes -= entry.cost();
    bytes -= entry.cost();
    entry.spilled = true;
    entry.bytes = SharedBytes();
    bytes += entry.cost();
    ++spilled;
    ++not_in_memory_end;
  }
}

}  // namespace wk
