// Protobuf messages as JSON (lowerCamelCase, defaults printed) and errors as problem+json (RFC 9457).
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/http_message.hpp"

namespace wk::api {

std::string to_json(const google::protobuf::Message& message);
// Unknown fields are refused: a typing error in a request should not pass for success.
Result<void> from_json(std::string_view json, google::protobuf::Message& message);

int http_status(const Error& error);
HttpResponse problem(const Error& error);
HttpResponse json_response(int status, const google::protobuf::Message& message);

}  // namespace wk::api
