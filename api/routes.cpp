#include "api/routes.hpp"

#include <iterator>

namespace wk::api {

const std::vector<Route>& all_routes() {
  static const std::vector<Route> routes = [] {
    std::vector<Route> all;
    for (auto group : {session_routes(), agent_routes(), site_routes(), token_routes(), conversation_routes(),
                       contact_routes(), visitor_routes(), attachment_routes(), settings_routes(), knowledge_routes(), crawl_routes(), intent_routes(), bot_routes(), assist_routes()}) {
      std::move(group.begin(), group.end(), std::back_inserter(all));
    }
    return all;
  }();
  return routes;
}

std::optional<std::vector<std::string>> match(const Route& route, std::string_view path) {
  std::vector<std::string> values;
  std::string_view pattern = route.path;
  const auto segment = [](std::string_view& text) {
    text.remove_prefix(1);
    const std::string_view first = text.substr(0, text.find('/'));
    text.remove_prefix(first.size());
    return first;
  };
  while (!pattern.empty() && !path.empty()) {
    if (path.front() != '/') return std::nullopt;
    const std::string_view wanted = segment(pattern);
    const std::string_view given = segment(path);
    if (wanted.starts_with('{')) {
      if (given.empty()) return std::nullopt;
      values.emplace_back(given);
    } else if (wanted != given) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return values;
}

}  // namespace wk::api
