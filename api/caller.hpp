// Who sends a request. Blocks (database): call on a pool.
#pragma once

#include "api/call.hpp"

namespace wk::api {

// Authorization: Bearer <API token or visitor token>, or the session cookie. A credential that is not good is an error, none
// is Nobody. A cookie counts only for requests from our own pages where something is changed (CSRF).
Result<Caller> find_caller(Services& services, const HttpRequest& request);

}  // namespace wk::api
