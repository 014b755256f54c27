#include "storage/embedded/warm/bot_rows.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/encoding.hpp"
#include "core/ports/bot_record.hpp"
#include "storage/embedded/warm/limits.hpp"

namespace wk::warm {

namespace v1 = ::weikeyi::v1;
using sqlite::CachedStatement;
using sqlite::Database;

int bot_turn_bucket(std::uint32_t took_us) { return static_cast<int>(4 * std::log2(std::max(took_us, 1U))); }

std::uint32_t bot_turn_us(int bucket) { return static_cast<std::uint32_t>(std::lround(std::exp2((bucket + 0.5) / 4))); }

void BotRows::note(const v1::ConversationSummary& before, const v1::Event& event) {
  Step step{.kind = Kind::kBegan, .conversation = ConversationId(event.conversation_id()), .seq = event.seq(), .site = SiteId(before.site_id()), .time_ms = event.time_ms()};
  switch (event.body_case()) {
    case v1::Event::kHolderChanged: {
      const bool from_bot = before.holder().kind() == v1::HOLDER_KIND_BOT;
      const bool to_bot = event.holder_changed().to().kind() == v1::HOLDER_KIND_BOT;
      if (from_bot == to_bot) return;
      if (to_bot) break;
      step.kind = Kind::kLeft;
      // Handing over is its own decision, which was noted before.
      if (event.holder_changed().reason() == v1::HOLDER_REASON_HANDED_OVER) return;
      step.outcome = BotOutcome::kTakenOver;
      step.through = before.last_visitor_seq();
      step.after = step.through == 0 ? 0 : step.through - 1;
      break;
    }
    case v1::Event::kBotDecided: {
      const v1::BotDecided& decided = event.bot_decided();
      const bool missed = decided.reason() == v1::BOT_REASON_UNSURE || decided.reason() == v1::BOT_REASON_NOTHING_FOUND;
      step.kind = Kind::kDecided;
      step.reason = decided.reason();
      step.outcome = decided.action() == v1::BOT_ACTION_HAND_OVER ? BotOutcome::kHandedOver : missed ? BotOutcome::kUnsure : BotOutcome::kAnswered;
      step.took_us = decided.took_us();
      if (missed) {
        step.after = before.bot_through_seq();
        step.through = decided.through_seq();
      }
      break;
    }
    case v1::Event::kRated:
      if (before.bot_through_seq() == 0) return;
      step.kind = Kind::kRated;
      step.score = event.rated().score();
      break;
    default: return;
  }
  steps_.push_back(step);
}

Result<void> BotRows::write(Database& database) const {
  std::int64_t newest_ms = 0;
  for (const Step& step : steps_) {
    WK_TRY_VOID(write_step(database, step));
    if (step.through > step.after) WK_TRY_VOID(write_question(database, step));
    newest_ms = std::max(newest_ms, step.time_ms);
  }
  return steps_.empty() ? Result<void>() : forget(database, newest_ms);
}

Result<void> BotRows::write_step(Database& database, const Step& step) {
  if (step.kind == Kind::kBegan) {
    WK_TRY(CachedStatement begin, database.cached("INSERT INTO bot_conversations(conversation_id, began_seq, site_id, began_ms, outcome, reason, rating) "
                                                  "VALUES(?1, ?2, ?3, ?4, 0, 0, 0) ON CONFLICT DO NOTHING"));
    begin->bind_all(step.conversation, step.seq, step.site, step.time_ms);
    return begin->run();
  }
  if (step.kind == Kind::kRated) {
    WK_TRY(CachedStatement rate, database.cached("UPDATE bot_conversations SET rating = ?2 WHERE conversation_id = ?1 AND began_seq = "
                                                 "(SELECT max(began_seq) FROM bot_conversations WHERE conversation_id = ?1)"));
    rate->bind_all(step.conversation, step.score);
    return rate->run();
  }
  WK_TRY(CachedStatement become, database.cached("UPDATE bot_conversations SET outcome = ?2, reason = ?3 WHERE conversation_id = ?1 AND began_seq = "
                                                 "(SELECT max(began_seq) FROM bot_conversations WHERE conversation_id = ?1)"));
  become->bind_all(step.conversation, static_cast<int>(step.outcome), static_cast<int>(step.reason));
  WK_TRY_VOID(become->run());
  if (step.kind != Kind::kDecided) return {};
  WK_TRY(CachedStatement count, database.cached("INSERT INTO bot_turns(span, site_id, unsure, bucket, turns) VALUES(?1, ?2, ?3, ?4, 1) "
                                                "ON CONFLICT DO UPDATE SET turns = turns + 1"));
  count->bind_all(step.time_ms / kBotTurnSpanMs, step.site, step.through > 0, bot_turn_bucket(step.took_us));
  return count->run();
}

Result<void> BotRows::write_question(Database& database, const Step& step) {
  // Of several messages in a row the longest says most; the others are greetings and "are you there".
  std::string text;
  Seq seq = 0;
  {
    WK_TRY(CachedStatement select, database.cached("SELECT bytes FROM events WHERE conversation_id = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq DESC LIMIT ?4"));
    select->bind_all(step.conversation, step.after, step.through, static_cast<std::int64_t>(limits::kBotQuestionEventsRead));
    v1::Event event;
    for (;;) {
      WK_TRY(const bool row, select->step());
      if (!row) break;
      const std::string_view bytes = select->view(0);
      if (!event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) continue;
      if (!event.has_message() || event.actor().kind() != v1::ACTOR_KIND_VISITOR || event.message().text().size() <= text.size()) continue;
      text = event.message().text();
      seq = event.seq();
    }
  }
  if (seq == 0) return {};  // a picture alone
  WK_TRY(CachedStatement keep, database.cached(R"sql(
INSERT INTO bot_questions(conversation_id, seq, began_seq, time_ms, site_id, reason, question)
VALUES(?1, ?2, (SELECT coalesce(max(began_seq), 0) FROM bot_conversations WHERE conversation_id = ?1), ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING)sql"));
  const std::string_view kept = utf8_prefix(text, limits::kBotQuestionBytesMax);
  keep->bind_all(step.conversation, seq, step.time_ms, step.site, static_cast<int>(step.reason), kept);
  return keep->run();
}

Result<void> BotRows::forget(Database& database, std::int64_t now_ms) {
  const std::int64_t before_ms = now_ms - limits::kBotRecordDays * 86'400'000;
  WK_TRY(CachedStatement conversations, database.cached("DELETE FROM bot_conversations WHERE began_ms < ?1"));
  conversations->bind_all(before_ms);
  WK_TRY_VOID(conversations->run());
  WK_TRY(CachedStatement turns, database.cached("DELETE FROM bot_turns WHERE span < ?1"));
  turns->bind_all(before_ms / kBotTurnSpanMs);
  WK_TRY_VOID(turns->run());
  WK_TRY(CachedStatement questions, database.cached("DELETE FROM bot_questions WHERE id <= (SELECT max(id) FROM bot_questions) - ?1"));
  questions->bind_all(static_cast<std::int64_t>(limits::kBotQuestionsKept));
  return questions->run();
}

}  // namespace wk::warm
