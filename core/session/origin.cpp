#include "core/session/origin.hpp"

#include <algorithm>
#include <string>

namespace wk {

bool origin_allowed(const ::weikeyi::v1::Site& site, std::string_view origin) {
  if (site.allowed_origins_size() == 0 || origin.empty()) return true;
  return std::any_of(site.allowed_origins().begin(), site.allowed_origins().end(), [&](const std::string& allowed) {
    const std::size_t star = allowed.find("://*.");
    if (star == std::string::npos) return origin == allowed;
    const std::string_view scheme = std::string_view(allowed).substr(0, star + 3);
    const std::string_view suffix = std::string_view(allowed).substr(star + 4);  // ".shop.example"
    return origin.size() > scheme.size() + suffix.size() && origin.starts_with(scheme) && origin.ends_with(suffix);
  });
}

}  // namespace wk
