// One GET after the other, of strangers' servers: bounded in every way, and only to addresses on the internet.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace wk::ai {

struct FetchedPage {
  long status = 0;
  std::string body;
  // Of the header Content-Type, in lower case: "text/html", "gbk".
  std::string media_type;
  std::string charset;
  // As sent. Each line of X-Robots-Tag speaks for itself; as many as kRobotsTagsMax.
  std::string location;
  std::vector<std::string> robots_tags;
  std::optional<std::chrono::seconds> retry_after;
  bool from_loopback = false;
};

// One user at a time; fetch() blocks and ends within a second of a stop. Keeps connections open between calls. Follows no redirect, keeps no
// cookies, looks at no proxy of the environment, verifies certificates. The address of the peer is looked at when the socket is made, so it
// does not help a host to have one address when it is looked up and another when it is asked.
class PageFetcher {
 public:
  struct Options {
    // Also addresses that are not public: an intranet, tests.
    bool private_addresses = false;
    std::string version;
  };
  explicit PageFetcher(Options options);
  ~PageFetcher();

  // `url`: of a PageUrl. Errors carry a reason_code: private_address, too_large, timeout, unreachable, stopped.
  Result<FetchedPage> fetch(const std::string& url, std::size_t bytes_max, const std::stop_token& stop);
  // What came in all, as it came over the line.
  std::uint64_t bytes() const { return bytes_; }

 private:
  struct Handle;

  const Options options_;
  std::unique_ptr<Handle> handle_;
  std::uint64_t bytes_ = 0;
};

}  // namespace wk::ai
