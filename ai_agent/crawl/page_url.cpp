#include "ai_agent/crawl/page_url.hpp"

#include <curl/curl.h>
#include <unicode/uidna.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include "ai_agent/crawl/limits.hpp"
#include "ai_agent/crawl/robots.hpp"

namespace wk::ai {
namespace {

struct UrlFree {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

bool alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// Of a host, or an IPv4 address; a label has a character at least (RFC 1035, 2.3.1). "_" is none of the RFC's, and is used.
bool is_name(std::string_view host) {
  if (host.starts_with('.') || host.ends_with('.') || host.find("..") != std::string_view::npos) return false;
  return std::all_of(host.begin(), host.end(), [](char c) { return alphanumeric(c) || c == '-' || c == '.' || c == '_'; });
}

// "mailto" of "mailto:a@b.c"; empty where there is none.
std::string scheme_of(std::string_view text) {
  std::string scheme;
  for (const char c : text) {
    if (c == ':') return scheme;
    if (!alphanumeric(c) && c != '+' && c != '-' && c != '.') return {};
    scheme += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return {};
}

std::optional<std::string> part(CURLU* url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return std::nullopt;
  std::string copy(text);
  curl_free(text);
  return copy;
}

// A name in other letters as the domain name system has it (UTS 46, as browsers do). Not by libcurl, which loses memory for each name that is none
// (CURLU_PUNYCODE in 7.88).
std::optional<std::string> ascii_host(const std::string& host) {
  if (std::all_of(host.begin(), host.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return host;
  UErrorCode status = U_ZERO_ERROR;
  static UIDNA* const names = uidna_openUTS46(UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII, &status);
  constexpr std::size_t kNameBytesMax = 256;  // RFC 1035, 2.3.4
  std::array<char, kNameBytesMax> out{};
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  const auto bytes = uidna_nameToASCII_UTF8(names, host.data(), static_cast<std::int32_t>(host.size()), out.data(), static_cast<std::int32_t>(out.size()), &info, &status);
  if (names == nullptr || U_FAILURE(status) || info.errors != 0) return std::nullopt;
  return std::string(out.data(), static_cast<std::size_t>(bytes));
}

// As browsers do: blanks around it do not count, line ends and tabs within neither (URL Standard, 4.4).
std::string cleaned(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= 0x20) text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= 0x20) text.remove_suffix(1);
  std::string out;
  for (const char c : text) {
    if (c != '\t' && c != '\r' && c != '\n') out += c;
  }
  return out.substr(0, out.find('#'));
}

// How often an address is taken apart until it stays as it is. Escapes hide what libcurl would see ("5%2e5" is a number, "%2e%2e" leads up), so one
// turn need not be the last; what needs more than these is nobody's page.
constexpr int kTurnsMax = 4;

}  // namespace

std::optional<PageUrl> PageUrl::normal(std::string_view base, const std::string& reference) {
  auto url = taken_apart(base, reference);
  for (int turn = 0; url && turn < kTurnsMax; ++turn) {
    auto again = taken_apart({}, url->text_);
    if (!again || *again == *url) return again;
    url = std::move(again);
  }
  return std::nullopt;
}

std::optional<PageUrl> PageUrl::taken_apart(std::string_view base, const std::string& reference) {
  if (reference.size() > crawl_limits::kUrlBytesMax || reference.find('\0') != std::string::npos) return std::nullopt;
  if (const std::string scheme = scheme_of(reference); !scheme.empty() && scheme != "http" && scheme != "https") return std::nullopt;
  const std::unique_ptr<CURLU, UrlFree> url(curl_url());
  constexpr unsigned kFlags = CURLU_URLENCODE | CURLU_DISALLOW_USER;
  if (!url || (!base.empty() && curl_url_set(url.get(), CURLUPART_URL, std::string(base).c_str(), kFlags) != CURLUE_OK)) return std::nullopt;
  if (curl_url_set(url.get(), CURLUPART_URL, reference.c_str(), kFlags) != CURLUE_OK) return std::nullopt;
  const auto scheme = part(url.get(), CURLUPART_SCHEME);
  const auto written = part(url.get(), CURLUPART_HOST);
  auto host = written ? ascii_host(*written) : std::nullopt;
  const auto path = part(url.get(), CURLUPART_PATH);
  if (!scheme || (*scheme != "http" && *scheme != "https") || !host || host->empty() || !path) return std::nullopt;
  for (char& c : *host) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  // "shop.example." is the same host.
  if (host->size() > 1 && host->back() == '.') host->pop_back();
  if (!host->starts_with('[') && !is_name(*host)) return std::nullopt;
  PageUrl made;
  made.text_ = *scheme + "://" + *host;
  if (const auto port = part(url.get(), CURLUPART_PORT, CURLU_NO_DEFAULT_PORT)) made.text_ += ":" + *port;
  made.origin_end_ = made.text_.size();
  made.host_ = std::move(*host);
  made.text_ += normal_octets(path->empty() ? "/" : *path);
  if (const auto query = part(url.get(), CURLUPART_QUERY); query && !query->empty()) made.text_ += "?" + normal_octets(*query);
  if (made.text_.size() > crawl_limits::kUrlBytesMax) return std::nullopt;
  return made;
}

std::optional<PageUrl> PageUrl::parse(std::string_view text) {
  const std::string clean = cleaned(text);
  // Without a scheme it would be a reference to nothing.
  if (scheme_of(clean).empty()) return std::nullopt;
  return normal({}, clean);
}

std::optional<PageUrl> PageUrl::resolve(std::string_view reference) const {
  const std::string clean = cleaned(reference);
  return clean.empty() ? std::nullopt : normal(text_, clean);
}

CrawlScope::CrawlScope(const PageUrl& start) : origin_(start.origin()), directory_(start.path().substr(0, start.path().rfind('/') + 1)) {}

bool looks_like_a_loop(const PageUrl& url) {
  std::map<std::string_view, unsigned> seen;
  std::string_view rest = url.path();
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    if (!segment.empty() && ++seen[segment] > crawl_limits::kSegmentRepeatsMax) return true;
  }
  return false;
}

}  // namespace wk::ai
