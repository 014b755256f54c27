// Addresses of pages: in one form, resolved against each other, and which of them a crawl may read. Values; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wk::ai {

// An http or https address in normal form: lower case where case means nothing, no default port, no "." and ".." parts, no fragment, no user,
// octets as normal_octets() has them. Two that are equal are the same page.
class PageUrl {
 public:
  // nullopt: no such address, another scheme, a user in it, or longer than kUrlBytesMax.
  static std::optional<PageUrl> parse(std::string_view text);
  // `reference` as written in a page with this address. Blanks around it are dropped. nullopt also for one that leads nowhere: empty, or
  // only a fragment.
  std::optional<PageUrl> resolve(std::string_view reference) const;

  const std::string& text() const { return text_; }
  // "https://shop.example:8443"
  std::string_view origin() const { return std::string_view(text_).substr(0, origin_end_); }
  std::string_view host() const { return host_; }
  // Path and query: what robots.txt speaks of.
  std::string_view target() const { return std::string_view(text_).substr(origin_end_); }
  std::string_view path() const { return target().substr(0, target().find('?')); }

  bool operator==(const PageUrl& other) const { return text_ == other.text_; }

 private:
  // Its own normal form: taken apart until it stays as it is.
  static std::optional<PageUrl> normal(std::string_view base, const std::string& reference);
  static std::optional<PageUrl> taken_apart(std::string_view base, const std::string& reference);

  std::string text_;
  std::string host_;
  std::size_t origin_end_ = 0;
};

// Pages of one origin, in the directory of the start address and below.
class CrawlScope {
 public:
  explicit CrawlScope(const PageUrl& start);
  bool holds(const PageUrl& url) const { return url.origin() == origin_ && url.path().starts_with(directory_); }
  bool same_origin(const PageUrl& url) const { return url.origin() == origin_; }

 private:
  std::string origin_;
  std::string directory_;
};

// The path has the same part again and again, as in links that are resolved against themselves.
bool looks_like_a_loop(const PageUrl& url);

}  // namespace wk::ai
