// Pages of the company's own site that are read into the knowledge.
#include <algorithm>
#include <string_view>

#include "api/routes.hpp"
#include "base/encoding.hpp"
#include "core/model/limits.hpp"

namespace wk::api {
namespace {

// "shop.example" of "https://*.shop.example:8443".
std::string host_of_origin(const std::string& origin) {
  const std::size_t scheme = origin.find("://");
  std::string host = scheme == std::string::npos ? origin : origin.substr(scheme + 3);
  if (host.starts_with("*.")) host = host.substr(2);
  host = host.substr(0, host.find(':'));
  for (char& c : host) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return host;
}

Result<void> check(const Call& call, const v1::KnowledgeCrawl& crawl) {
  if (crawl.start_url().size() > limits::kUrlBytesMax) return fail(ErrorCode::kTooLarge, "start_url is over " + std::to_string(limits::kUrlBytesMax) + " bytes");
  if (!utf8_valid(crawl.start_url())) return fail(ErrorCode::kInvalidArgument, "start_url is not text");
  WK_TRY(const std::string host, call.services.crawls.host_of(crawl.start_url()));
  if (crawl.site_id() == 0) return {};
  const auto sites = call.services.directory.sites();
  const auto site = std::find_if(sites->begin(), sites->end(), [&](const v1::Site& one) { return one.id() == crawl.site_id(); });
  if (site == sites->end()) return fail(ErrorCode::kInvalidArgument, "no such site");
  if (site->allowed_origins_size() == 0) return {};
  const bool own = std::any_of(site->allowed_origins().begin(), site->allowed_origins().end(), [&](const std::string& origin) {
    const std::string allowed = host_of_origin(origin);
    return host == allowed || host.ends_with("." + allowed);
  });
  if (own) return {};
  return fail(Error{ErrorCode::kInvalidArgument, host + " is none of the hosts that the site's allowed origins name, nor below one", "crawl_not_of_site", 0});
}

Result<Reply> list(Call& call) {
  WK_TRY_VOID(call.may(Action::kReadKnowledge));
  return reply(call.services.crawls.list());
}

Result<Reply> show(Call& call) {
  WK_TRY_VOID(call.may(Action::kReadKnowledge));
  WK_TRY(const KnowledgeCrawlId id, call.id<KnowledgeCrawlId>());
  WK_TRY(const v1::KnowledgeCrawl crawl, call.services.crawls.crawl(id));
  return reply(crawl);
}

Result<Reply> create(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageKnowledge));
  WK_TRY(const v1::KnowledgeCrawl crawl, call.body<v1::KnowledgeCrawl>());
  WK_TRY_VOID(check(call, crawl));
  WK_TRY(const v1::KnowledgeCrawl made, call.services.crawls.create(crawl));
  return reply(made, 201);
}

Result<Reply> replace(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageKnowledge));
  WK_TRY(const KnowledgeCrawlId id, call.id<KnowledgeCrawlId>());
  WK_TRY(const v1::KnowledgeCrawl crawl, call.body<v1::KnowledgeCrawl>());
  WK_TRY_VOID(check(call, crawl));
  WK_TRY(const v1::KnowledgeCrawl now, call.services.crawls.replace(id, crawl));
  return reply(now);
}

Result<Reply> erase(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageKnowledge));
  WK_TRY(const KnowledgeCrawlId id, call.id<KnowledgeCrawlId>());
  WK_TRY_VOID(call.services.crawls.erase(id));
  return no_content();
}

Result<Reply> run(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageKnowledge));
  WK_TRY(const KnowledgeCrawlId id, call.id<KnowledgeCrawlId>());
  // The site's origins may have changed since.
  WK_TRY(const v1::KnowledgeCrawl before, call.services.crawls.crawl(id));
  WK_TRY_VOID(check(call, before));
  WK_TRY(const v1::KnowledgeCrawl now, call.services.crawls.run(id));
  return reply(now, 202);
}

Result<Reply> stop(Call& call) {
  WK_TRY_VOID(call.may(Action::kManageKnowledge));
  WK_TRY(const KnowledgeCrawlId id, call.id<KnowledgeCrawlId>());
  WK_TRY(const v1::KnowledgeCrawl now, call.services.crawls.stop(id));
  return reply(now, 202);
}

}  // namespace

std::vector<Route> crawl_routes() {
  static const v1::KnowledgeCrawl kCrawl;
  static const v1::KnowledgeCrawlList kList;
  return {
      {"GET", "/knowledge/crawls", Access::kAgent, list, "Sites that are read into the knowledge, the newest first", nullptr, &kList},
      {"POST", "/knowledge/crawls", Access::kAgent, create, "Read a site, as soon as those before it are read", &kCrawl, &kCrawl},
      {"GET", "/knowledge/crawls/{id}", Access::kAgent, show, "One of them, and how far its reading is", nullptr, &kCrawl},
      {"PUT", "/knowledge/crawls/{id}", Access::kAgent, replace, "Change site, start, most pages and days; counts from the next reading on", &kCrawl, &kCrawl},
      {"DELETE", "/knowledge/crawls/{id}", Access::kAgent, erase, "Remove it with its articles", nullptr, nullptr},
      {"POST", "/knowledge/crawls/{id}/run", Access::kAgent, run, "Read it again soon", nullptr, &kCrawl},
      {"POST", "/knowledge/crawls/{id}/stop", Access::kAgent, stop, "Stop reading; what was read stays", nullptr, &kCrawl},
  };
}

}  // namespace wk::api
