// The cookie of an agent's browser session. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wk {

// Browsers take `__Host-` names over TLS only; without TLS a plain name is used (and the server warns at its start).
enum class Transport { kTls, kPlain };

std::string_view session_cookie_name(Transport transport);
// The value of Set-Cookie.
std::string set_session_cookie(std::string_view secret, Transport transport);
std::string clear_session_cookie(Transport transport);
// From the value of a Cookie header. nullopt: not there, or there twice (somebody planted a second one).
std::optional<std::string> find_session_cookie(std::string_view cookie_header, Transport transport);

}  // namespace wk
