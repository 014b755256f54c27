// robots.txt (RFC 9309), and what else a page tells robots. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wk::ai {

inline constexpr std::string_view kRobotName = "weikeyi";

// Immutable. What one robots.txt says to one robot.
class Robots {
 public:
  // Any bytes are taken; what is no line of it means nothing. Beyond kRobotsBytesMax nothing is read. `agent`: the product token.
  static Robots parse(std::string_view bytes, std::string_view agent = kRobotName);
  // There is none (4xx, RFC 9309 2.3.1.3): everything may be read.
  static Robots allow_all() { return {}; }
  // It cannot be read (5xx, no connection; 2.3.1.4): nothing may.
  static Robots disallow_all();

  // `target`: path and query of an address, beginning with "/".
  bool allows(std::string_view target) const;
  // Not part of the RFC, but many write it; as long as it says.
  std::optional<std::chrono::milliseconds> crawl_delay() const { return crawl_delay_; }
  // Absolute addresses as written; at most kSitemapsMax.
  const std::vector<std::string>& sitemaps() const { return sitemaps_; }

 private:
  struct Rule {
    std::string pattern;
    bool allow = false;
  };
  std::vector<Rule> rules_;
  std::optional<std::chrono::milliseconds> crawl_delay_;
  std::vector<std::string> sitemaps_;
};

// What the header X-Robots-Tag says to us; of several, one after the other.
struct RobotsDirectives {
  bool noindex = false;
  bool nofollow = false;
  void read(std::string_view header, std::string_view agent = kRobotName);
};

// Octets in one form, so that two ways to write a path compare equal (RFC 9309, 2.2.2): escapes of unreserved characters are undone, others
// have capital digits, what is not ASCII or cannot stand in an address is escaped, also a "%" that escapes nothing. Twice is as once.
std::string normal_octets(std::string_view text);

}  // namespace wk::ai
