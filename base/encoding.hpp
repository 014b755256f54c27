// Hex, base64url (RFC 4648, no padding), UTF-8 checks and cuts.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wk {

std::string hex_encode(std::string_view bytes);
std::optional<std::string> hex_decode(std::string_view text);
std::string base64url_encode(std::string_view bytes);
// Accepts padding; nullopt for anything that is not base64url.
std::optional<std::string> base64url_decode(std::string_view text);
// Well-formed UTF-8 (RFC 3629: no overlongs, no surrogates).
bool utf8_valid(std::string_view text);
// The longest prefix of at most bytes_max bytes that does not cut a character. Requires: utf8_valid(text).
std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max);

}  // namespace wk
