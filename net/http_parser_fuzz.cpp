// A stream of requests as a connection reads it: what is understood must not depend on how the bytes were cut, and nothing
// that is handed out may be what the parser promises to have refused.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include "base/assert.hpp"
#include "net/detail/http_parser.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace wk {
namespace {

using detail::HttpParser;
using Event = HttpParser::Event;

// Small, so that inputs of a few hundred bytes reach them.
constexpr HttpParser::Limits kSmall{.head_bytes_max = 600, .header_count_max = 12};
constexpr HttpParser::Limits kUsual{.head_bytes_max = 16 * 1024, .header_count_max = 64};
constexpr int kRequestsMax = 8;

void check_head(const HttpRequest& request, const HttpParser::Limits& limits) {
  WK_ASSERT(!request.method.empty());
  WK_ASSERT(request.path.starts_with('/') || request.path == "*");
  WK_ASSERT(request.path.find('\0') == std::string::npos);
  for (std::size_t begin = 0; begin <= request.path.size();) {
    const std::size_t end = std::min(request.path.find('/', begin), request.path.size());
    const std::string_view segment = std::string_view(request.path).substr(begin, end - begin);
    WK_ASSERT(segment != "." && segment != "..");
    begin = end + 1;
  }
  WK_ASSERT(request.headers.size() <= limits.header_count_max);
  for (const auto& [name, value] : request.headers) {
    WK_ASSERT(!name.empty() && name.find_first_of(std::string_view(" \t\r\n\0:", 6)) == std::string::npos);
    WK_ASSERT(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
  }
  WK_ASSERT(!request.http_1_1 || request.headers.has("Host"));
  // Two ways to say where the body ends are how requests are smuggled.
  WK_ASSERT(!(request.headers.has("Content-Length") && request.headers.has("Transfer-Encoding")));
}

std::string told(HttpParser& parser) {
  const HttpRequest& request = parser.request();
  std::string text = fmt::format("{} {} {} 1.1:{} keep:{} expect:{} chunked:{} body:{} length:{}\n", request.method, request.target,
                                 request.path, request.http_1_1, parser.keep_alive(), parser.expects_continue(), parser.chunked(),
                                 parser.has_body(), request.content_length ? fmt::to_string(*request.content_length) : "none");
  for (const auto& [name, value] : request.query) text += fmt::format("?{}={}\n", name, value);
  for (const auto& [name, value] : request.headers) text += fmt::format("{}: {}\n", name, value);
  return text;
}

// What HttpConnection makes of the bytes: the unconsumed rest stands before what comes next.
class Reader {
 public:
  explicit Reader(const HttpParser::Limits& limits) : limits_(limits) {}

  void take(std::string_view piece) {
    kept_ += piece;
    std::string_view rest = kept_;
    while (!over_) {
      if (!parser_) {
        while (!rest.empty() && (rest.front() == '\r' || rest.front() == '\n')) rest.remove_prefix(1);
        if (rest.empty()) break;
        if (++requests_ > kRequestsMax) {
          over_ = true;
          break;
        }
        parser_ = std::make_unique<HttpParser>(limits_);
      }
      const HttpParser::Step step = parser_->feed(rest);
      WK_ASSERT(step.consumed <= rest.size());
      rest.remove_prefix(step.consumed);
      if (step.event == Event::kNeedMore) break;
      on(step);
    }
    kept_.erase(0, kept_.size() - rest.size());
    WK_ASSERT(over_ || kept_.size() <= limits_.head_bytes_max + 5000);
  }

  const std::string& story() const { return story_; }

 private:
  void on(const HttpParser::Step& step) {
    switch (step.event) {
      case Event::kHead:
        check_head(parser_->request(), limits_);
        story_ += told(*parser_);
        break;
      case Event::kBody:
        WK_ASSERT(!step.body.empty() && parser_->has_body());
        story_ += step.body;
        body_ += step.body.size();
        break;
      case Event::kComplete:
        if (const auto length = parser_->request().content_length) WK_ASSERT(body_ == *length);
        story_ += "\n--\n";
        body_ = 0;
        parser_.reset();
        break;
      case Event::kError:
        WK_ASSERT(step.status == 400 || step.status == 413 || step.status == 414 || step.status == 417 || step.status == 431 || step.status == 501 ||
                  step.status == 505);
        story_ += fmt::format("\n!! {}\n", step.status);
        over_ = true;
        break;
      case Event::kNeedMore:
        break;
    }
  }

  const HttpParser::Limits limits_;
  std::unique_ptr<HttpParser> parser_;
  std::string kept_;
  std::string story_;
  std::uint64_t body_ = 0;
  int requests_ = 0;
  bool over_ = false;
};

}  // namespace
}  // namespace wk

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wk::fuzz::Input input(data, size);
  const std::uint8_t choice = input.byte();
  const std::string_view bytes = input.rest();
  const auto& limits = (choice & 0x80) != 0 ? wk::kUsual : wk::kSmall;
  wk::Reader whole(limits), cut(limits);
  whole.take(bytes);
  for (wk::fuzz::Pieces pieces(bytes, choice); pieces.more();) cut.take(pieces.next());
  if (whole.story() != cut.story()) {
    std::fprintf(stderr, "at once:\n%s\nin pieces:\n%s\n", whole.story().c_str(), cut.story().c_str());
    WK_ASSERT(whole.story() == cut.story());
  }
  return 0;
}
