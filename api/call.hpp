// One request on its way through a handler.
#pragma once

#include <google/protobuf/message.h>

#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "api/services.hpp"
#include "base/result.hpp"
#include "core/auth/permissions.hpp"
#include "core/model/principal.hpp"
#include "net/http_message.hpp"

namespace wk::api {

using Nobody = std::monostate;
// Who asks: nobody (public routes), an agent (cookie or API token), a visitor (Bearer token).
using Caller = std::variant<Nobody, AgentPrincipal, VisitorPrincipal>;

// What a handler answers: a status and a message as JSON, or a ready response (files, pages).
struct Reply {
  HttpResponse response;
};

struct Call {
  Services& services;
  HttpRequest request;
  Caller caller;
  // The {…} of the path, in order.
  std::vector<std::string> path;
  // Of a route that waits: the client has left, nobody reads the answer.
  std::stop_token gone{};

  const AgentPrincipal& agent() const { return std::get<AgentPrincipal>(caller); }
  const VisitorPrincipal* visitor() const { return std::get_if<VisitorPrincipal>(&caller); }
  Principal principal() const;
  Result<void> may(Action action, const Target& target = {}) const;

  // An id of the path; kNotFound for what is none, since nothing can have that address.
  template <typename T>
  Result<T> id(std::size_t index = 0) const {
    const auto value = parse_id(path.at(index));
    if (!value) return fail(ErrorCode::kNotFound, "no such address");
    return T(*value);
  }
  // An id in the query; nullopt where it is not given.
  template <typename T>
  Result<std::optional<T>> query_id(std::string_view name) const {
    const auto text = request.query.find(name);
    if (!text || text->empty()) return std::optional<T>();
    const auto value = parse_id(*text);
    if (!value) return fail(ErrorCode::kInvalidArgument, std::string(name) + " is not an id");
    return std::optional<T>(T(*value));
  }
  Result<std::optional<std::int64_t>> query_number(std::string_view name) const;
  Result<Page> page() const;
  // The body as this message.
  template <typename T>
  Result<T> body() const {
    T message;
    if (auto parsed = parse_body(message); !parsed) return fail(std::move(parsed).error());
    return message;
  }

 private:
  Result<void> parse_body(google::protobuf::Message& message) const;
};

Reply reply(const google::protobuf::Message& message, int status = 200);
Reply no_content();

}  // namespace wk::api
