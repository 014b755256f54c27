#include "bench/client/accounts.hpp"

#include <nlohmann/json.hpp>

namespace wk::bench {
namespace {

// Before the server ends a connection by itself (net/limits.hpp: kRequestsPerConnectionMax).
constexpr std::uint32_t kCallsPerConnection = 5'000;

Result<std::string> string_member(const std::string& body, const char* name) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (json.is_discarded() || !json.contains(name)) return fail(ErrorCode::kProtocol, std::string("the answer has no ") + name);
  return json[name].get<std::string>();
}

}  // namespace

Result<std::string> make_api_token(const Endpoint& endpoint, const AgentLogin& login) {
  WK_TRY(HttpClient http, HttpClient::open(endpoint));
  WK_TRY_VOID(http.call({.path = "/api/v1/session", .body = nlohmann::json{{"email", login.email}, {"password", login.password}}.dump()}));
  const std::string cookie = http.cookie();
  WK_TRY(const std::string token,
         http.call({.path = "/api/v1/tokens", .body = nlohmann::json{{"name", "bench"}, {"role", "ROLE_AGENT"}}.dump(), .cookie = cookie}));
  return string_member(token, "secret");
}

Result<VisitorSessions> VisitorSessions::open(const Endpoint& endpoint, const std::string& site) {
  WK_TRY(HttpClient http, HttpClient::open(endpoint));
  return VisitorSessions(endpoint, std::move(http), nlohmann::json{{"siteKey", site}}.dump());
}

Result<std::string> VisitorSessions::next() {
  if (++calls_ % kCallsPerConnection == 0) {
    WK_TRY(http_, HttpClient::open(endpoint_, calls_));
  }
  WK_TRY(const std::string body, http_.call({.path = "/api/v1/visitor/sessions", .body = body_}));
  return string_member(body, "token");
}

}  // namespace wk::bench
