// What the AI agent knows, and trying what it would answer.
#include <algorithm>
#include <string_view>

#include "api/routes.hpp"
#include "base/encoding.hpp"
#include "core/model/check_flow.hpp"
#include "core/model/limits.hpp"

namespace wk::api {
namespace {

Result<void> check_line(const char* what, std::string_view text, std::size_t bytes_max, bool required) {
  if (required && text.find_first_not_of(" \t\r\n") == std::string_view::npos) return fail(ErrorCode::kInvalidArgument, std::string(what) + " is empty");
  if (text.size() > bytes_max) return fail(ErrorCode::kTooLarge, std::string(what) + " is over " + std::to_string(bytes_max) + " bytes");
  if (!utf8_valid(text) || text.find('\0') != std::string_view::npos) return fail(ErrorCode::kInvalidArgument, std::string(what) + " is not text");
  return {};
}

Result<void> check(const Call& call, const v1::KnowledgeEntry& entry) {
  if (entry.kind() == v1::KNOWLEDGE_KIND_UNSPECIFIED || !v1::KnowledgeKind_IsValid(entry.kind())) return fail(ErrorCode::kInvalidArgument, "kind must be FAQ, ARTICLE or FLOW");
  const bool flow = entry.kind() == v1::KNOWLEDGE_KIND_FLOW;
  WK_TRY_VOID(check_line("title", entry.title(), api_limits::kKnowledgeTitleBytesMax, true));
  WK_TRY_VOID(check_line("body", entry.body(), api_limits::kKnowledgeBodyBytesMax, !flow));
  WK_TRY_VOID(check_line("url", entry.url(), limits::kUrlBytesMax, false));
  // It becomes a link on visitors' screens.
  if (!entry.url().empty() && !entry.url().starts_with("https://") && !entry.url().starts_with("http://")) {
    return fail(ErrorCode::kInvalidArgument, "url must begin with https:// or http://");
  }
  if (static_cast<std::size_t>(entry.phrasings_size()) > api_limits::kKnowledgePhrasingsMax) return fail(ErrorCode::kTooLarge, "too many phrasings");
  if (entry.kind() == v1::KNOWLEDGE_KIND_ARTICLE && entry.phrasings_size() > 0) return fail(ErrorCode::kInvalidArgument, "an article has no phrasings");
  if (!flow && entry.steps_size() > 0) return fail(ErrorCode::kInvalidArgument, "only a flow has steps");
  if (flow && !entry.body().empty()) return fail(ErrorCode::kInvalidArgument, "a flow has steps and no body");
  if (static_cast<std::size_t>(entry.labels_size()) > api_limits::kKnowledgeLabelsMax) return fail(ErrorCode::kTooLarge, "too many labels");
  for (const std::string& label : entry.labels()) WK_TRY_VOID(check_line("label", label, limits::kLabelBytesMax, true));
  for (const std::string& phrasing : entry.phrasings()) {
    WK_TRY_VOID(check_line("phrasing", phrasing, api_limits::kKnowledgeTitleBytesMax, true));
  }
  if (entry.site_id() != 0) {
    const auto sites = call.services.directory.sites();
    const bool known = std::any_of(sites->begin(), sites->end(), [&](const v1::Site& site) { return site.id() == entry.site_id(); });
    if (!known) return fail(ErrorCode::kInvalidArgument, "no such site");
  }
  return flow ? check_flow(entry.steps(), call.services.bot.tools(SiteId(entry.site_id()))) : Result<void>();
}

Result<v1::KnowledgeKind> kind_of(std::string_view word) {
  if (word == "faq") return v1::KNOWLEDGE_KIND_FAQ;
  if (word == "article") return v1::KNOWLEDGE_KIND_ARTICLE;
  if (word == "flow") return v1::KNOWLEDGE_KIND_FLOW;
  return fail(ErrorCode::kInvalidArgument, "kind must be faq, article or flow");
}

Result<Reply> list(Call& call) {
  WK_TRY_VOID(call.may(Action::kReadKnowledge));
  WK_TRY(const auto site, call.query_id<SiteId>("site"));
  WK_TRY(const Page page, call.page());
  KnowledgeFilter filter{.site = site, .text = std::string(utf8_prefix(call.request.query.get("text"), api_limits::kKnowledgeTitleBytesMax))};
  if (const auto kind = call.request.query.get("kind"); !kind.empty()) {
    WK_TRY(filter.kind, kind_of(kind));
  }
  WK_TRY(const v1::KnowledgeEntryList entries, call.services.knowledge.list(filter, page));
  return reply(entries);
}

Result<Reply> show(Call& call) {
  WK_TRY_VOID(call.may(Action::kReadKnowledge));
  WK_TRY(const KnowledgeEntryId id, call.id<KnowledgeEntryId>());
  WK_TRY(const v1::KnowledgeEntry entry, call.services.knowledge.entry(id));
  return reply(entry);
}

Result<Reply> create(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageKnowledge));
  WK_TRY(v1::KnowledgeEntry entry, call.body<v1::KnowledgeEntry>());
  WK_TRY_VOID(check(call, entry));
  entry.clear_crawl_id();
  entry.clear_edited();
  entry.set_id(call.services.ids.next());
  entry.set_created_ms(call.services.clock.now_ms());
  entry.set_updated_ms(entry.created_ms());
  WK_TRY_VOID(call.services.knowledge.put(entry));
  return reply(entry, 201);
}

