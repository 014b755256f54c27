// GET /files/{id}: attachments, so that they cannot run in our origin.
#pragma once

#include "api/call.hpp"

namespace wk::api {

Result<Reply> serve_file(Call& call);

}  // namespace wk::api
