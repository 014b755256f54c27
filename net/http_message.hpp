// Requests and answers of HTTP/1.1 as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/shared_bytes.hpp"
#include "net/address.hpp"

namespace wk {

// Header lines in their order; names compare without case.
class HttpHeaders {
 public:
  using Field = std::pair<std::string, std::string>;
  HttpHeaders() = default;
  HttpHeaders(std::initializer_list<Field> fields) : fields_(fields) {}

  // The first value; nullopt when there is none.
  std::optional<std::string_view> find(std::string_view name) const;
  // The first value, or "".
  std::string_view get(std::string_view name) const {
    return find(name).value_or(std::string_view());
  }
  bool has(std::string_view name) const { return find(name).has_value(); }
  // All values joined with ", ".
  std::string joined(std::string_view name) const;
  // Whether a comma-separated list (Connection, Upgrade …) names `token`, without case.
  bool has_token(std::string_view name, std::string_view token) const;
  void add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
  }
  // Replaces all of that name.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);
  std::size_t size() const { return fields_.size(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<Field> fields_;
};

// "a=1&b=x%20y" decoded, in its order. Not for header values.
class HttpQuery {
 public:
  // nullopt: a bad escape, or more than kQueryParametersMax.
  static std::optional<HttpQuery> parse(std::string_view text);
  std::optional<std::string_view> find(std::string_view name) const;
  std::string_view get(std::string_view name) const {
    return find(name).value_or(std::string_view());
  }
  bool has(std::string_view name) const { return find(name).has_value(); }
  auto begin() const { return parameters_.begin(); }
  auto end() const { return parameters_.end(); }
  std::size_t size() const { return parameters_.size(); }

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

struct HttpRequest {
  std::string method;  // as sent: "GET"
  std::string target;  // as sent: "/a%20b?x=1"
  std::string path;  // decoded, without the query: "/a b". No "." or ".." segments, no NUL, begins
                     // with '/' (or is "*").
  HttpQuery query;
  HttpHeaders headers;
  std::string body;  // of a BufferedBody route, once complete
  std::optional<std::uint64_t> content_length;
  IpAddress peer;       // of the socket
  IpAddress client;     // of the client: X-Forwarded-For from a trusted proxy, else the peer
  Milliseconds over_limit{0};  // above 0: HttpServer::Admitted
  bool secure = false;  // TLS here, or X-Forwarded-Proto: https from a trusted proxy
  bool http_1_1 = true;

  // A cookie of the Cookie header, as sent.
  std::optional<std::string_view> cookie(std::string_view name) const;
};

// Bytes that live as long as the program (embedded assets).
struct HttpStaticBody {
  std::string_view bytes;
};

// A file, read in pieces on the server's file pool. Gives ETag, Last-Modified, Accept-Ranges and
// answers If-None-Match, If-Modified-Since, Range and If-Range by itself (304, 206, 416); 404 when
// it cannot be opened. Headers that the answer already has (ETag, Content-Type, Cache-Control) are
// kept. Content-Type should be set by who knows it.
struct HttpFileBody {
  std::string path;
};

struct HttpResponse {
  int status = 200;
  HttpHeaders
      headers;  // without Content-Length, Transfer-Encoding, Connection and Date: those are ours
  std::variant<std::string, SharedBytes, HttpStaticBody, HttpFileBody> body;

  static HttpResponse text(int status, std::string body,
                           std::string content_type = "text/plain; charset=utf-8");
  static HttpResponse json(int status, std::string body);
  static HttpResponse empty(int status);
  static HttpResponse file(std::string path, std::string content_type);
};

std::string_view http_reason_phrase(int status);
// "%41+b" → "A+b" ('+' becomes a space only when `plus_is_space`); nullopt for a bad escape.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(std::int64_t unix_seconds);
std::optional<std::int64_t> parse_http_date(std::string_view text);
// Whether If-None-Match of the request names this (quoted) tag, so that 304 is the answer.
bool etag_matches(const HttpRequest& request, std::string_view etag);
bool equals_ignoring_case(std::string_view a, std::string_view b);

}  // namespace wk
