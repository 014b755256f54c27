#include "net/detail/http_parser.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "net/limits.hpp"

namespace wk::detail {
namespace {

constexpr HttpParser::Limits kLimits{.head_bytes_max = 2'000, .header_count_max = 10};

// Everything a parser said about one request, as text that can be compared.
std::string summary(HttpParser& parser, const HttpParser::Step& step, const std::string& body) {
  if (step.event == HttpParser::Event::kError) return fmt::format("error {}", step.status);
  const HttpRequest& request = parser.request();
  std::string text = fmt::format("{} {} {}", request.method, request.path, request.http_1_1);
  for (const auto& [name, value] : request.query) text += fmt::format(" ?{}={}", name, value);
  for (const auto& [name, value] : request.headers) text += fmt::format(" {}:{}", name, value);
  return text + fmt::format(" keep={} body={}", parser.keep_alive(), body);
}

// Reads the requests of `input`, given in pieces whose sizes `next_size` chooses.
template <typename F>
std::string parse(std::string_view input, F next_size) {
  std::string result, kept, body;
  auto parser = std::make_unique<HttpParser>(kLimits);
  std::size_t given = 0;
  while (given < input.size()) {
    const std::size_t size = std::min<std::size_t>(next_size(), input.size() - given);
    kept.append(input.substr(given, size));
    given += size;
    for (;;) {
      const HttpParser::Step step = parser->feed(kept);
      body.append(step.body);
      if (step.event == HttpParser::Event::kError) return result + summary(*parser, step, body);
      kept.erase(0, step.consumed);
      if (step.event == HttpParser::Event::kNeedMore) break;
      if (step.event != HttpParser::Event::kComplete) continue;
      result += summary(*parser, step, body) + "\n";
      body.clear();
      parser = std::make_unique<HttpParser>(kLimits);
      if (kept.empty()) break;
    }
  }
  return result + (kept.empty() ? "" : "rest");
}

std::string parse_whole(std::string_view input) {
  return parse(input, [&] { return input.size(); });
}

const std::vector<std::string>& inputs() {
  static const std::vector<std::string> all = {
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /a%20b?x=1&y=%e4%bd%a0+1&z HTTP/1.1\r\nhost: a\r\nX-One:   spaced  \r\n\r\n",
      "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello\r\n\r\nxxGET /2 "
      "HTTP/1.1\r\nHost: b\r\n\r\n",
      "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n6;ext=\"1\"\r\n world\r\n0\r\nTrailer: t\r\n\r\nGET /after HTTP/1.1\r\nHost: "
      "a\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET http://example.com/abs?q=1 HTTP/1.1\r\nHost: example.com\r\n\r\n",
      "POST /bad HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello",
      "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n",
      "GET / HTTP/1.1\r\nX: 1\r\n\r\n",
  };
  return all;
}

TEST(HttpParser, ReadsRequests) {
  EXPECT_EQ(parse_whole(inputs()[0]), "GET / true Host:a keep=true body=\n");
  EXPECT_EQ(parse_whole(inputs()[1]),
            "GET /a b true ?x=1 ?y=你 1 ?z= host:a X-One:spaced keep=true body=\n");
  EXPECT_EQ(parse_whole(inputs()[2]),
            "POST /p true Host:a Content-Length:11 keep=true body=hello\r\n\r\nxx\n"
            "GET /2 true Host:b keep=true body=\n");
  EXPECT_EQ(parse_whole(inputs()[3]),
            "POST /c true Host:a Transfer-Encoding:chunked keep=true body=hello world\n"
            "GET /after true Host:a keep=true body=\n");
  EXPECT_EQ(parse_whole(inputs()[4]),
            "GET / false keep=false body=\nGET / false Connection:keep-alive keep=true body=\n");
  EXPECT_EQ(parse_whole(inputs()[6]), "GET /abs true ?q=1 Host:example.com keep=true body=\n");
}

TEST(HttpParser, AnswersTheSameByteByByte) {
  for (const std::string& input : inputs()) {
    EXPECT_EQ(parse(input, [] { return std::size_t{1}; }), parse_whole(input)) << input;
  }
}

TEST(HttpParser, AnswersTheSameInRandomPieces) {
  std::mt19937 random(4711);
  std::uniform_int_distribution<std::size_t> size(1, 20);
  for (const std::string& input : inputs()) {
    const std::string whole = parse_whole(input);
    for (int round = 0; round < 200; ++round) {
      ASSERT_EQ(parse(input, [&] { return size(random); }), whole) << input;
    }
  }
}

// Random damage: no crash, and the cuts do not matter.
TEST(HttpParser, AnswersTheSameForDamagedRequests) {
  std::mt19937 random(815);
  for (int round = 0; round < 5'000; ++round) {
    std::string input = inputs()[random() % inputs().size()];
    for (std::size_t i = 0; i < 1 + random() % 3; ++i) {
      input[random() % input.size()] = static_cast<char>(random() % 256);
    }
    const std::string whole = parse_whole(input);
    ASSERT_EQ(parse(input, [&] { return 1 + random() % 7; }), whole) << input;
  }
}

struct Case {
  const char* name;
  std::string input;
  int status;
};

class HttpParserRefuses : public ::testing::TestWithParam<Case> {};

TEST_P(HttpParserRefuses, WithTheRightStatus) {
  EXPECT_EQ(parse_whole(GetParam().input), fmt::format("error {}", GetParam().status));
}

std::string with(std::string_view headers) {
  return fmt::format("POST / HTTP/1.1\r\nHost: a\r\n{}\r\n\r\n0\r\n\r\n", headers);
}

INSTANTIATE_TEST_SUITE_P(
    Smuggling, HttpParserRefuses,
    ::testing::Values(
        Case{"BothLengths", with("Content-Length: 5\r\nTransfer-Encoding: chunked"), 400},
        Case{"BothLengthsTurned", with("Transfer-Encoding: chunked\r\nContent-Length: 5"), 400},
        Case{"TwoLengths", with("Content-Length: 5\r\nContent-Length: 6"), 400},
        Case{"TwoEqualLengths", with("Content-Length: 5\r\nContent-Length: 5"), 400},
        Case{"LengthList", with("Content-Length: 5, 5"), 400},
        Case{"NegativeLength", with("Content-Length: -5"), 400},
        Case{"SignedLength", with("Content-Length: +5"), 400},
        Case{"HexLength", with("Content-Length: 0x5"), 400},
        Case{"HugeLength", with("Content-Length: 99999999999999999999999"), 400},
        Case{"EmptyLength", with("Content-Length: "), 400},
        Case{"TwoCodings", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400},
        Case{"OtherCoding", with("Transfer-Encoding: gzip, chunked"), 501},
        Case{"MisspeltCoding", with("Transfer-Encoding: xchunked"), 501},
        Case{"IdentityCoding", with("Transfer-Encoding: identity"), 501},
        Case{"SpaceBeforeColon", with("Content-Length : 5"), 400},
        Case{"Folded", with("X: a\r\n Content-Length: 5"), 400},
        Case{"BareLineFeed", with("X: a\nContent-Length: 5"), 400},
        Case{"BareReturn", with("X: a\rContent-Length: 5"), 400},
        Case{"Nul", with(std::string_view("X: a\0b", 6)), 400},
        Case{"CodingIn1_0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        Case{"TwoHosts", with("Host: b"), 400}, Case{"NoHost", "GET / HTTP/1.1\r\n\r\n", 400}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Limits, HttpParserRefuses,
    ::testing::Values(
        Case{"LongHead", with("X: " + std::string(3'000, 'x')), 431},
        Case{"LongHeadNotEnding", "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(3'000, 'x'),
             431},
        Case{"LongTarget", "GET /" + std::string(3'000, 'x'), 414},
        Case{"ManyHeaders",
             with("A: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1"),
             431},
        Case{"LongChunkLine",
             with("Transfer-Encoding: chunked").substr(0, 60) +
                 std::string(net_limits::kChunkLineBytesMax + 1'000, '0'),
             400},
        Case{"Version2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        Case{"Expectation", with("Expect: a-miracle"), 417},
        Case{"Binary", std::string("\x16\x03\x01\x02\x00", 5), 400}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Targets, HttpParserRefuses,
    ::testing::Values(Case{"DotDot", "GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                      Case{"EncodedDotDot", "GET /a/%2e%2E/b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                      Case{"EncodedSlashes", "GET /..%2fb HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                      Case{"EncodedNul", "GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                      Case{"BadEscape", "GET /a%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                      Case{"CutEscape", "GET /a%2 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                      Case{"NoSlash", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
                      Case{"Connect", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace wk::detail

namespace wk {
namespace {

TEST(HttpHeaders, CompareWithoutCase) {
  HttpHeaders headers{{"Connection", "keep-alive, Upgrade"}, {"X", "1"}, {"x", "2"}};
  EXPECT_EQ(headers.get("connection"), "keep-alive, Upgrade");
  EXPECT_TRUE(headers.has_token("CONNECTION", "upgrade"));
  EXPECT_FALSE(headers.has_token("Connection", "up"));
  EXPECT_EQ(headers.joined("X"), "1, 2");
  headers.set("X", "3");
  EXPECT_EQ(headers.joined("x"), "3");
}

TEST(HttpRequest, FindsCookies) {
  HttpRequest request;
  request.headers.add("Cookie", "a=1; session=abc=; b=\"q\"");
  EXPECT_EQ(request.cookie("session"), "abc=");
  EXPECT_EQ(request.cookie("b"), "q");
  EXPECT_FALSE(request.cookie("ses"));
}

TEST(HttpDate, GoesBothWays) {
  EXPECT_EQ(http_date(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784'111'777);
  EXPECT_FALSE(parse_http_date("yesterday"));
  EXPECT_FALSE(parse_http_date("Sun, 06 Xyz 1994 08:49:37 GMT"));
}

}  // namespace
}  // namespace wk
