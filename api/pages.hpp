// The built front end over HTTP: console, widget, chat page, demo shop. Immutable after construction; route() runs on loops.
#pragma once

#include <optional>

#include "core/ports/directory.hpp"
#include "net/http_server.hpp"

namespace wk::api {

class Pages {
 public:
  // demo: /demo/ shows the demo shop.
  Pages(Directory& directory, bool demo) : directory_(directory), demo_(demo) {}

  std::optional<HttpResponse> route(const HttpRequest& head) const;

 private:
  HttpResponse loader(const HttpRequest& head, std::string_view key) const;
  HttpResponse chat_page(const HttpRequest& head, std::string_view key) const;

  Directory& directory_;
  const bool demo_;
};

}  // namespace wk::api
