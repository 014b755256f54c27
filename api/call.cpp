#include "api/call.hpp"

#include <algorithm>
#include <charconv>

#include "api/json.hpp"

namespace wk::api {

Principal Call::principal() const {
  if (const auto* visitor_caller = std::get_if<VisitorPrincipal>(&caller)) return *visitor_caller;
  return agent();
}

Result<void> Call::may(Action action, const Target& target) const {
  return wk::may(principal(), action, target);
}

Result<std::optional<std::int64_t>> Call::query_number(std::string_view name) const {
  const auto text = request.query.find(name);
  if (!text || text->empty()) return std::optional<std::int64_t>();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || value < 0) {
    return fail(ErrorCode::kInvalidArgument, std::string(name) + " is not a number");
  }
  return std::optional<std::int64_t>(value);
}

Result<Page> Call::page() const {
  WK_TRY(const auto limit, query_number("limit"));
  const auto rows = static_cast<std::size_t>(limit.value_or(api_limits::kPageRowsDefault));
  return Page{std::string(request.query.get("cursor")), std::clamp<std::size_t>(rows, 1, api_limits::kPageRowsMax)};
}

Result<void> Call::parse_body(google::protobuf::Message& message) const { return from_json(request.body, message); }

Reply reply(const google::protobuf::Message& message, int status) { return {json_response(status, message)}; }

Reply no_content() { return {HttpResponse::empty(204)}; }

}  // namespace wk::api
