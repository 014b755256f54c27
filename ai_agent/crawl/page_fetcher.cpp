#include "ai_agent/crawl/page_fetcher.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>

#include "ai_agent/crawl/limits.hpp"
#include "ai_agent/crawl/public_address.hpp"
#include "ai_agent/crawl/robots.hpp"

namespace wk::ai {
namespace {

using namespace crawl_limits;

tl::unexpected<Error> failed(ErrorCode code, const char* reason, std::string context) { return fail(Error{code, std::move(context), reason, 0}); }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

void take_content_type(std::string_view value, FetchedPage& page) {
  page.media_type = lower(trimmed(value.substr(0, value.find(';'))));
  const std::string all = lower(value);
  const std::size_t at = all.find("charset=");
  std::string_view name = at == std::string::npos ? std::string_view() : std::string_view(all).substr(at + 8);
  if (name.starts_with('"')) name.remove_prefix(1);
  page.charset = name.substr(0, name.find_first_of("\"; \t"));
}

std::optional<std::chrono::seconds> retry_after(std::string_view value) {
  unsigned seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error == std::errc() && end == value.data() + value.size()) return std::chrono::seconds(seconds);
  const time_t at = curl_getdate(std::string(value).c_str(), nullptr);
  return at < 0 ? std::nullopt : std::optional(std::chrono::seconds(std::max<time_t>(0, at - time(nullptr))));
}

// What one request comes to, told by libcurl piece by piece.
struct Arrival {
  FetchedPage page;
  std::size_t bytes_max = 0;
  std::size_t header_bytes = 0;
  bool private_addresses = false;
  bool too_large = false;
  bool refused_address = false;
  std::stop_token stop;

  static std::size_t on_body(char* bytes, std::size_t one, std::size_t count, void* self) {
    auto& arrival = *static_cast<Arrival*>(self);
    // Counted unpacked: a small answer may unpack to any size.
    if (arrival.page.body.size() + one * count > arrival.bytes_max) {
      arrival.too_large = true;
      return 0;
    }
    arrival.page.body.append(bytes, one * count);
    return one * count;
  }
  static std::size_t on_header(char* bytes, std::size_t one, std::size_t count, void* self) {
    auto& arrival = *static_cast<Arrival*>(self);
    const std::string_view line(bytes, one * count);
    arrival.header_bytes += line.size();
    if (arrival.header_bytes > kHeadersBytesMax) {
      arrival.too_large = true;
      return 0;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || line.size() > kHeaderBytesMax) return line.size();
    const std::string name = lower(line.substr(0, colon));
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (name == "content-type") take_content_type(value, arrival.page);
    if (name == "location") arrival.page.location = value;
    if (name == "retry-after") arrival.page.retry_after = retry_after(value);
    if (name == "x-robots-tag" && arrival.page.robots_tags.size() < kRobotsTagsMax) arrival.page.robots_tags.emplace_back(value);
    return line.size();
  }
  // libcurl calls it at least once a second.
  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return static_cast<Arrival*>(self)->stop.stop_requested() ? 1 : 0; }
  static curl_socket_t on_socket(void* self, curlsocktype, curl_sockaddr* address) {
    auto& arrival = *static_cast<Arrival*>(self);
    if (!arrival.private_addresses && !is_public_address(address->addr)) {
      arrival.refused_address = true;
      return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }
};

bool loopback(const char* address) {
  if (address == nullptr) return false;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (inet_pton(AF_INET, address, &v4.sin_addr) == 1) return is_loopback_address(reinterpret_cast<const sockaddr&>(v4));
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  return inet_pton(AF_INET6, address, &v6.sin6_addr) == 1 && is_loopback_address(reinterpret_cast<const sockaddr&>(v6));
}

}  // namespace

struct PageFetcher::Handle {
  CURL* easy = curl_easy_init();
  ~Handle() { curl_easy_cleanup(easy); }
};

