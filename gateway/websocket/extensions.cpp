#include "gateway/websocket/extensions.hpp"

#include <algorithm>

#include "gateway/websocket/limits.hpp"

namespace wk::websocket {
namespace {

constexpr std::string_view kPermessageDeflate = "permessage-deflate";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool token_character(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// Walks one header's value.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool end() const { return at_ == text_.size(); }
  bool take(char c) {
    if (end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  // Empty where there is none.
  std::string_view token() {
    const std::size_t from = at_;
    while (at_ < text_.size() && token_character(text_[at_])) ++at_;
    return text_.substr(from, at_ - from);
  }
  // After the opening quote; nullopt where it is never closed or what it holds, unescaped, is no token (RFC 6455 9.1).
  std::optional<std::string_view> quoted_token() {
    const std::size_t from = at_;
    bool something = false;
    while (at_ < text_.size()) {
      if (text_[at_] == '"') {
        const std::string_view inside = text_.substr(from, at_ - from);
        ++at_;
        return something ? std::optional(inside) : std::nullopt;
      }
      if (text_[at_] == '\\') ++at_;
      if (at_ == text_.size() || !token_character(text_[at_])) return std::nullopt;
      something = true;
      ++at_;
    }
    return std::nullopt;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// 8 … 15 in decimal, no sign, no leading zero (RFC 7692 7.1.2.1).
std::optional<std::uint8_t> window_bits(std::string_view text) {
  if (text.size() == 1 && (text[0] == '8' || text[0] == '9')) return static_cast<std::uint8_t>(text[0] - '0');
  if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5') {
    return static_cast<std::uint8_t>(10 + text[1] - '0');
  }
  return std::nullopt;
}

struct DeflateParameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<std::uint8_t> server_bits;
  bool client_bits = false;
};

// nullopt: a parameter that is unknown, given twice, or has no value it may have. `request`: client_max_window_bits may
// then stand without a value.
std::optional<DeflateParameters> read_parameters(const Extension& extension, bool request) {
  DeflateParameters read;
  for (const ExtensionParameter& parameter : extension.parameters) {
    if (parameter.quoted) return std::nullopt;
    const auto flag = [&parameter](bool& seen) {
      if (seen || parameter.value) return false;
      seen = true;
      return true;
    };
    if (parameter.name == "server_no_context_takeover") {
      if (!flag(read.server_no_context_takeover)) return std::nullopt;
    } else if (parameter.name == "client_no_context_takeover") {
      if (!flag(read.client_no_context_takeover)) return std::nullopt;
    } else if (parameter.name == "server_max_window_bits") {
      if (read.server_bits || !parameter.value) return std::nullopt;
      read.server_bits = window_bits(*parameter.value);
      if (!read.server_bits) return std::nullopt;
    } else if (parameter.name == "client_max_window_bits") {
      if (read.client_bits || (!request && !parameter.value)) return std::nullopt;
      if (parameter.value && !window_bits(*parameter.value)) return std::nullopt;
      read.client_bits = true;
    } else {
      return std::nullopt;
    }
  }
  return read;
}

}  // namespace

bool is_token(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), token_character); }

bool equals_ignore_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool parse_token_list(std::string_view header, std::vector<std::string_view>& out) {
  Cursor cursor(header);
  for (;;) {
    cursor.skip_blanks();
    if (const std::string_view token = cursor.token(); !token.empty()) {
      if (out.size() == kHandshakeListMax) return false;
      out.push_back(token);
      cursor.skip_blanks();
    }
    if (cursor.end()) return true;
    if (!cursor.take(',')) return false;
  }
}

bool parse_extensions(std::string_view header, std::vector<Extension>& out) {
  Cursor cursor(header);
  for (;;) {
    cursor.skip_blanks();
    if (const std::string_view name = cursor.token(); !name.empty()) {
      if (out.size() == kHandshakeListMax) return false;
      Extension& extension = out.emplace_back(Extension{name, {}});
      for (cursor.skip_blanks(); cursor.take(';'); cursor.skip_blanks()) {
        cursor.skip_blanks();
        ExtensionParameter parameter{cursor.token(), std::nullopt, false};
        if (parameter.name.empty() || extension.parameters.size() == kHandshakeListMax) return false;
        cursor.skip_blanks();
        if (cursor.take('=')) {
          cursor.skip_blanks();
          if (cursor.take('"')) {
            parameter.quoted = true;
            parameter.value = cursor.quoted_token();
            if (!parameter.value) return false;
          } else {
            parameter.value = cursor.token();
            if (parameter.value->empty()) return false;
          }
        }
        extension.parameters.push_back(parameter);
      }
    }
    if (cursor.end()) return true;
    if (!cursor.take(',')) return false;
  }
}

std::string DeflateAgreement::response() const {
  std::string text(kDeflateOffer);
  if (server_window_named) text += "; server_max_window_bits=" + std::to_string(server_window_bits);
  return text;
}

std::optional<DeflateAgreement> negotiate_deflate(const std::vector<Extension>& offers) {
  for (const Extension& offer : offers) {
    if (!equals_ignore_case(offer.name, kPermessageDeflate)) continue;
    // client_max_window_bits lets us narrow the client's window. Our inflater is shared and of full size: no need to.
    if (const auto read = read_parameters(offer, true)) return DeflateAgreement{read->server_bits.value_or(15), read->server_bits.has_value()};
  }
  return std::nullopt;
}

std::optional<DeflateAgreement> accept_deflate_response(const Extension& response) {
  if (!equals_ignore_case(response.name, kPermessageDeflate)) return std::nullopt;
  const auto read = read_parameters(response, false);
  // We offered no client_max_window_bits, so the answer may have none; and what we asked of the server it must confirm.
  if (!read || read->client_bits || !read->server_no_context_takeover) return std::nullopt;
  return DeflateAgreement{read->server_bits.value_or(15), read->server_bits.has_value()};
}

}  // namespace wk::websocket
