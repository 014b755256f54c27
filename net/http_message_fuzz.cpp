// The values of headers and targets that have a grammar of their own: queries, escapes, dates, ranges, addresses, entity tags.
#include <string>

#include "base/assert.hpp"
#include "net/address.hpp"
#include "net/detail/http_file.hpp"
#include "net/http_message.hpp"
#include "net/limits.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace wk {
namespace {

void try_query(std::string_view text) {
  const auto query = HttpQuery::parse(text);
  if (!query) return;
  WK_ASSERT(query->size() <= net_limits::kQueryParametersMax);
  for (const auto& [name, value] : *query) WK_ASSERT(name.size() + value.size() <= text.size() && query->has(name));
}

void try_escapes(std::string_view text) {
  const auto decoded = percent_decode(text, false);
  if (!decoded) return;
  WK_ASSERT(decoded->size() <= text.size());
  // Written with every byte escaped it reads the same.
  std::string escaped;
  for (const char c : *decoded) {
    constexpr std::string_view kHex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    escaped.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
  WK_ASSERT(percent_decode(escaped, true) == decoded);
}

void try_date(std::string_view text) {
  const auto seconds = parse_http_date(text);
  if (seconds) WK_ASSERT(parse_http_date(http_date(*seconds)) == seconds);
}

void try_address(std::string_view text) {
  if (const auto address = IpAddress::parse(text)) WK_ASSERT(IpAddress::parse(address->text()) == address);
  if (const auto endpoint = Endpoint::parse(text)) {
    const auto again = Endpoint::parse(endpoint->text());
    WK_ASSERT(again && again->address == endpoint->address && again->port == endpoint->port);
  }
  (void)IpNetwork::parse(text);
}

// X-Forwarded-For: the answer is the peer, or an address that stands in the list and is not a proxy's.
void try_forwarded(std::string_view text) {
  static const std::vector<IpNetwork> kProxies{*IpNetwork::parse("10.0.0.0/8"), *IpNetwork::parse("fd00::/8")};
  static const IpAddress kProxy = *IpAddress::parse("10.0.0.1"), kStranger = *IpAddress::parse("192.0.2.7");
  WK_ASSERT(client_address(kStranger, text, kProxies) == kStranger);
  (void)client_address(kProxy, text, kProxies);
}

void try_file_conditions(fuzz::Input input) {
  const detail::OpenedFile file{.fd = nullptr, .bytes = input.number() >> (input.byte() & 31), .modified_s = 784'111'777, .etag = "\"tag\""};
  HttpRequest request;
  request.method = "GET";
  for (const char* name : {"Range", "If-Range", "If-None-Match", "If-Modified-Since"}) {
    const std::string_view value = input.line();
    if (!value.empty()) request.headers.add(name, std::string(value));
  }
  const detail::FilePart part = detail::part_asked_for(request, file.etag, file);
  if (part.kind == detail::FilePart::Kind::kPart) WK_ASSERT(part.bytes > 0);
  WK_ASSERT(part.offset <= file.bytes && part.bytes <= file.bytes - part.offset);
}

void try_cookie(std::string_view text) {
  HttpRequest request;
  request.headers.add("Cookie", std::string(text));
  if (const auto value = request.cookie("weikeyi")) WK_ASSERT(value->find(';') == std::string_view::npos);
  (void)request.headers.has_token("cookie", "a");
}

}  // namespace
}  // namespace wk

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wk::fuzz::Input input(data, size);
  switch (input.byte() % 7) {
    case 0: wk::try_query(input.rest()); break;
    case 1: wk::try_escapes(input.rest()); break;
    case 2: wk::try_date(input.rest()); break;
    case 3: wk::try_address(input.rest()); break;
    case 4: wk::try_forwarded(input.rest()); break;
    case 5: wk::try_file_conditions(input); break;
    default: wk::try_cookie(input.rest()); break;
  }
  return 0;
}
