// Reading what BotRows wrote: the AI agent's days, and the questions it had no answer to.
#include <algorithm>
#include <map>

#include "storage/embedded/warm/bot_rows.hpp"
#include "storage/embedded/warm/warm_store.hpp"

namespace wk {

using sqlite::Database;
using sqlite::Statement;

namespace {

constexpr std::int64_t kDayMs = 86'400'000;
// "site_id = ?" or nothing; the parameter is always the third.
constexpr const char* kOfSite = " AND (?3 = 0 OR site_id = ?3)";

void bind_period(Statement& statement, const BotRecord::Period& period, std::int64_t since, std::int64_t until) {
  statement.bind_all(since, until, period.site.value_or(SiteId()));
}

void add_reason(v1::BotDay& day, v1::BotReason reason, std::uint32_t count) {
  for (v1::BotReasonCount& known : *day.mutable_handed_over()) {
    if (known.reason() == reason) return known.set_count(known.count() + count);
  }
  v1::BotReasonCount& fresh = *day.add_handed_over();
  fresh.set_reason(reason);
  fresh.set_count(count);
}

struct Outcome {
  warm::BotOutcome outcome;
  v1::BotReason reason;
  bool resolved;
  std::uint32_t count;
  std::uint32_t ratings;
  std::uint32_t rating_sum;
};

void add(v1::BotDay& day, const Outcome& row) {
  day.set_began(day.began() + row.count);
  day.set_ratings(day.ratings() + row.ratings);
  day.set_rating_sum(day.rating_sum() + row.rating_sum);
  switch (row.outcome) {
    case warm::BotOutcome::kNothing: break;
    case warm::BotOutcome::kAnswered:
      day.set_answered_alone(day.answered_alone() + row.count);
      if (row.resolved) day.set_answered_alone_resolved(day.answered_alone_resolved() + row.count);
      break;
    case warm::BotOutcome::kUnsure: day.set_left_unsure(day.left_unsure() + row.count); break;
    case warm::BotOutcome::kHandedOver: add_reason(day, row.reason, row.count); return;
    case warm::BotOutcome::kTakenOver: day.set_taken_over(day.taken_over() + row.count); return;
  }
  day.set_ratings_alone(day.ratings_alone() + row.ratings);
  day.set_rating_sum_alone(day.rating_sum_alone() + row.rating_sum);
}

// Turns by how long they took.
using Buckets = std::map<int, std::uint64_t>;

std::uint32_t median(const Buckets& buckets) {
  std::uint64_t all = 0;
  for (const auto& [bucket, turns] : buckets) all += turns;
  std::uint64_t seen = 0;
  for (const auto& [bucket, turns] : buckets) {
    seen += turns;
    if (2 * seen >= all) return warm::bot_turn_us(bucket);
  }
  return 0;
}

Result<void> add_conversations(Database& database, const BotRecord::Period& period, v1::BotPerformance& performance) {
  // Of what was resolved its own row says so: it may be opened again any time.
  WK_TRY(Statement select, database.prepare(std::string("SELECT (b.began_ms - ?1) / 86400000, b.outcome, b.reason, c.state = 4, count(*), sum(b.rating > 0), sum(b.rating) "
                                                        "FROM (SELECT * FROM bot_conversations WHERE began_ms >= ?1 AND began_ms < ?2") +
                                            kOfSite + ") b LEFT JOIN conversations c ON c.id = b.conversation_id GROUP BY 1, 2, 3, 4"));
  bind_period(select, period, period.since_ms, period.until_ms);
  for (;;) {
    WK_TRY(const bool row, select.step());
    if (!row) return {};
    const Outcome outcome{static_cast<warm::BotOutcome>(select.int64(1)), static_cast<v1::BotReason>(select.int64(2)), select.boolean(3), select.uint32(4), select.uint32(5), select.uint32(6)};
    add(*performance.mutable_days(static_cast<int>(select.int64(0))), outcome);
    add(*performance.mutable_total(), outcome);
  }
}

Result<void> add_turns(Database& database, const BotRecord::Period& period, v1::BotPerformance& performance) {
  // Spans begin where the UTC half hour does.
  const std::int64_t since = period.since_ms / warm::kBotTurnSpanMs;
  WK_TRY(Statement select, database.prepare(std::string("SELECT (span - ?1) / 48, unsure, bucket, sum(turns) FROM bot_turns WHERE span >= ?1 AND span < ?2") + kOfSite +
                                            " GROUP BY 1, 2, 3"));
  bind_period(select, period, since, (period.until_ms + warm::kBotTurnSpanMs - 1) / warm::kBotTurnSpanMs);
  std::vector<Buckets> took(static_cast<std::size_t>(performance.days_size()));
  Buckets all;
  for (;;) {
    WK_TRY(const bool row, select.step());
    if (!row) break;
    const std::int64_t at = select.int64(0);
    if (at >= performance.days_size()) continue;
    for (v1::BotDay* day : {performance.mutable_days(static_cast<int>(at)), performance.mutable_total()}) {
      day->set_turns(day->turns() + select.uint32(3));
      if (select.boolean(1)) day->set_turns_unsure(day->turns_unsure() + select.uint32(3));
    }
    took[static_cast<std::size_t>(at)][static_cast<int>(select.int64(2))] += select.uint64(3);
    all[static_cast<int>(select.int64(2))] += select.uint64(3);
  }
  for (int at = 0; at < performance.days_size(); ++at) performance.mutable_days(at)->set_turn_us_median(median(took[static_cast<std::size_t>(at)]));
  performance.mutable_total()->set_turn_us_median(median(all));
  return {};
}

}  // namespace

Result<v1::BotPerformance> WarmStore::bot_performance(const BotRecord::Period& period) {
  const std::int64_t days = (period.until_ms - period.since_ms + kDayMs - 1) / kDayMs;
  if (period.until_ms <= period.since_ms || days > limits::kBotRecordDays) {
    return fail(ErrorCode::kInvalidArgument, "the period must end after it begins, and have at most " + std::to_string(limits::kBotRecordDays) + " days");
  }
  v1::BotPerformance performance;
  for (std::int64_t day = 0; day < days; ++day) performance.add_days()->set_day_ms(period.since_ms + day * kDayMs);
  performance.mutable_total()->set_day_ms(period.since_ms);
  WK_TRY(auto database, readers_.borrow());
  WK_TRY_VOID(add_conversations(*database, period, performance));
  WK_TRY_VOID(add_turns(*database, period, performance));
  return performance;
}

Result<std::vector<v1::UnansweredQuestion>> WarmStore::bot_unanswered(const BotRecord::Period& period, std::size_t limit) {
  WK_TRY(auto database, readers_.borrow());
  WK_TRY(Statement select, database->prepare(std::string("SELECT conversation_id, seq, time_ms, site_id, reason, question, (SELECT outcome >= 3 FROM bot_conversations b "
                                                         "WHERE b.conversation_id = q.conversation_id AND b.began_seq = q.began_seq) "
                                                         "FROM bot_questions q WHERE time_ms >= ?1 AND time_ms < ?2") +
                                             kOfSite + " ORDER BY id DESC LIMIT ?4"));
  bind_period(select, period, period.since_ms, period.until_ms);
  select.bind(4, static_cast<std::int64_t>(limit));
  std::vector<v1::UnansweredQuestion> questions;
  for (;;) {
    WK_TRY(const bool row, select.step());
    if (!row) return questions;
    v1::UnansweredQuestion& question = questions.emplace_back();
    question.set_conversation_id(select.uint64(0));
    question.set_seq(select.uint32(1));
    question.set_time_ms(select.int64(2));
    question.set_site_id(select.uint64(3));
    question.set_reason(static_cast<v1::BotReason>(select.int64(4)));
    question.set_text(select.text(5));
    question.set_by_people(select.boolean(6));
  }
}

}  // namespace wk
