// "Was this sent before?", answered without asking the store in the ordinary case (protocol.md, "Sending once").
//
// A client id that is a UUIDv7 carries the time it was made, and ids that lie further ahead of our clock than kClientIdFutureMax are
// refused. So, when nothing that was made at that time or later has been forgotten, not being in the window means: new. Every
// other id may have been accepted at any time: the store must be asked. So must it for a time before which the conversation has
// events of another process, and for a time that lies ahead: the wall clock may have been set back.
//
// Loop-bound. Bounded: at limits::kDedupeEntriesMax the oldest entries are forgotten; those that are not durable yet are not,
// limits::kAppendBytesMax bounds them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/ids.hpp"
#include "core/broker/limits.hpp"
#include "core/ports/conversation_store.hpp"

namespace wk {

// The time inside a UUIDv7 (RFC 9562, 36 characters); nullopt for any other id.
std::optional<std::int64_t> uuid_v7_time_ms(std::string_view client_id);

class DedupeWindow {
 public:
  // Everything accepted since `begin_ms` (wall clock) will have been told to it.
  explicit DedupeWindow(std::int64_t begin_ms, std::size_t entries_max = limits::kDedupeEntriesMax)
      : forgotten_through_ms_(begin_ms + limits::kClientIdFutureMax.count()), entries_max_(entries_max) {}

  // 128 bits of a keyed hash stand for (conversation, sender, client id): small, and nobody can aim at a collision.
  struct Key {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    bool operator==(const Key&) const = default;
  };
  static Key key_of(ConversationId conversation, Sender sender, std::string_view client_id);

  enum class Answer { kSeen, kNew, kAskStore };
  struct Finding {
    Answer answer = Answer::kAskStore;
    StoredAppend append;                // for kSeen
    std::int64_t not_before_ms = 0;     // for kAskStore: what ConversationStore::find_append wants
    // If it is new, it is to be refused: its time lies ahead of ours. (An id may be old all the same: our clock was set back.)
    bool from_the_future = false;
    // For insert().
    Key key;
    std::int64_t made_ms = 0;
  };
  // loaded_until_ms: the time of the conversation's newest event when it was loaded. The wall clock may have been set back since, so
  // that what another process accepted seems to have been made after this one began.
  Finding find(ConversationId conversation, Sender sender, std::string_view client_id, std::int64_t now_ms,
               std::int64_t loaded_until_ms) const {
    return find(key_of(conversation, sender, client_id), client_id, now_ms, loaded_until_ms);
  }
  Finding find(const Key& key, std::string_view client_id, std::int64_t now_ms, std::int64_t loaded_until_ms) const;
  // The key will be asked for soon: what find() and insert() touch is on its way from memory meanwhile.
  void fetch(const Key& key) const;

  // `found` is what find() answered for it. not_durable: how many of those inserted last the store does not have yet. They stay
  // whatever the limit: the store, asked for one of them, would say that it is new.
  void insert(const Finding& found, StoredAppend append, std::size_t not_durable);
  // So many of those inserted last were not stored after all.
  void take_back(std::size_t newest);

  std::size_t size() const { return static_cast<std::size_t>(next_ - oldest_); }

 private:
  // Numbered in the order they came; those from oldest_ to next_ are remembered.
  struct Entry {
    Key key;
    std::int64_t made_ms = 0;
    StoredAppend append;
  };
  // Where an entry is: the low half of its number, and a part of its key, so that the entries of others are not looked at. A place whose
  // entry has been forgotten, or taken back, is free; nobody has to find it for that.
  struct Place {
    std::uint32_t number = 0;
    std::uint32_t tag = 0;
  };
  // One cache line: all that finding a key costs where it is new, and all that inserting it then costs beside the entry itself.
  struct alignas(64) Bucket {
    std::array<Place, 8> places;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return static_cast<std::size_t>(key.low); }
  };

  const Entry* find_entry(const Key& key) const;
  Entry& entry(std::uint64_t number) { return entries_[number & (entries_.size() - 1)]; }
  const Entry& entry(std::uint64_t number) const { return entries_[number & (entries_.size() - 1)]; }
  bool remembered(std::uint32_t number) const { return number - static_cast<std::uint32_t>(oldest_) < static_cast<std::uint32_t>(next_ - oldest_); }
  void place(std::uint64_t number);
  void leave_crowd(std::uint64_t number);
  void grow();

  // Ids made up to then may have been accepted without being here.
  std::int64_t forgotten_through_ms_;
  const std::size_t entries_max_;
  std::vector<Entry> entries_;  // a ring; a power of two
  std::vector<Bucket> buckets_;  // by key.low; a power of two
  // Of buckets that have no place left: a few in a thousand.
  boost::unordered_flat_map<Key, std::uint64_t, KeyHash> crowd_;
  std::uint64_t oldest_ = 1;  // 0 is in every place that was never taken
  std::uint64_t next_ = 1;
};

}  // namespace wk
