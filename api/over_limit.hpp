// What becomes of a request whose connection is one too many of its address (HttpRequest::over_limit): the time to come back, unless
// an agent sends it. docs/protocol.md P92.
#pragma once

#include "api/services.hpp"
#include "net/http_server.hpp"

namespace wk::api {

Error too_many_connections(Milliseconds wait);
// The same as an answer, which pages of every origin may read.
HttpResponse too_many_connections_response(Milliseconds wait);

// `route` for an agent, and the answer above for everybody else. The credential is looked at on the pool; uploads look at it
// themselves (api/upload.cpp), sockets at their Hello. Requires: `services` outlive the requests.
HttpRoute only_agents(Services& services, HttpRoute route, Milliseconds wait);

}  // namespace wk::api
