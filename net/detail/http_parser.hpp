// Reads one request of HTTP/1.1, in whatever pieces it comes.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "net/http_message.hpp"

namespace wk::detail {

// Purpose: bytes in, events out; stricter than RFC 9112 asks where requests are smuggled (two
// lengths, unknown codings, folded lines, control characters). Owner: a connection, one parser for
// each request. No thread of its own. Limits: Limits, kTargetBytesMax, kChunkLineBytesMax,
// kQueryParametersMax; each gives the status of its answer. Boost.Beast's parser does the reading;
// only http_parser.cpp knows.
class HttpParser {
 public:
  struct Limits {
    std::size_t head_bytes_max;
    std::size_t header_count_max;
  };
  explicit HttpParser(const Limits& limits);
  ~HttpParser();
  HttpParser(const HttpParser&) = delete;
  HttpParser& operator=(const HttpParser&) = delete;

  enum class Event {
    kNeedMore,  // call again with the unconsumed bytes and more behind them
    kHead,      // request() is filled but for its body
    kBody,      // `body` is the next piece
    kComplete,  // nothing of this request follows
    kError,     // `status` and `reason` for the answer; do not call again
  };
  struct Step {
    Event event = Event::kNeedMore;
    std::size_t consumed = 0;
    std::string_view body;
    int status = 0;
    std::string_view reason;
  };
  // At most one event a call.
  Step feed(std::string_view bytes);

  // --- from kHead on
  HttpRequest& request();
  bool keep_alive() const;
  bool expects_continue() const;
  bool chunked() const;
  bool has_body() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wk::detail
