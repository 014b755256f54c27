// Time-based one-time codes (RFC 6238: SHA-1, 30 s, 6 digits) and recovery codes. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"

namespace wk {

std::string base32_encode(std::string_view bytes);  // RFC 4648, no padding
std::optional<std::string> base32_decode(std::string_view text);

std::string totp_secret();  // 20 random bytes
// The code of a step (time / 30 s), with leading zeros.
std::string totp_code(std::string_view secret, std::int64_t step, unsigned digits = 6);
// The step the code belongs to: the present one or a neighbour, later than last_step (a code is good once). All are compared.
std::optional<std::int64_t> totp_match(std::string_view secret, std::string_view code, std::int64_t now_ms,
                                       std::int64_t last_step);
// What telephones read from a QR code.
std::string otpauth_url(std::string_view issuer, std::string_view account, std::string_view secret);

// "abcd-efgh-ijkl-mnop": 80 random bits.
std::vector<std::string> make_recovery_codes();
// What is stored. Case, spaces and dashes do not count.
std::string recovery_code_hash(AgentId agent, std::string_view code);

}  // namespace wk
