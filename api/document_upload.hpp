// POST /api/v1/knowledge/documents?name=…&site=…: a raw body, a file that somebody has their knowledge in; answered when it is an entry.
#pragma once

#include <atomic>

#include "api/idempotency.hpp"
#include "api/services.hpp"
#include "net/http_server.hpp"

namespace wk::api {

// `in_flight` counts those in memory; all of them outlive the request.
StreamedBody document_route(Services& services, IdempotentAnswers& answers, std::atomic<std::size_t>& in_flight);

}  // namespace wk::api
