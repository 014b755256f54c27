// The table of all REST routes: what the dispatcher serves and what OpenAPI is made from.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.hpp"

namespace wk::api {

// Who may come in at all; what exactly they may is asked of core/auth/permissions.hpp by the handler.
enum class Access { kPublic, kAgent, kVisitor, kAgentOrVisitor };

using Handler = std::function<Result<Reply>(Call&)>;

struct Route {
  std::string method;
  // Below /api/v1, with {id} for what varies: "/conversations/{id}/events".
  std::string path;
  Access access = Access::kAgent;
  Handler handler;
  std::string summary;
  // For OpenAPI; null where there is no JSON body.
  const google::protobuf::Message* request = nullptr;
  const google::protobuf::Message* response = nullptr;
  // Query parameters, for OpenAPI.
  std::vector<std::string> query{};
  // The answer holds a secret or sets a cookie: it is not kept for an Idempotency-Key.
  bool secret_answer = false;
  // It may take as long as a language model does: it runs on the pool for that, behind the look at who asks.
  bool waits = false;
};

std::vector<Route> session_routes();
std::vector<Route> agent_routes();
std::vector<Route> site_routes();
std::vector<Route> token_routes();
std::vector<Route> conversation_routes();
std::vector<Route> contact_routes();
std::vector<Route> visitor_routes();
std::vector<Route> attachment_routes();
std::vector<Route> settings_routes();
std::vector<Route> knowledge_routes();
std::vector<Route> crawl_routes();
std::vector<Route> intent_routes();
std::vector<Route> bot_routes();
std::vector<Route> assist_routes();

// All of them. Immutable.
const std::vector<Route>& all_routes();

// The {…} values where `path` (below /api/v1) is one of the route's.
std::optional<std::vector<std::string>> match(const Route& route, std::string_view path);

// OpenAPI 3.1, from the table and the schema.
std::string openapi_json();

}  // namespace wk::api
