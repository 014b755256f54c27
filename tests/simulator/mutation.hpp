// Faults built in on purpose: each breaks one promise where the parts of the server meet, and the simulator must find it.
#pragma once

#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "core/ports/journal.hpp"

namespace wk::simulator {

enum class Mutation {
  kNone,
  // The sender is told before the journal has synced.
  kAckBeforeSync,
  // fdatasync answers at once and does nothing.
  kSyncLies,
  // What was sent before the restart is not looked for: the window alone decides.
  kDedupeForgotten,
  // A failed batch is answered as such and stored all the same: its numbers are given again.
  kNumberReused,
  // A failed batch's numbers are not taken back: what was refused leaves a hole.
  kNumberLeaked,
  // The warm reader's cursor is stored before the events are, and the process dies between the two.
  kCursorBeforeApply,
  // An event is missing between two tiers.
  kTierForgets,
  // Every event is marked as one that a visitor may see.
  kNotesShown,
  // A subscription sends what comes by without looking whether it joins on.
  kGapsIgnored,
};

// What kCursorBeforeApply leaves behind.
void store_warm_cursor(const std::filesystem::path& file, JournalPosition position);

inline constexpr std::array<std::pair<Mutation, std::string_view>, 10> kMutations{{
    {Mutation::kNone, "none"},
    {Mutation::kAckBeforeSync, "ack_before_sync"},
    {Mutation::kSyncLies, "sync_lies"},
    {Mutation::kDedupeForgotten, "dedupe_forgotten"},
    {Mutation::kNumberReused, "number_reused"},
    {Mutation::kNumberLeaked, "number_leaked"},
    {Mutation::kCursorBeforeApply, "cursor_before_apply"},
    {Mutation::kTierForgets, "tier_forgets"},
    {Mutation::kNotesShown, "notes_shown"},
    {Mutation::kGapsIgnored, "gaps_ignored"},
}};

}  // namespace wk::simulator
