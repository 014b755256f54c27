#include "gateway/server/hello.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "core/auth/permissions.hpp"
#include "core/model/limits.hpp"
#include "gateway/server/connection.hpp"
#include "core/session/origin.hpp"
#include "gateway/server/limits.hpp"

namespace wk {
namespace {

std::string cut(const std::string& text, std::size_t bytes_max) {
  return std::string(utf8_prefix(text, bytes_max));
}

}  // namespace

Result<Authenticated> authenticate_visitor(GatewayServices& services, const std::string& token, const std::string& origin) {
  WK_TRY(VisitorPrincipal visitor, services.visitor_tokens.verify(token));
  const auto sites = services.directory.sites();
  const auto site = std::find_if(sites->begin(), sites->end(),
                                 [&](const v1::Site& s) { return s.id() == visitor.site.value(); });
  if (site == sites->end() || site->disabled()) {
    return fail(Error{ErrorCode::kForbidden, "the site is gone or switched off", "site_disabled", 0});
  }
  if (!origin_allowed(*site, origin)) {
    return fail(Error{ErrorCode::kForbidden, "this origin is not among the site's", "origin_not_allowed", 0});
  }
  if (site->identity_required() && !visitor.verified) {
    return fail(Error{ErrorCode::kForbidden, "the site wants a verified identity", "identity_required", 0});
  }
  return Authenticated{std::move(visitor), 0};
}

void authenticate_agent(GatewayServices& services, const v1::Hello& hello, const ConnectionInfo& info,
                        UniqueFunction<void(Result<Authenticated>)> done) {
  const std::string& api_token = hello.has_api_token() ? hello.api_token() : info.api_token;
  const bool by_token = !api_token.empty() || hello.has_api_token();
  if (!by_token && info.cookie.empty()) return done(fail(ErrorCode::kUnauthenticated, "no credential"));
  // A cookie comes along whoever opens the socket; only our own pages may.
  if (!by_token && !info.same_origin) {
    return done(fail(Error{ErrorCode::kForbidden, "a session cookie from another origin", "origin_not_allowed", 0}));
  }
  struct Job {
    std::string secret;
    UniqueFunction<void(Result<Authenticated>)> done;
  };
  auto job = std::make_shared<Job>(Job{by_token ? api_token : info.cookie, std::move(done)});
  const Enqueued enqueued = services.pool.submit([&services, job, by_token] {
    auto agent = by_token ? services.authenticator.authenticate_api_token(job->secret)
                          : services.authenticator.authenticate_cookie(job->secret);
    if (!agent) return job->done(fail(std::move(agent).error()));
    auto record = services.directory.agent(agent->agent);
    if (!record) return job->done(fail(std::move(record).error()));
    job->done(Authenticated{std::move(*agent), record->agent.capacity()});
  });
  if (enqueued == Enqueued::kRefused) {
    job->done(fail(Error{ErrorCode::kBusy, "the storage pool is full", nullptr, 500}));
  }
}

Error busy(const char* why, Milliseconds wait) {
  return {ErrorCode::kBusy, why, nullptr, static_cast<unsigned>(wait.count())};
}

Result<void> may_read(const Principal& principal, ConversationId conversation) {
  return may(principal, Action::kReadConversation, {.conversation = conversation});
}

bool preview_allowed(GatewayServices& services, SiteId id) {
  const auto sites = services.directory.sites();
  const auto site =
      std::find_if(sites->begin(), sites->end(), [&](const v1::Site& s) { return s.id() == id.value(); });
  return site != sites->end() && site->typing_preview();
}

void fill_welcome(v1::Welcome& welcome, std::int64_t now_ms) {
  welcome.set_server_time_ms(now_ms);
  welcome.set_heartbeat_ms(static_cast<std::uint32_t>(gateway_limits::kHeartbeat.count()));
  welcome.set_server_version(WK_VERSION);
}

v1::VisitorContext checked_context(const v1::Hello& hello, const ConnectionInfo& info) {
  v1::VisitorContext context;
  context.set_page_url(cut(hello.context().page_url(), limits::kUrlBytesMax));
  context.set_page_title(cut(hello.context().page_title(), limits::kNameBytesMax));
  context.set_referrer(cut(hello.context().referrer(), limits::kUrlBytesMax));
  context.set_locale(cut(hello.locale().empty() ? hello.context().locale() : hello.locale(), limits::kClientIdBytesMax));
  context.set_timezone(cut(hello.context().timezone(), limits::kClientIdBytesMax));
  const std::string& agent = info.user_agent;
  context.set_user_agent(utf8_valid(agent) ? cut(agent, limits::kUrlBytesMax) : std::string());
  context.set_ip(info.client.text());
  return context;
}

v1::ConversationSummary visitor_view(const v1::ConversationSummary& summary) {
  v1::ConversationSummary view;
  view.set_id(summary.id());
  view.set_site_id(summary.site_id());
  view.set_contact_id(summary.contact_id());
  view.set_state(summary.state());
  *view.mutable_holder() = summary.holder();
  view.set_last_seq(summary.last_seq());
  view.set_created_ms(summary.created_ms());
  view.set_visitor_seen_seq(summary.visitor_seen_seq());
  view.set_agents_seen_seq(summary.agents_seen_seq());
  view.set_rating(summary.rating());
  return view;
}

}  // namespace wk
