// What the warm writer keeps of the AI agent: a row for each time that it had a conversation, how long its turns took, and the questions that it
// could not answer. README.md says why it stands here.
//
// Owner: a batch of WarmStore; used on the warm reader's thread alone.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "storage/embedded/sqlite/database.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk::warm {

// How a conversation stands that the AI agent has or had; stored as these numbers.
enum class BotOutcome : std::uint8_t { kNothing = 0, kAnswered = 1, kUnsure = 2, kHandedOver = 3, kTakenOver = 4 };

// Half the hour that turns are counted in; a day of any time zone begins with one, but for two of them.
inline constexpr std::int64_t kBotTurnSpanMs = 1'800'000;
// Turns that took about the same: four to each doubling of the time.
int bot_turn_bucket(std::uint32_t took_us);
// In the middle of it.
std::uint32_t bot_turn_us(int bucket);

class BotRows {
 public:
  // Before the event is folded into `before`.
  void note(const ::weikeyi::v1::ConversationSummary& before, const ::weikeyi::v1::Event& event);
  // Within the batch's transaction, when its events are stored: the questions are among them.
  Result<void> write(sqlite::Database& database) const;

 private:
  enum class Kind : std::uint8_t { kBegan, kDecided, kLeft, kRated };
  struct Step {
    Kind kind;
    ConversationId conversation{};
    Seq seq = 0;
    SiteId site{};
    std::int64_t time_ms = 0;
    ::weikeyi::v1::BotReason reason = ::weikeyi::v1::BOT_REASON_UNSPECIFIED;
    BotOutcome outcome = BotOutcome::kNothing;
    std::uint32_t took_us = 0;
    std::uint32_t score = 0;
    // The question is the visitor's in (after, through]; 0: there is none to keep.
    Seq after = 0;
    Seq through = 0;
  };
  static Result<void> write_step(sqlite::Database& database, const Step& step);
  static Result<void> write_question(sqlite::Database& database, const Step& step);
  static Result<void> forget(sqlite::Database& database, std::int64_t now_ms);

  std::vector<Step> steps_;
};

}  // namespace wk::warm
