// SHA-256, HMAC and comparing in constant time (OpenSSL, hidden). Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace wk {

std::string sha256(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);
std::string hmac_sha1(std::string_view key, std::string_view bytes);
// Takes as long for any two texts of these lengths. Different lengths are told apart at once.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace wk
