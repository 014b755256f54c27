// The way from an HTTP request to a connection: /ws.
#pragma once

#include "gateway/server/loop_gateway.hpp"
#include "net/http_server.hpp"

namespace wk {

// What admission said of a request for /ws, where the connection itself could not be judged (a proxy's) or was one too many.
struct UpgradeAdmission {
  // ConnectionInfo::over_limit.
  Milliseconds over_limit{0};
  // Goes with the stream.
  std::unique_ptr<StreamPermit> permit{};
};

// What to answer to a request for /ws: 101 and then gateway.adopt(), or why not. Loop-bound.
HttpRoute upgrade_route(LoopGateway& gateway, const HttpRequest& request, UpgradeAdmission admission);

// Whether the request brings what an agent would bring: a session cookie (for /ws from our own pages) or an API token in its
// Authorization. Whether it is good is another question. Does not block.
bool may_be_agent(const HttpRequest& request);

// For tests of the codec and for `weikeyi bench serve-echo`: answers each message with itself.
HttpRoute echo_route(websocket::LoopCodec& codec, const HttpRequest& request, std::uint32_t message_bytes_max);

// Whether the request's Origin is the server's own (scheme and Host). No Origin: not.
bool same_origin(const HttpRequest& request);

}  // namespace wk
