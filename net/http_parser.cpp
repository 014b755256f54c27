#include "net/detail/http_parser.hpp"

// The one file that sees Beast.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#pragma GCC diagnostic pop

#include <algorithm>

#include "net/limits.hpp"

namespace wk::detail {
namespace {

namespace http = boost::beast::http;
using BeastString = boost::beast::string_view;
using boost::beast::error_code;

std::string_view view(BeastString text) { return {text.data(), text.size()}; }

// RFC 3986: no "." or ".." may be left for a file system to understand.
bool has_dot_segment(std::string_view path) {
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    if (segment == "." || segment == "..") return true;
    begin = end + 1;
  }
  return false;
}

struct Fault {
  int status;
  std::string_view reason;
};

Fault fault_of(const error_code& error) {
  if (error == http::error::header_limit) return {431, "head too large"};
  if (error == http::error::bad_version) return {505, "HTTP/1.1 is spoken here"};
  if (error == http::error::bad_method) return {400, "bad method"};
  if (error == http::error::bad_target) return {400, "bad target"};
  if (error == http::error::bad_content_length || error == http::error::multiple_content_length) {
    return {400, "bad Content-Length"};
  }
  if (error == http::error::bad_transfer_encoding) return {400, "bad Transfer-Encoding"};
  if (error == http::error::bad_chunk || error == http::error::bad_chunk_extension) {
    return {400, "bad chunk"};
  }
  return {400, "malformed request"};
}

class BeastParser final : public http::basic_parser<true> {
 public:
  explicit BeastParser(const HttpParser::Limits& limits) : limits_(limits) {
    header_limit(static_cast<std::uint32_t>(limits.head_bytes_max));
    body_limit(boost::none);  // the route's business
  }

  HttpRequest request;
  std::string_view piece;
  Fault fault{};
  bool head_done = false;
  bool te_chunked = false;
  std::uint64_t chunk_bytes_left = 0;
  bool expect_continue = false;

 private:
  void refuse(int status, std::string_view reason, error_code& error) {
    fault = {status, reason};
    error = http::error::bad_value;
  }

  void on_request_impl(http::verb, BeastString method, BeastString target, int version,
                       error_code& error) override {
    if (target.size() > net_limits::kTargetBytesMax) return refuse(414, "target too long", error);
    request.method = view(method);
    request.target = view(target);
    request.http_1_1 = version >= 11;
    std::string_view rest = request.target;
    // A proxy's form: the authority says nothing that Host does not.
    for (const std::string_view scheme : {"http://", "https://"}) {
      if (!rest.starts_with(scheme)) continue;
      const auto slash = rest.find_first_of("/?", scheme.size());
      rest = slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash);
    }
    if (rest == "*" && request.method == "OPTIONS") {
      request.path = "*";
      return;
    }
    if (rest.find('#') != std::string_view::npos) return refuse(400, "bad target", error);
    const auto question = rest.find('?');
    auto path = percent_decode(rest.substr(0, question), false);
    if (!path || !path->starts_with('/') || path->find('\0') != std::string::npos ||
        has_dot_segment(*path)) {
      return refuse(400, "bad target", error);
    }
    request.path = std::move(*path);
    if (question == std::string_view::npos) return;
    auto query = HttpQuery::parse(rest.substr(question + 1));
    if (!query) return refuse(400, "bad query", error);
    request.query = std::move(*query);
  }

  void on_field_impl(http::field field, BeastString name, BeastString value,
                     error_code& error) override {
    // Trailers: of no use to us, and a way to sneak headers past whoever looked at the head.
    if (head_done) {
      if (++trailers_ > limits_.header_count_max) refuse(400, "too many trailers", error);
      return;
    }
    if (request.headers.size() >= limits_.header_count_max) {
      return refuse(431, "too many header lines", error);
    }
    switch (field) {
      case http::field::host:
        if (std::exchange(host_, true)) return refuse(400, "two Host lines", error);
        break;
      case http::field::content_length:
        // Beast takes lists of equal numbers; whoever stands before us may not.
        if (std::exchange(content_length_, true) || value.empty() ||
            !std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; })) {
          return refuse(400, "bad Content-Length", error);
        }
        break;
      case http::field::transfer_encoding:
        if (std::exchange(transfer_encoding_, true)) {
          return refuse(400, "bad Transfer-Encoding", error);
        }
        if (!equals_ignoring_case(view(value), "chunked")) {
          return refuse(501, "unknown Transfer-Encoding", error);
        }
        te_chunked = true;
        break;
      case http::field::expect:
        if (!equals_ignoring_case(view(value), "100-continue")) {
          return refuse(417, "unknown expectation", error);
        }
        expect_continue = true;
        break;
      default:
        break;
    }
    request.headers.add(std::string(view(name)), std::string(view(value)));
  }

  void on_header_impl(error_code& error) override {
    if (request.http_1_1 && !host_) return refuse(400, "Host is missing", error);
    if (transfer_encoding_ && (content_length_ || !request.http_1_1)) {
      return refuse(400, "bad Transfer-Encoding", error);
    }
    if (content_length_) request.content_length = *content_length();
    head_done = true;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(BeastString body, error_code&) override {
    piece = view(body);
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t bytes, BeastString, error_code& error) override {
    if (bytes > net_limits::kChunkBytesMax) return refuse(413, "chunk too large", error);
    chunk_bytes_left = bytes;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, BeastString body, error_code&) override {
    piece = view(body);
    chunk_bytes_left -= body.size();
    return body.size();
  }
  void on_finish_impl(error_code&) override {}
  void on_response_impl(int, BeastString, int, error_code&) override {}

  const HttpParser::Limits limits_;
  std::size_t trailers_ = 0;
  bool host_ = false, content_length_ = false, transfer_encoding_ = false;
};

}  // namespace

