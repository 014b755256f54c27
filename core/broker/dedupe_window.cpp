#include "core/broker/dedupe_window.hpp"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/random.hpp"

namespace wk {
namespace {

constexpr std::size_t kEntriesMin = 1024;
// Of the ring's size: few buckets are full then, and few places empty.
constexpr std::size_t kEntriesPerBucket = 4;

// XXH3 with a secret seed of this process: keys never leave it.
std::uint64_t hash_seed() {
  static const std::uint64_t seed = random_u64();
  return seed;
}

}  // namespace

std::optional<std::int64_t> uuid_v7_time_ms(std::string_view client_id) {
  if (client_id.size() != 36 || client_id[8] != '-' || client_id[13] != '-' || client_id[14] != '7' ||
      client_id[18] != '-' || client_id[23] != '-') {
    return std::nullopt;
  }
  std::array<char, 12> digits;
  std::copy_n(client_id.data(), 8, digits.data());
  std::copy_n(client_id.data() + 9, 4, digits.data() + 8);
  std::int64_t ms = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), ms, 16);
  if (error != std::errc() || end != digits.data() + digits.size() || digits[0] == '-') return std::nullopt;
  return ms;
}

DedupeWindow::Key DedupeWindow::key_of(ConversationId conversation, Sender sender,
                                       std::string_view client_id) {
  std::array<std::uint64_t, 3> head{conversation.value(), static_cast<std::uint64_t>(sender.kind), sender.id};
  std::array<char, sizeof head + 64> bytes;
  std::copy_n(reinterpret_cast<const char*>(head.data()), sizeof head, bytes.data());
  const std::size_t id_bytes = std::min<std::size_t>(client_id.size(), 64);
  std::copy_n(client_id.data(), id_bytes, bytes.data() + sizeof head);
  const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes.data(), sizeof head + id_bytes, hash_seed());
  return {hash.high64, hash.low64};
}

void DedupeWindow::fetch(const Key& key) const {
  if (buckets_.empty()) return;
  __builtin_prefetch(&buckets_[key.low & (buckets_.size() - 1)], 1);
  __builtin_prefetch(&entry(next_), 1);
}

DedupeWindow::Finding DedupeWindow::find(const Key& key, std::string_view client_id, std::int64_t now_ms, std::int64_t loaded_until_ms) const {
  Finding finding{.append = {}, .key = key};
  if (const Entry* entry = find_entry(finding.key)) {
    finding.answer = Answer::kSeen;
    finding.append = entry->append;
    return finding;
  }
  const std::optional<std::int64_t> made_ms = uuid_v7_time_ms(client_id);
  if (!made_ms) return finding;
  finding.made_ms = *made_ms;
  const std::int64_t ahead_ms = limits::kClientIdFutureMax.count();
  finding.from_the_future = *made_ms > now_ms + ahead_ms;
  // Accepted at the earliest so long before the time it carries, since ids further ahead were refused.
  finding.not_before_ms = *made_ms - ahead_ms;
  if (*made_ms > forgotten_through_ms_ && finding.not_before_ms > loaded_until_ms) finding.answer = Answer::kNew;
  return finding;
}

const DedupeWindow::Entry* DedupeWindow::find_entry(const Key& key) const {
  if (buckets_.empty()) return nullptr;
  const auto tag = static_cast<std::uint32_t>(key.high);
  for (const Place& place : buckets_[key.low & (buckets_.size() - 1)].places) {
    if (place.tag != tag || !remembered(place.number)) continue;
    // The number may have been given again since, to an entry that was taken back or forgotten four milliards ago.
    if (const Entry& entry = this->entry(place.number); entry.key == key) return &entry;
  }
  if (crowd_.empty()) return nullptr;
  const auto it = crowd_.find(key);
  return it == crowd_.end() ? nullptr : &entry(it->second);
}

void DedupeWindow::insert(const Finding& found, StoredAppend append, std::size_t not_durable) {
  if (size() == entries_.size()) grow();
  entry(next_) = {found.key, found.made_ms, append};
  place(next_);
  ++next_;
  const std::size_t entries_max = std::max(entries_max_, not_durable + 1);
  while (size() > entries_max) {
    forgotten_through_ms_ = std::max(forgotten_through_ms_, entry(oldest_).made_ms);
    leave_crowd(oldest_++);
  }
}

void DedupeWindow::take_back(std::size_t newest) {
  for (; newest > 0; --newest) leave_crowd(--next_);
}

void DedupeWindow::place(std::uint64_t number) {
  const Key& key = entry(number).key;
  for (Place& place : buckets_[key.low & (buckets_.size() - 1)].places) {
    if (remembered(place.number)) continue;
    place = {static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(key.high)};
    return;
  }
  crowd_[key] = number;
}

void DedupeWindow::leave_crowd(std::uint64_t number) {
  if (crowd_.empty()) return;
  const auto it = crowd_.find(entry(number).key);
  if (it != crowd_.end() && it->second == number) crowd_.erase(it);
}

void DedupeWindow::grow() {
  const std::vector<Entry> before = std::exchange(entries_, std::vector<Entry>(std::max(kEntriesMin, 2 * entries_.size())));
  buckets_.assign(entries_.size() / kEntriesPerBucket, {});
  crowd_.clear();
  const std::uint64_t next = std::exchange(next_, oldest_);
  for (; next_ < next; ++next_) {
    entry(next_) = before[next_ & (before.size() - 1)];
    place(next_);
  }
}

}  // namespace wk
