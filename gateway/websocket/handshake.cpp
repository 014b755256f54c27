#include "gateway/websocket/handshake.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace wk::websocket {
namespace {

// RFC 6455 1.3.
constexpr std::string_view kAcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t kKeyCharacters = 24;

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// base64 of exactly 16 bytes: 22 characters, the last of which has four unused bits, and "==".
bool key_well_formed(std::string_view key) {
  if (key.size() != kKeyCharacters || !key.ends_with("==")) return false;
  const auto base64 = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  };
  if (!std::all_of(key.begin(), key.end() - 2, base64)) return false;
  return std::string_view("AQgw").find(key[21]) != std::string_view::npos;
}

// The lists and single values the handshake is about, from all headers of the request.
struct Fields {
  std::vector<std::string_view> connection;
  std::vector<std::string_view> upgrade;
  std::vector<std::string_view> subprotocols;
  std::vector<Extension> extensions;
  std::string_view key;
  std::string_view version;
  int hosts = 0;
  int keys = 0;
  int versions = 0;
  bool subprotocols_offered = false;
  bool body = false;
  std::string_view malformed;
};

// Upgrade elements may carry a version ("websocket/13"): cut at the slash they are tokens.
bool parse_upgrade(std::string_view header, std::vector<std::string_view>& out) {
  while (!header.empty()) {
    const std::size_t comma = std::min(header.find(','), header.size());
    const std::string_view element = trimmed(header.substr(0, comma));
    header.remove_prefix(std::min(comma + 1, header.size()));
    const std::size_t slash = std::min(element.find('/'), element.size());
    if (element.empty()) continue;
    if (!is_token(element.substr(0, slash))) return false;
    if (slash < element.size() && !is_token(element.substr(slash + 1))) return false;
    out.push_back(element);
  }
  return true;
}

Fields gather(std::span<const HeaderField> headers) {
  Fields fields;
  for (const HeaderField& header : headers) {
    const auto is = [&header](std::string_view name) { return equals_ignore_case(header.name, name); };
    const std::string_view value = trimmed(header.value);
    if (is("Host")) {
      ++fields.hosts;
    } else if (is("Connection")) {
      if (!parse_token_list(value, fields.connection)) fields.malformed = "malformed Connection header";
    } else if (is("Upgrade")) {
      if (!parse_upgrade(value, fields.upgrade)) fields.malformed = "malformed Upgrade header";
    } else if (is("Sec-WebSocket-Key")) {
      fields.key = value;
      ++fields.keys;
    } else if (is("Sec-WebSocket-Version")) {
      fields.version = value;
      ++fields.versions;
    } else if (is("Sec-WebSocket-Protocol")) {
      fields.subprotocols_offered = true;
      if (!parse_token_list(value, fields.subprotocols)) fields.malformed = "malformed Sec-WebSocket-Protocol header";
    } else if (is("Sec-WebSocket-Extensions")) {
      if (!parse_extensions(value, fields.extensions)) fields.malformed = "malformed Sec-WebSocket-Extensions header";
    } else if (is("Content-Length")) {
      if (value != "0") fields.body = true;
    } else if (is("Transfer-Encoding")) {
      fields.body = true;
    }
  }
  return fields;
}

bool names(const std::vector<std::string_view>& list, std::string_view word) {
  return std::any_of(list.begin(), list.end(), [word](std::string_view e) { return equals_ignore_case(e, word); });
}

bool has_duplicate(const std::vector<std::string_view>& list) {
  for (auto at = list.begin(); at != list.end(); ++at) {
    if (std::find(std::next(at), list.end(), *at) != list.end()) return true;
  }
  return false;
}

UpgradeRefused upgrade_required(std::string_view reason) {
  return {426, reason, {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "13"}}};
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool wants_websocket(const UpgradeRequest& request) {
  if (request.http_version < 11) return false;
  std::vector<std::string_view> upgrade;
  for (const HeaderField& header : request.headers) {
    if (equals_ignore_case(header.name, "Upgrade") && !parse_upgrade(header.value, upgrade)) return false;
  }
  return names(upgrade, "websocket");
}

