#include "api/json.hpp"

#include <google/protobuf/util/json_util.h>

#include "api/limits.hpp"
#include "base/assert.hpp"
#include "base/encoding.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk::api {
namespace {

// Reasons may quote what was sent, which need not be text and may be long.
std::string presentable(std::string text) {
  if (!utf8_valid(text)) {
    for (char& c : text) {
      if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    }
  }
  text.resize(utf8_prefix(text, api_limits::kProblemDetailBytesMax).size());
  return text;
}

}  // namespace

std::string to_json(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  WK_ASSERT(status.ok());  // only a broken Any or Timestamp can fail, and the schema has neither
  return json;
}

Result<void> from_json(std::string_view json, google::protobuf::Message& message) {
  // An empty body is an empty message: several POSTs have nothing to say.
  if (json.empty()) return {};
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), &message);
  if (!status.ok()) return fail(ErrorCode::kInvalidArgument, std::string(status.message()));
  return {};
}

int http_status(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kProtocol: return 400;
    case ErrorCode::kUnauthenticated: return 401;
    case ErrorCode::kForbidden: return 403;
    case ErrorCode::kNotFound: return 404;
    case ErrorCode::kConflict: return 409;
    case ErrorCode::kTooLarge: return 413;
    // A limit of this client alone has a reason of its own; otherwise the server is what is busy.
    case ErrorCode::kBusy: return error.reason_code != nullptr ? 429 : 503;
    case ErrorCode::kStorageFull: return 507;
    case ErrorCode::kUnavailable:
    case ErrorCode::kTimeout: return 503;
    case ErrorCode::kCorrupt:
    case ErrorCode::kIo:
    case ErrorCode::kInternal: return 500;
  }
  return 500;
}

HttpResponse problem(const Error& error) {
  const int status = http_status(error);
  ::weikeyi::v1::Problem problem;
  problem.set_type("about:blank");
  problem.set_title(std::string(http_reason_phrase(status)));
  problem.set_status(static_cast<unsigned>(status));
  // What went wrong inside is for the log.
  problem.set_detail(status == 500 ? "something failed inside; see the server's log" : presentable(error.context));
  problem.set_code(std::string(error.client_code()));
  problem.set_retry_after_ms(error.retry_after_ms);
  HttpResponse response = HttpResponse::json(status, to_json(problem));
  response.headers.set("Content-Type", "application/problem+json");
  if (error.retry_after_ms > 0) {
    response.headers.set("Retry-After", std::to_string((error.retry_after_ms + 999) / 1000));
  }
  return response;
}

HttpResponse json_response(int status, const google::protobuf::Message& message) {
  HttpResponse response = HttpResponse::json(status, to_json(message));
  response.headers.set("Cache-Control", "no-store");
  return response;
}

}  // namespace wk::api