struct HttpParser::Impl {
  explicit Impl(const Limits& given) : limits(given), beast(given) {}

  // Beast reads the head once all of it is there. Until then: how far was it looked through, and
  // what is wrong already?
  Step check_head(std::string_view bytes);

  const Limits limits;
  BeastParser beast;
  std::size_t searched = 0;
  std::size_t head_bytes = 0;  // once all of it is there
  bool head_told = false;
};

HttpParser::HttpParser(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {}
HttpParser::~HttpParser() = default;

HttpParser::Step HttpParser::Impl::check_head(std::string_view bytes) {
  const auto error = [](int status, std::string_view reason) {
    return Step{Event::kError, 0, {}, status, reason};
  };
  // Other bytes than a method at the very begin (TLS on the plain port …) need not wait for a
  // time-out.
  if (const auto first = static_cast<unsigned char>(bytes.front()); first <= ' ' || first >= 0x7f) {
    return error(400, "malformed request");
  }
  const std::size_t from = searched > 3 ? searched - 3 : 0;
  const std::size_t end = bytes.find("\r\n\r\n", from);
  searched = bytes.size();
  const bool complete = end != std::string_view::npos;
  const std::string_view head = bytes.substr(0, complete ? end + 2 : bytes.size());
  if (complete ? head.size() + 2 > limits.head_bytes_max : head.size() >= limits.head_bytes_max) {
    return std::min(head.find('\n'), head.size()) >= limits.head_bytes_max
               ? error(414, "target too long")
               : error(431, "head too large");
  }
  if (!complete) return {};
  // Folded lines and bare line ends are where two readers of one request disagree.
  for (std::size_t i = 0; i < head.size(); ++i) {
    const char c = head[i];
    const bool line_end = c == '\r' && i + 1 < head.size() && head[i + 1] == '\n';
    if (line_end) {
      ++i;
      if (i + 1 < head.size() && (head[i + 1] == ' ' || head[i + 1] == '\t')) {
        return error(400, "folded header line");
      }
    } else if (c == '\r' || c == '\n' || c == '\0') {
      return error(400, "malformed request");
    }
  }
  head_bytes = end + 4;
  return {Event::kHead, 0, {}, 0, {}};
}

HttpParser::Step HttpParser::feed(std::string_view bytes) {
  BeastParser& beast = impl_->beast;
  if (impl_->head_told && beast.is_done()) return {Event::kComplete, 0, {}, 0, {}};
  if (bytes.empty()) return {};
  if (!beast.head_done) {
    const Step checked = impl_->check_head(bytes);
    if (checked.event != Event::kHead) return checked;
  }
  std::size_t consumed = 0;
  // A chunk's size line is no event of its own: go on until there is one.
  for (;;) {
    beast.piece = {};
    error_code error;
    // Of a head it gets exactly that: of a wrong one it would look at what stands behind.
    const std::string_view rest =
        beast.head_done ? bytes.substr(consumed) : bytes.substr(0, impl_->head_bytes);
    // Beast (1.81) asserts that a last chunk it has seen the beginning of comes back with at least
    // these; less ends the process where assertions are on.
    constexpr std::size_t kLastChunkBytesMin = std::string_view("0\r\n\r\n").size();
    if (beast.te_chunked && beast.head_done && impl_->head_told && beast.chunk_bytes_left == 0 &&
        rest.size() < kLastChunkBytesMin) {
      return {Event::kNeedMore, consumed, {}, 0, {}};
    }
    const std::size_t used = beast.put({rest.data(), rest.size()}, error);
    consumed += used;
    if (error && error != http::error::need_more) {
      // Behind the head it is the trailer's limit, and said as below.
      const bool trailer_limit = impl_->head_told && error == http::error::header_limit;
      const Fault fault = beast.fault.status != 0 ? beast.fault : trailer_limit ? Fault{400, "chunk line too long"} : fault_of(error);
      return {Event::kError, consumed, {}, fault.status, fault.reason};
    }
    if (!beast.head_done) return {Event::kError, consumed, {}, 400, "malformed request"};
    if (!std::exchange(impl_->head_told, true)) {
      return {Event::kHead, consumed, {}, 0, {}};
    }
    // The line is too long whether it came at once or was waited for (below).
    if (beast.piece.empty() && used > net_limits::kChunkLineBytesMax + 1) {
      return {Event::kError, consumed, {}, 400, "chunk line too long"};
    }
    if (!beast.piece.empty()) return {Event::kBody, consumed, beast.piece, 0, {}};
    if (beast.is_done()) return {Event::kComplete, consumed, {}, 0, {}};
    if (error == http::error::need_more || consumed == bytes.size()) {
      if (bytes.size() - consumed > net_limits::kChunkLineBytesMax) {
        return {Event::kError, consumed, {}, 400, "chunk line too long"};
      }
      return {Event::kNeedMore, consumed, {}, 0, {}};
    }
  }
}

HttpRequest& HttpParser::request() { return impl_->beast.request; }
bool HttpParser::keep_alive() const { return impl_->beast.keep_alive(); }
bool HttpParser::expects_continue() const {
  return impl_->beast.expect_continue && impl_->beast.request.http_1_1;
}
bool HttpParser::chunked() const { return impl_->beast.te_chunked; }
bool HttpParser::has_body() const {
  return impl_->beast.te_chunked || impl_->beast.request.content_length.value_or(0) > 0;
}

}  // namespace wk::detail
