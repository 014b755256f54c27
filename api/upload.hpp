// POST /api/v1/uploads?conversation=ID&name=…: a raw body, streamed to disk; memory stays at api_limits::kUploadBufferBytes however large
// the file is.
#pragma once

#include <memory>

#include "api/idempotency.hpp"
#include "api/services.hpp"
#include "net/http_server.hpp"

namespace wk::api {

StreamedBody upload_route(Services& services, IdempotentAnswers& answers);

}  // namespace wk::api
