// The lists in the handshake's headers (RFC 6455 4.3, 9.1) and what is agreed of permessage-deflate (RFC 7692 section 7.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wk::websocket {

// What was agreed with one peer. Context takeover never is, in either direction.
struct DeflateAgreement {
  // What the server (the one who answers offers) may look back within when it compresses.
  std::uint8_t server_window_bits = 15;
  // The client asked for it, so the answer has to name it, whatever it is (RFC 7692 7.1.2.1).
  bool server_window_named = false;

  // Whether a message of that size may be compressed with any window: then no reference in it can reach further back than
  // the peer remembers. Larger ones go uncompressed.
  bool fits(std::size_t message_bytes) const { return message_bytes <= std::size_t{1} << server_window_bits; }
  // The value of the answer's Sec-WebSocket-Extensions.
  std::string response() const;
};

struct ExtensionParameter {
  std::string_view name;
  // Without quotes, escapes not undone; nullopt where there was no "=".
  std::optional<std::string_view> value;
  bool quoted = false;
};

struct Extension {
  std::string_view name;
  std::vector<ExtensionParameter> parameters;
};

// token of RFC 9110 5.6.2.
bool is_token(std::string_view text);
bool equals_ignore_case(std::string_view a, std::string_view b);
// Comma-separated tokens of one header line, added to `out`; empty elements are left out. False where the header is not such
// a list or out would grow beyond kHandshakeListMax.
bool parse_token_list(std::string_view header, std::vector<std::string_view>& out);
// The same for the elements of Sec-WebSocket-Extensions.
bool parse_extensions(std::string_view header, std::vector<Extension>& out);

// The first offer we can meet, in the client's order; nullopt: none, and the connection goes on without.
std::optional<DeflateAgreement> negotiate_deflate(const std::vector<Extension>& offers);
// The client's side: what a server's answer to our own offer (kDeflateOffer) means; nullopt where it is not a valid answer to it.
inline constexpr std::string_view kDeflateOffer =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
std::optional<DeflateAgreement> accept_deflate_response(const Extension& response);

}  // namespace wk::websocket
