// The AI agent as people look at it: its days, what it could not answer, and replies out of what it knows.
#include "api/routes.hpp"

namespace wk::api {
namespace {

// since and until in milliseconds; without them the last 30 days.
Result<BotRecord::Period> period_of(const Call& call) {
  BotRecord::Period period;
  WK_TRY(period.site, call.query_id<SiteId>("site"));
  WK_TRY(const auto since, call.query_number("since"));
  WK_TRY(const auto until, call.query_number("until"));
  period.until_ms = until.value_or(call.services.clock.now_ms());
  period.since_ms = since.value_or(period.until_ms - std::int64_t{30} * 86'400'000);
  return period;
}

Result<Reply> performance(Call& call) {
  WK_TRY_VOID(call.may(Action::kReadMetrics));
  WK_TRY(const BotRecord::Period period, period_of(call));
  WK_TRY(const v1::BotPerformance answer, call.services.bot_record.performance(period));
  return reply(answer);
}

Result<Reply> gaps(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageKnowledge));
  WK_TRY(const BotRecord::Period period, period_of(call));
  WK_TRY(const v1::KnowledgeGapList answer, call.services.agent_help.gaps(period));
  return reply(answer);
}

Result<Reply> suggestions(Call& call) {
  WK_TRY(const ConversationId id, call.id<ConversationId>());
  WK_TRY_VOID(call.may(Action::kReadConversation, {.conversation = id}));
  WK_TRY_VOID(call.may(Action::kReadKnowledge));
  WK_TRY(const v1::SuggestionList answer, call.services.agent_help.suggestions(id));
  return reply(answer);
}

}  // namespace

std::vector<Route> bot_routes() {
  static const v1::BotPerformance kPerformance;
  static const v1::KnowledgeGapList kGaps;
  static const v1::SuggestionList kSuggestions;
  return {
      {"GET", "/bot/performance", Access::kAgent, performance, "What the AI agent did, in days of 24 hours from `since` on", nullptr, &kPerformance, {"site", "since", "until"}},
      {"GET", "/bot/gaps", Access::kAgent, gaps, "What nobody could answer, questions that are alike together", nullptr, &kGaps, {"site", "since", "until"}},
      {"GET", "/conversations/{id}/suggestions", Access::kAgent, suggestions, "Replies out of the knowledge to what the visitor asked last", nullptr, &kSuggestions},
  };
}

}  // namespace wk::api
