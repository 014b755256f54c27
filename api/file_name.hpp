// What a file may be called. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace wk::api {

// What a client calls a file, made harmless: no path, no control characters, bounded; "file" where nothing is left.
std::string attachment_name(std::string_view given);
// The value of Content-Disposition (RFC 6266): an ASCII fallback and the real name in UTF-8 (RFC 8187).
std::string content_disposition(bool as_download, std::string_view name);

}  // namespace wk::api
