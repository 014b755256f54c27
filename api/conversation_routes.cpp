// Conversations, their events, and search.
#include <algorithm>
#include <future>

#include "api/routes.hpp"
#include "core/model/limits.hpp"

namespace wk::api {
namespace {

Result<v1::ConversationState> state_of(std::string_view word) {
  if (word == "open") return v1::CONVERSATION_STATE_OPEN;
  if (word == "pending") return v1::CONVERSATION_STATE_PENDING;
  if (word == "snoozed") return v1::CONVERSATION_STATE_SNOOZED;
  if (word == "resolved") return v1::CONVERSATION_STATE_RESOLVED;
  return fail(ErrorCode::kInvalidArgument, "state must be open, pending, snoozed or resolved");
}

Result<v1::HolderKind> holder_kind_of(std::string_view word) {
  if (word == "bot") return v1::HOLDER_KIND_BOT;
  if (word == "queue") return v1::HOLDER_KIND_QUEUE;
  if (word == "agent") return v1::HOLDER_KIND_AGENT;
  return fail(ErrorCode::kInvalidArgument, "holder_kind must be bot, queue or agent");
}

Result<Reply> list(Call& call) {
  WK_TRY_VOID(call.may(Action::kListConversations));
  WK_TRY(const Page page, call.page());
  ConversationFilter filter;
  filter.cursor = page.cursor;
  filter.limit = page.limit;
  filter.counts_for = call.agent().agent;
  const std::string_view view = call.request.query.get("view");
  if (view == "mine") {
    filter.holder_kind = v1::HOLDER_KIND_AGENT;
    filter.holder_agent = call.agent().agent;
  } else if (view == "queue") {
    filter.holder_kind = v1::HOLDER_KIND_QUEUE;
  } else if (!view.empty() && view != "all") {
    return fail(ErrorCode::kInvalidArgument, "view must be mine, queue or all");
  }
  if (const auto kind = call.request.query.get("holder_kind"); !kind.empty()) {
    if (filter.holder_kind) return fail(ErrorCode::kInvalidArgument, "holder_kind goes with the view \"all\" alone");
    WK_TRY(filter.holder_kind, holder_kind_of(kind));
  }
  if (const auto state = call.request.query.get("state"); !state.empty()) {
    WK_TRY(filter.state, state_of(state));
  }
  WK_TRY(const auto site, call.query_id<SiteId>("site"));
  if (site) filter.sites.push_back(*site);
  WK_TRY(filter.contact, call.query_id<ContactId>("contact"));
  WK_TRY(v1::ConversationList found, call.services.store.list(filter));
  for (v1::ConversationSummary& conversation : *found.mutable_conversations()) {
    conversation.set_visitor_online(call.services.presence.visitor_online(ConversationId(conversation.id())));
  }
  return reply(found);
}

Result<Reply> get(Call& call) {
  WK_TRY(const ConversationId id, call.id<ConversationId>());
  WK_TRY_VOID(call.may(Action::kReadConversation, {.conversation = id}));
  WK_TRY(v1::ConversationSummary summary, call.services.store.load(id));
  summary.set_visitor_online(call.services.presence.visitor_online(id));
  return reply(summary);
}

Result<Reply> events(Call& call) {
  WK_TRY(const ConversationId id, call.id<ConversationId>());
  WK_TRY_VOID(call.may(Action::kReadConversation, {.conversation = id}));
  WK_TRY(auto after, call.query_number("after_seq"));
  WK_TRY(const auto before, call.query_number("before_seq"));
  WK_TRY(const Page page, call.page());
  // What stood in nextCursor, as with every list.
  if (!page.cursor.empty()) {
    WK_TRY(after, call.query_number("cursor"));
  }
  constexpr std::int64_t kSeqMax = 0xFFFFFFFF;
  if (after.value_or(0) > kSeqMax || before.value_or(0) > kSeqMax) {
    return fail(ErrorCode::kInvalidArgument, "no such seq");
  }
  auto from = static_cast<Seq>(after.value_or(0));
  std::size_t limit = std::min(page.limit, limits::kReadEventsMax);
  // The page that ends just before `before_seq`, for scrolling up.
  if (before && *before > 0) {
    const auto end = static_cast<Seq>(*before - 1);
    limit = std::min<std::size_t>(limit, end > from ? end - from : 0);
    from = std::max(from, end - static_cast<Seq>(limit));
  }
  v1::EventList answer;
  if (limit == 0) return reply(answer);
  WK_TRY(const std::vector<EventRef> found, call.services.store.read(id, from, limit));
  // A conversation that never was: the same answer as one that is empty would hide a typing error.
  if (found.empty() && from == 0 && call.visitor() == nullptr) return fail(ErrorCode::kNotFound, "no such conversation");
  for (const EventRef& event : found) {
    if (call.visitor() != nullptr && !event.visitor_may_see) continue;
    if (!answer.add_events()->ParseFromArray(event.bytes.view().data(), static_cast<int>(event.bytes.size()))) {
      return fail(ErrorCode::kCorrupt, "an event does not decode");
    }
  }
  if (found.size() == limit && !before) answer.set_next_cursor(std::to_string(found.back().seq));
  return reply(answer);
}

Result<Reply> append(Call& call) {
  WK_TRY(const ConversationId id, call.id<ConversationId>());
  WK_TRY(v1::Append wanted, call.body<v1::Append>());
  if (wanted.conversation_id() != 0 && wanted.conversation_id() != id.value()) {
    return fail(ErrorCode::kInvalidArgument, "conversationId is not the path's");
  }
  // The header may stand for the id, as with every POST.
  if (wanted.client_id().empty()) wanted.set_client_id(std::string(call.request.headers.get("idempotency-key")));
  if (const VisitorPrincipal* visitor = call.visitor()) {
    if (const auto wait = call.services.admission.rest_message(visitor->site, visitor->conversation, call.services.clock.steady())) {
      return fail(Error{ErrorCode::kBusy, "too much is written", nullptr, static_cast<unsigned>(wait->count())});
    }
  }
  const auto context = std::make_shared<v1::VisitorContext>();
  context->set_ip(call.request.client.text());

  auto promise = std::make_shared<std::promise<Result<Appended>>>();
  auto future = promise->get_future();
  call.services.conversations.append(AppendRequest{id, call.principal(), std::move(wanted), context}, call.services.replies,
                                     [promise](Result<Appended> appended) { promise->set_value(std::move(appended)); });
  if (future.wait_for(api_limits::kAppendWait) != std::future_status::ready) {
    return fail(Error{ErrorCode::kTimeout, "not durable yet; repeat with the same clientId", nullptr, 1000});
  }
  WK_TRY(const Appended appended, future.get());
  v1::AppendResponse answer;
  answer.set_conversation_id(appended.conversation.value());
  answer.set_seq(appended.seq);
  answer.set_time_ms(appended.time_ms);
  return reply(answer, 201);
}

Result<Reply> search(Call& call) {
  WK_TRY_VOID(call.may(Action::kSearch));
  WK_TRY(const Page page, call.page());
  SearchQuery query;
  query.text = std::string(call.request.query.get("q"));
  if (query.text.size() > 500) return fail(ErrorCode::kTooLarge, "q is over 500 bytes");
  query.cursor = page.cursor;
  query.limit = std::min<std::size_t>(page.limit, 100);
  WK_TRY(const auto site, call.query_id<SiteId>("site"));
  if (site) query.sites.push_back(*site);
  WK_TRY(query.agent, call.query_id<AgentId>("agent"));
  WK_TRY(query.conversation, call.query_id<ConversationId>("conversation"));
  WK_TRY(query.since_ms, call.query_number("since"));
  WK_TRY(query.until_ms, call.query_number("until"));
  WK_TRY(v1::SearchResult result, call.services.store.search(query));
  return reply(result);
}

}  // namespace

std::vector<Route> conversation_routes() {
  static const v1::ConversationList kList;
  static const v1::ConversationSummary kSummary;
  static const v1::EventList kEvents;
  static const v1::Append kAppend;
  static const v1::AppendResponse kAppended;
  static const v1::SearchResult kFound;
  return {
      {"GET", "/conversations", Access::kAgent, list, "Conversations, the newest activity first", nullptr, &kList,
       {"view", "holder_kind", "state", "site", "contact", "cursor", "limit"}},
      {"GET", "/conversations/{id}", Access::kAgent, get, "One conversation as it is now", nullptr, &kSummary},
      {"GET", "/conversations/{id}/events", Access::kAgentOrVisitor, events, "The conversation's log", nullptr, &kEvents,
       {"after_seq", "before_seq", "cursor", "limit"}},
      {"POST", "/conversations/{id}/events", Access::kAgentOrVisitor, append,
       "Append to the log: message, note, claim, assign, state …; 201 once it is durable", &kAppend, &kAppended},
      {"GET", "/search", Access::kAgent, search, "Full-text search over the complete history", nullptr, &kFound,
       {"q", "site", "agent", "conversation", "since", "until", "cursor", "limit"}},
  };
}

}  // namespace wk::api
