#include "api/caller.hpp"

#include <algorithm>

#include "core/auth/cookie.hpp"
#include "core/session/origin.hpp"

namespace wk::api {
namespace {

Error unauthenticated(const char* context) { return {ErrorCode::kUnauthenticated, context, nullptr, 0}; }

Result<Caller> by_bearer(Services& services, const HttpRequest& request, std::string_view token) {
  if (token.starts_with("wk_")) {
    WK_TRY(AgentPrincipal agent, services.authenticator.authenticate_api_token(token));
    return Caller(std::move(agent));
  }
  WK_TRY(VisitorPrincipal visitor, services.visitor_tokens.verify(token));
  const auto sites = services.directory.sites();
  const auto site = std::find_if(sites->begin(), sites->end(),
                                 [&](const v1::Site& s) { return s.id() == visitor.site.value(); });
  if (site == sites->end() || site->disabled()) {
    return fail(Error{ErrorCode::kForbidden, "the site is gone or switched off", "site_disabled", 0});
  }
  if (!origin_allowed(*site, request.headers.get("origin"))) {
    return fail(Error{ErrorCode::kForbidden, "this origin is not among the site's", "origin_not_allowed", 0});
  }
  return Caller(std::move(visitor));
}

// Browsers say where a request comes from; a page of somebody else's must not use our cookie.
bool from_our_pages(const HttpRequest& request) {
  if (const auto origin = request.headers.find("origin")) {
    const std::string own = (request.secure ? "https://" : "http://") + std::string(request.headers.get("host"));
    return equals_ignoring_case(*origin, own);
  }
  const std::string_view site = request.headers.get("sec-fetch-site");
  return site.empty() || site == "same-origin" || site == "none";
}

}  // namespace

Result<Caller> find_caller(Services& services, const HttpRequest& request) {
  const std::string_view authorization = request.headers.get("authorization");
  constexpr std::string_view kBearer = "Bearer ";
  if (authorization.size() > kBearer.size() && equals_ignoring_case(authorization.substr(0, kBearer.size()), kBearer)) {
    return by_bearer(services, request, authorization.substr(kBearer.size()));
  }
  if (!authorization.empty()) return fail(unauthenticated("Authorization must be a Bearer token"));
  const auto secret = find_session_cookie(request.headers.get("cookie"),
                                          request.secure ? Transport::kTls : Transport::kPlain);
  if (!secret) return Caller(Nobody());
  const bool changes = request.method != "GET" && request.method != "HEAD";
  if (changes && !from_our_pages(request)) {
    return fail(Error{ErrorCode::kForbidden, "a session cookie from another origin", "origin_not_allowed", 0});
  }
  WK_TRY(AgentPrincipal agent, services.authenticator.authenticate_cookie(*secret));
  return Caller(std::move(agent));
}

}  // namespace wk::api
