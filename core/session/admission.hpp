// Admission control: how much is let in at the three doors (accept, handshake, message; docs/protocol.md P91), as settings of the
// installation that hold from the moment they are changed.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "base/guarded.hpp"
#include "base/ids.hpp"
#include "base/rate_table.hpp"
#include "base/result.hpp"
#include "base/token_bucket.hpp"
#include "core/ports/directory.hpp"

namespace wk {

struct AdmissionLimits {
  // 0: no limit.
  std::uint32_t connections_per_address = 0;
  BucketTerms new_connections_per_address{};
  BucketTerms sessions_per_address{};
  BucketTerms hellos_per_address{};
  BucketTerms handshakes_per_site{};
  BucketTerms messages_per_visitor{};
  BucketTerms messages_per_site{};
};

// What all loops take from together. Thread-safe, without a lock.
struct SiteDoors {
  SharedTokenBucket handshakes;
  SharedTokenBucket messages;
};

struct SiteAdmission {
  BucketTerms messages_per_visitor{};
  std::shared_ptr<SiteDoors> doors;
};

// The settings at one moment. Immutable but for the buckets; each loop has the newest one handed to it and asks nobody.
struct AdmissionSnapshot {
  AdmissionLimits limits;
  std::unordered_map<SiteId, SiteAdmission> sites;
  // For a site that was made a moment ago.
  SiteAdmission unknown;

  const SiteAdmission& site(SiteId id) const {
    const auto it = sites.find(id);
    return it == sites.end() ? unknown : it->second;
  }
};
using AdmissionSnapshotPtr = std::shared_ptr<const AdmissionSnapshot>;

// Where somebody was refused; each is a line of /metrics.
enum class RefusedAt : std::uint8_t {
  kAcceptConnections,
  kAcceptNewConnections,
  // One of the two before, and too many even to be told: closed without a word.
  kAcceptCut,
  kSessionAddress,
  kSessionSite,
  kHelloAddress,
  kHelloSite,
  kMessageVisitor,
  kMessageSite,
  kTypingVisitor,
};
inline constexpr std::size_t kRefusedAtCount = static_cast<std::size_t>(RefusedAt::kTypingVisitor) + 1;

// Counters of refusals. Thread-safe.
class AdmissionFigures {
 public:
  void count(RefusedAt where) { counts_[static_cast<std::size_t>(where)].fetch_add(1, std::memory_order_relaxed); }
  // Agents who went on although their address was over a limit.
  void count_exempted() { exempted_.fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t exempted() const { return exempted_.load(std::memory_order_relaxed); }
  std::uint64_t get(RefusedAt where) const { return counts_[static_cast<std::size_t>(where)].load(std::memory_order_relaxed); }

 private:
  std::array<std::atomic<std::uint64_t>, kRefusedAtCount> counts_{};
  std::atomic<std::uint64_t> exempted_{0};
};

// What is built in.
v1::AdmissionSettings default_admission();

// A wait that many are given at the same moment: a little of chance on top, so that they do not come back at the same moment.
Milliseconds jittered(Milliseconds wait);

// Purpose: the settings, their storage, the buckets of sites. Owner: the server's wiring. Thread-safe; change() and reset() block
// (database): call on a ThreadPool.
class Admission {
 public:
  // `defaults`: every field set.
  static Result<std::unique_ptr<Admission>> open(Directory& directory, v1::AdmissionSettings defaults);

  // For threads that are no loop. A lock for the length of a copy.
  AdmissionSnapshotPtr current() const;
  // Told every new snapshot, in order; on the thread that made the change. Set before anybody changes anything.
  using Listener = std::function<void(const AdmissionSnapshotPtr&)>;
  void set_listener(Listener listener) { listener_ = std::move(listener); }

  v1::Admission shown() const;
  // Fields that are set replace what was. kInvalidArgument where one is out of range.
  Result<v1::Admission> change(const v1::AdmissionSettings& change);
  Result<v1::Admission> reset();
  // Takes over what sites say of themselves, if it changed. Does not block for long.
  void look_at_sites();

  // A visitor who appends over REST, where no loop knows them. nullopt: go on.
  std::optional<Milliseconds> rest_message(SiteId site, ConversationId conversation, SteadyTime now);

  AdmissionFigures& figures() { return figures_; }
  const AdmissionFigures& figures() const { return figures_; }

 private:
  Admission(Directory& directory, v1::AdmissionSettings defaults);
  // Requires: changing_ is held.
  Result<v1::Admission> store(v1::AdmissionSettings stored);
  void publish();

  struct Held {
    // Only what somebody has set.
    v1::AdmissionSettings stored;
    AdmissionSnapshotPtr snapshot;
  };
  Directory& directory_;
  const v1::AdmissionSettings defaults_;
  Listener listener_;
  AdmissionFigures figures_;
  // One change at a time, from reading the stored settings to telling the loops. Held over a write of the database, which no reader
  // waits for: current() and shown() take only held_.
  std::mutex changing_;
  std::shared_ptr<const std::vector<v1::Site>> sites_;  // changing_
  Guarded<Held> held_;
  Guarded<RateTable<ConversationId>> rest_visitors_;
};

// Every rate at most so many a second, and a burst of at most as many; kInvalidArgument says which field is wrong.
Result<void> check_rate(std::string_view field, const v1::Rate& rate);
Result<void> check_admission(const v1::AdmissionSettings& settings);

}  // namespace wk
