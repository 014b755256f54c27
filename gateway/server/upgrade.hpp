// The way from an HTTP request to a connection: /ws.
#pragma once

#include "gateway/server/loop_gateway.hpp"
#include "net/http_server.hpp"

namespace wk {

// What to answer to a request for /ws: 101 and then gateway.adopt(), or why not. Loop-bound.
HttpRoute upgrade_route(LoopGateway& gateway, const HttpRequest& request);

// For tests of the codec and for `weikeyi bench serve-echo`: answers each message with itself.
HttpRoute echo_route(websocket::LoopCodec& codec, const HttpRequest& request, std::uint32_t message_bytes_max);

// Whether the request's Origin is the server's own (scheme and Host). No Origin: not.
bool same_origin(const HttpRequest& request);

}  // namespace wk
