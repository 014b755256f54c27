#include "core/auth/cookie.hpp"

#include "core/auth/limits.hpp"

namespace wk {
namespace {

std::string attributes(Transport transport, std::int64_t max_age_s) {
  std::string text = "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(max_age_s);
  if (transport == Transport::kTls) text += "; Secure";
  return text;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view session_cookie_name(Transport transport) {
  return transport == Transport::kTls ? "__Host-weikeyi" : "weikeyi";
}

std::string set_session_cookie(std::string_view secret, Transport transport) {
  return std::string(session_cookie_name(transport)) + "=" + std::string(secret) +
         attributes(transport, auth_limits::kSessionMs / 1000);
}

std::string clear_session_cookie(Transport transport) {
  return std::string(session_cookie_name(transport)) + "=" + attributes(transport, 0);
}

std::optional<std::string> find_session_cookie(std::string_view cookie_header, Transport transport) {
  const std::string_view name = session_cookie_name(transport);
  std::optional<std::string> found;
  while (!cookie_header.empty()) {
    const std::size_t end = cookie_header.find(';');
    const std::string_view pair = trimmed(cookie_header.substr(0, end));
    cookie_header.remove_prefix(end == std::string_view::npos ? cookie_header.size() : end + 1);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || trimmed(pair.substr(0, equals)) != name) continue;
    if (found) return std::nullopt;
    found = std::string(trimmed(pair.substr(equals + 1)));
  }
  return found;
}

}  // namespace wk