bool same_words(const v1::KnowledgeEntry& a, const v1::KnowledgeEntry& b) {
  return a.kind() == b.kind() && a.title() == b.title() && a.body() == b.body() && std::equal(a.phrasings().begin(), a.phrasings().end(), b.phrasings().begin(), b.phrasings().end());
}

Result<Reply> replace(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageKnowledge));
  WK_TRY(const KnowledgeEntryId id, call.id<KnowledgeEntryId>());
  WK_TRY(v1::KnowledgeEntry entry, call.body<v1::KnowledgeEntry>());
  WK_TRY_VOID(check(call, entry));
  WK_TRY(const v1::KnowledgeEntry before, call.services.knowledge.entry(id));
  entry.set_id(before.id());
  // A page's article stays one. Whose words were changed here is left alone when the page is read again, until somebody says otherwise.
  entry.set_crawl_id(before.crawl_id());
  entry.set_edited(before.crawl_id() != 0 && (entry.edited() || !same_words(entry, before)));
  if (before.crawl_id() != 0) entry.set_url(before.url());
  entry.set_created_ms(before.created_ms());
  // It is also what tells versions apart: it never stands still.
  entry.set_updated_ms(std::max(call.services.clock.now_ms(), before.updated_ms() + 1));
  WK_TRY_VOID(call.services.knowledge.put(entry));
  return reply(entry);
}

Result<Reply> erase(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageKnowledge));
  WK_TRY(const KnowledgeEntryId id, call.id<KnowledgeEntryId>());
  WK_TRY_VOID(call.services.knowledge.erase(id));
  return no_content();
}

Result<Reply> try_bot(Call& call) {
  WK_TRY_VOID(call.may(Action::kReadKnowledge));
  WK_TRY(const v1::TryBotRequest request, call.body<v1::TryBotRequest>());
  WK_TRY_VOID(check_line("text", request.text(), api_limits::kKnowledgeTitleBytesMax, true));
  WK_TRY(const v1::TryBotAnswer answer, call.services.bot.try_out(request));
  return reply(answer);
}

Result<Reply> tools(Call& call) {
  WK_TRY_VOID(call.may(Action::kReadKnowledge));
  WK_TRY(const auto site, call.query_id<SiteId>("site"));
  return reply(call.services.bot.tools(site.value_or(SiteId())));
}

}  // namespace

std::vector<Route> knowledge_routes() {
  static const v1::KnowledgeEntry kEntry;
  static const v1::KnowledgeEntryList kList;
  static const v1::TryBotRequest kTry;
  static const v1::TryBotAnswer kAnswer;
  static const v1::BotToolList kTools;
  return {
      {"GET", "/knowledge/entries", Access::kAgent, list, "What the AI agent knows, the newest first; of one kind: faq, article or flow", nullptr, &kList, {"site", "text", "kind", "cursor", "limit"}},
      {"POST", "/knowledge/entries", Access::kAgent, create, "Add an entry; found from now on", &kEntry, &kEntry},
      {"GET", "/knowledge/entries/{id}", Access::kAgent, show, "One entry", nullptr, &kEntry},
      {"PUT", "/knowledge/entries/{id}", Access::kAgent, replace, "Replace an entry", &kEntry, &kEntry},
      {"DELETE", "/knowledge/entries/{id}", Access::kAgent, erase, "Remove an entry", nullptr, nullptr},
      {"GET", "/bot/tools", Access::kAgent, tools, "What dialogue flows may ask, as the operator listed it; of a site, or what every site may", nullptr, &kTools, {"site"}},
      {"POST", "/bot/try", Access::kAgent, try_bot, "What the AI agent would do with a question; nothing is stored", &kTry, &kAnswer},
  };
}

}  // namespace wk::api