PageFetcher::PageFetcher(Options options) : options_(std::move(options)) {
  // Counted, and safe from any thread since 7.84.
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started == CURLE_OK) handle_ = std::make_unique<Handle>();
}

PageFetcher::~PageFetcher() = default;

Result<FetchedPage> PageFetcher::fetch(const std::string& url, std::size_t bytes_max, const std::stop_token& stop) {
  if (handle_ == nullptr || handle_->easy == nullptr) return failed(ErrorCode::kUnavailable, "unreachable", "libcurl cannot start");
  CURL* const easy = handle_->easy;
  // Connections stay open.
  curl_easy_reset(easy);
  Arrival arrival;
  arrival.bytes_max = bytes_max;
  arrival.private_addresses = options_.private_addresses;
  arrival.stop = stop;
  const std::string agent = std::string(kRobotName) + "/" + options_.version + " (customer service; reads its own site)";
  const auto set = [&](CURLoption option, auto value) { return curl_easy_setopt(easy, option, value) == CURLE_OK; };
  const auto ms = [](auto duration) { return static_cast<long>(std::chrono::milliseconds(duration).count()); };
  const auto self = static_cast<void*>(&arrival);
  // QUICK_EXIT: who stops does not wait for a name that is being looked up.
  const bool ready = set(CURLOPT_URL, url.c_str()) && set(CURLOPT_PROTOCOLS_STR, "http,https") && set(CURLOPT_PATH_AS_IS, 1L) && set(CURLOPT_HTTPGET, 1L) && set(CURLOPT_FOLLOWLOCATION, 0L) &&
                     set(CURLOPT_NOSIGNAL, 1L) && set(CURLOPT_QUICK_EXIT, 1L) && set(CURLOPT_PROXY, "") && set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate") && set(CURLOPT_USERAGENT, agent.c_str()) &&
                     set(CURLOPT_TIMEOUT_MS, ms(kRequestTimeMax)) && set(CURLOPT_CONNECTTIMEOUT_MS, ms(kConnectTimeMax)) && set(CURLOPT_LOW_SPEED_LIMIT, kSlowBytesPerSecond) &&
                     set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(kSlowFor.count())) && set(CURLOPT_WRITEFUNCTION, &Arrival::on_body) && set(CURLOPT_WRITEDATA, self) &&
                     set(CURLOPT_HEADERFUNCTION, &Arrival::on_header) && set(CURLOPT_HEADERDATA, self) && set(CURLOPT_NOPROGRESS, 0L) && set(CURLOPT_XFERINFOFUNCTION, &Arrival::on_progress) &&
                     set(CURLOPT_XFERINFODATA, self) && set(CURLOPT_OPENSOCKETFUNCTION, &Arrival::on_socket) && set(CURLOPT_OPENSOCKETDATA, self);
  if (!ready) return failed(ErrorCode::kUnavailable, "unreachable", "libcurl refuses an option");
  const CURLcode result = curl_easy_perform(easy);
  curl_off_t came = 0;
  curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &came);
  bytes_ += static_cast<std::uint64_t>(came);
  if (stop.stop_requested()) return failed(ErrorCode::kConflict, "stopped", "asked to stop");
  if (arrival.too_large) return failed(ErrorCode::kTooLarge, "too_large", url + " is too large");
  if (result == CURLE_OPERATION_TIMEDOUT) return failed(ErrorCode::kTimeout, "timeout", url + " took too long");
  if (result != CURLE_OK && arrival.refused_address) return failed(ErrorCode::kForbidden, "private_address", url + " is at an address that is not public");
  if (result != CURLE_OK) return failed(ErrorCode::kUnavailable, "unreachable", url + ": " + curl_easy_strerror(result));
  const char* peer = nullptr;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &arrival.page.status);
  curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &peer);
  arrival.page.from_loopback = loopback(peer);
  return std::move(arrival.page);
}

}  // namespace wk::ai
