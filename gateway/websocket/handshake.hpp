// The opening handshake (RFC 6455 section 4). Pure: a parsed HTTP request in, an answer out.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/websocket/extensions.hpp"

namespace wk::websocket {

struct HeaderField {
  std::string_view name;
  std::string_view value;
};

// As the HTTP parser found it; borrowed for the call. Names may come in any case and more than once.
struct UpgradeRequest {
  std::string_view method;
  // 10 for HTTP/1.0, 11 for HTTP/1.1.
  int http_version = 11;
  std::span<const HeaderField> headers;
};

struct UpgradePolicy {
  // What we speak, best first; the first that the client offers too is taken.
  std::span<const std::string_view> subprotocols = {};
  bool deflate = true;
};

struct UpgradeAccepted {
  // Sec-WebSocket-Accept.
  std::string accept;
  // One of the policy's; empty: none in common. Whether that is enough is the endpoint's to say.
  std::string_view subprotocol;
  bool subprotocols_offered = false;
  std::optional<DeflateAgreement> deflate;
};

struct UpgradeRefused {
  int status = 400;
  // English, for the body and for logs.
  std::string_view reason;
  // To be sent beside it (Allow, Upgrade, Sec-WebSocket-Version).
  std::vector<HeaderField> headers;
};

// Whether the client means to upgrade at all (an Upgrade header names websocket); a plain page request does not.
bool wants_websocket(const UpgradeRequest& request);

// 405 not a GET; 426 no upgrade asked for, HTTP/1.0, or a version other than 13; 400 anything malformed.
std::variant<UpgradeAccepted, UpgradeRefused> accept_upgrade(const UpgradeRequest& request, const UpgradePolicy& policy);

// "HTTP/1.1 101 Switching Protocols" with its headers and `extra`, up to and with the empty line.
std::string upgrade_response(const UpgradeAccepted& accepted, std::span<const HeaderField> extra = {});

// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string accept_key(std::string_view key);

// -- the client's side, for tools and tests

struct ClientUpgrade {
  std::string_view host = {};
  std::string_view target = "/";
  // base64 of 16 random bytes.
  std::string_view key = {};
  // As a header value: "a, b"; empty: none.
  std::string_view subprotocols = {};
  bool deflate = false;
  std::span<const HeaderField> extra = {};
};
std::string client_upgrade_request(const ClientUpgrade& upgrade);

}  // namespace wk::websocket