std::variant<UpgradeAccepted, UpgradeRefused> accept_upgrade(const UpgradeRequest& request,
                                                             const UpgradePolicy& policy) {
  const auto bad = [](std::string_view reason) { return UpgradeRefused{400, reason, {}}; };
  if (request.method != "GET") return UpgradeRefused{405, "a WebSocket is opened with GET", {{"Allow", "GET"}}};
  // RFC 9110 7.8: an Upgrade in HTTP/1.0 is not heard.
  if (request.http_version < 11) return upgrade_required("a WebSocket needs HTTP/1.1");

  const Fields fields = gather(request.headers);
  if (!fields.malformed.empty()) return bad(fields.malformed);
  if (!names(fields.upgrade, "websocket")) return upgrade_required("this is a WebSocket endpoint");
  if (!names(fields.connection, "upgrade")) return bad("Connection does not name Upgrade");
  if (fields.hosts != 1) return bad("exactly one Host header is needed");
  if (fields.body) return bad("a WebSocket request has no body");
  if (fields.versions != 1) return bad("exactly one Sec-WebSocket-Version header is needed");
  if (fields.version != "13") return upgrade_required("only version 13 is spoken");
  if (fields.keys != 1) return bad("exactly one Sec-WebSocket-Key header is needed");
  if (!key_well_formed(fields.key)) return bad("Sec-WebSocket-Key is not 16 bytes in base64");
  if (fields.subprotocols_offered && fields.subprotocols.empty()) return bad("Sec-WebSocket-Protocol is empty");
  if (has_duplicate(fields.subprotocols)) return bad("Sec-WebSocket-Protocol names one twice");

  UpgradeAccepted accepted;
  accepted.accept = accept_key(fields.key);
  accepted.subprotocols_offered = fields.subprotocols_offered;
  for (const std::string_view ours : policy.subprotocols) {
    // Case matters here (RFC 6455 1.9).
    if (std::find(fields.subprotocols.begin(), fields.subprotocols.end(), ours) == fields.subprotocols.end()) continue;
    accepted.subprotocol = ours;
    break;
  }
  if (policy.deflate) accepted.deflate = negotiate_deflate(fields.extensions);
  return accepted;
}

std::string upgrade_response(const UpgradeAccepted& accepted, std::span<const HeaderField> extra) {
  std::string out = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  append_header(out, "Sec-WebSocket-Accept", accepted.accept);
  if (!accepted.subprotocol.empty()) append_header(out, "Sec-WebSocket-Protocol", accepted.subprotocol);
  if (accepted.deflate) append_header(out, "Sec-WebSocket-Extensions", accepted.deflate->response());
  for (const HeaderField& header : extra) append_header(out, header.name, header.value);
  out += "\r\n";
  return out;
}

std::string accept_key(std::string_view key) {
  std::string text(key);
  text.append(kAcceptSuffix);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  // 20 bytes are 28 characters; EVP_EncodeBlock adds a NUL.
  std::array<unsigned char, 29> encoded;
  const int size = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(size)};
}

std::string client_upgrade_request(const ClientUpgrade& upgrade) {
  std::string out = "GET ";
  out.append(upgrade.target).append(" HTTP/1.1\r\n");
  append_header(out, "Host", upgrade.host);
  append_header(out, "Upgrade", "websocket");
  append_header(out, "Connection", "Upgrade");
  append_header(out, "Sec-WebSocket-Version", "13");
  append_header(out, "Sec-WebSocket-Key", upgrade.key);
  if (!upgrade.subprotocols.empty()) append_header(out, "Sec-WebSocket-Protocol", upgrade.subprotocols);
  if (upgrade.deflate) append_header(out, "Sec-WebSocket-Extensions", kDeflateOffer);
  for (const HeaderField& header : upgrade.extra) append_header(out, header.name, header.value);
  out += "\r\n";
  return out;
}

}  // namespace wk::websocket
