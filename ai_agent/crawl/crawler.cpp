#include "ai_agent/crawl/crawler.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_set>

#include "ai_agent/crawl/limits.hpp"
#include "ai_agent/crawl/page_fetcher.hpp"
#include "ai_agent/crawl/page_url.hpp"
#include "ai_agent/crawl/robots.hpp"
#include "ai_agent/crawl/sitemap.hpp"
#include "ai_agent/documents/html_page.hpp"
#include "base/encoding.hpp"

namespace wk::ai {
namespace {

using namespace crawl_limits;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

tl::unexpected<Error> failed(ErrorCode code, const char* reason, std::string context) { return fail(Error{code, std::move(context), reason, 0}); }

bool is_redirect(long status) { return status == 301 || status == 302 || status == 303 || status == 307 || status == 308; }

std::optional<DocumentFormat> format_of(const FetchedPage& page, const PageUrl& url) {
  const std::string& type = page.media_type;
  if (type == "text/html" || type == "application/xhtml+xml") return DocumentFormat::kHtml;
  if (type == "application/pdf") return DocumentFormat::kPdf;
  if (type == "text/markdown") return DocumentFormat::kMarkdown;
  if (type == "application/vnd.openxmlformats-officedocument.wordprocessingml.document") return DocumentFormat::kDocx;
  // Often not said, or only that it is bytes or text: by its name and content, as of an uploaded file.
  if (type.empty() || type == "application/octet-stream" || type == "text/plain") {
    const auto told = document_format(url.path(), page.body);
    if (told) return told;
    if (type == "text/plain") return DocumentFormat::kText;
  }
  return std::nullopt;
}

// What a page came to.
struct Outcome {
  const char* skipped = nullptr;
  bool gone = false;
  std::optional<CrawledPage> page;
  // Another page to look at in its place.
  std::optional<PageUrl> instead;
};

Outcome skip(const char* reason, bool gone = false) {
  Outcome outcome;
  outcome.skipped = reason;
  outcome.gone = gone;
  return outcome;
}

class Run {
 public:
  Run(const CrawlPlan& plan, PageUrl start, CrawlListener& listener, const std::stop_token& stop)
      : plan_(plan), start_(std::move(start)), scope_(start_), listener_(listener), stop_(stop), fetcher_({.private_addresses = plan.private_addresses, .version = plan.version}) {}

  Result<void> go() {
    WK_TRY_VOID(read_robots());
    if (!robots_.allows(start_.target())) return failed(ErrorCode::kForbidden, "robots_disallowed", "robots.txt does not allow the start page");
    (void)add(start_);
    WK_TRY_VOID(read_next(true));
    WK_TRY_VOID(read_sitemaps());
    while (!waiting_.empty() && !ended_) WK_TRY_VOID(read_next(false));
    for (const std::string& known : plan_.known) {
      if (ended_) break;
      const auto url = PageUrl::parse(known);
      if (!url || !scope_.holds(*url)) {
        listener_.on_skipped(known, "out_of_scope", true);
      } else if (add(*url)) {
        WK_TRY_VOID(read_next(false));
      }
      while (!waiting_.empty() && !ended_) WK_TRY_VOID(read_next(false));
    }
    for (const Waiting& left : waiting_) listener_.on_skipped(left.url.text(), ended_, false);
    listener_.on_progress(read_, 0);
    return {};
  }

 private:
  // False: the run is to stop.
  bool wait(milliseconds time) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop_, time, [] { return false; });
    return !stop_.stop_requested();
  }

  Result<FetchedPage> fetch(const PageUrl& url, std::size_t bytes_max) {
    if (asked_before_ && !wait(pause_ - std::min(pause_, std::chrono::duration_cast<milliseconds>(SteadyClock::now() - asked_at_)))) {
      return failed(ErrorCode::kConflict, "stopped", "asked to stop");
    }
    asked_before_ = true;
    auto page = fetcher_.fetch(url.text(), bytes_max, stop_);
    asked_at_ = SteadyClock::now();
    if (page && !delay_told_) pause_ = page->from_loopback ? kPauseOnLoopback : kPause;
    return page;
  }

  Result<void> read_robots() {
    auto url = PageUrl::parse(std::string(start_.origin()) + "/robots.txt");
    for (unsigned hop = 0; url && hop <= kRedirectsMax; ++hop) {
      // What lies behind its limit is not read, and no reason not to read what lies before: it is asked for with room to spare.
      auto page = fetch(*url, 8 * kRobotsBytesMax);
      if (!page) {
        if (stop_.stop_requested()) return fail(std::move(page).error());
        if (std::strcmp(page.error().reason_code, "too_large") == 0) return failed(ErrorCode::kUnavailable, "robots_unreachable", "robots.txt is too large");
        // Of the start page nobody would know more.
        return fail(std::move(page).error());
      }
      if (is_redirect(page->status)) {
        url = url->resolve(page->location);
        continue;
      }
      if (page->status >= 200 && page->status < 300) {
        robots_ = Robots::parse(page->body);
        if (const auto delay = robots_.crawl_delay()) {
          delay_told_ = true;
          pause_ = std::clamp<milliseconds>(*delay, pause_, kCrawlDelayMax);
        }
        return {};
      }
      if (page->status >= 400 && page->status < 500 && page->status != 429) return {};
      return failed(ErrorCode::kUnavailable, "robots_unreachable", "robots.txt: status " + std::to_string(page->status));
    }
    return {};  // more redirects: as if there were none (RFC 9309, 2.3.1.2)
  }

  Result<void> read_sitemaps() {
    std::deque<PageUrl> left;
    std::unordered_set<std::string> named;
    const auto take = [&](const std::vector<std::string>& sitemaps) {
      for (const std::string& text : sitemaps) {
        // Of this site alone: what it says of others is not followed either.
        const auto url = PageUrl::parse(text);
        if (url && scope_.same_origin(*url) && named.size() < kSitemapsMax && named.insert(url->text()).second) left.push_back(*url);
      }
    };
    take(robots_.sitemaps());
    while (!left.empty()) {
      const PageUrl url = left.front();
      left.pop_front();
      if (!robots_.allows(url.target())) continue;
      const auto page = fetch(url, kSitemapBytesMax);
      if (stop_.stop_requested()) return failed(ErrorCode::kConflict, "stopped", "asked to stop");
      // It is only help: without it there are links.
      if (!page || page->status != 200) continue;
      const Sitemap sitemap = read_sitemap(page->body);
      for (const std::string& text : sitemap.pages) {
        if (const auto target = PageUrl::parse(text)) (void)add(*target);
      }
      take(sitemap.sitemaps);
    }
    return {};
  }

  struct Waiting {
    PageUrl url;
    // Redirects that led here from a link.
    unsigned redirects = 0;
  };

  // True: it is one to read, and new.
  bool note(const PageUrl& url) { return scope_.holds(url) && seen_.size() < kAddressesMax && seen_.insert(url.text()).second; }
  // True: it waits from now on.
  bool add(const PageUrl& url) {
    if (!note(url)) return false;
    waiting_.push_back({url});
    return true;
  }

  // One page, the first that waits. `start`: what is wrong with it is wrong with the run.
  Result<void> read_next(bool start) {
    const auto [url, redirects] = waiting_.front();
    if (read_ >= plan_.pages_max) ended_ = "pages_max";
    if (requests_ >= std::uint64_t{plan_.pages_max} * kRequestsPerPage + kRequestsPerPage) ended_ = "pages_max";
    if (fetcher_.bytes() > kBytesMax) ended_ = "bytes_max";
    if (SteadyClock::now() - began_ > kTimeMax) ended_ = "time_max";
    if (ended_ != nullptr) return {};
    waiting_.pop_front();
    Outcome outcome = read(url);
    if (stop_.stop_requested()) return failed(ErrorCode::kConflict, "stopped", "asked to stop");
    if (outcome.instead) {
      const bool elsewhere = !scope_.holds(*outcome.instead);
      if (start && elsewhere) {
        listener_.on_skipped(outcome.instead->text(), "redirected_elsewhere", false);
        return failed(ErrorCode::kUnavailable, "redirected_elsewhere", "the start page is at another address");
      }
      // In its place in the queue, so that a start that is moved is still read first.
      if (redirects == kRedirectsMax) {
        outcome = skip("too_many_redirects", true);
      } else if (note(*outcome.instead)) {
        waiting_.push_front({*outcome.instead, redirects + 1});
        if (start) start_ = *outcome.instead;
      }
    }
    if (outcome.skipped != nullptr) {
      if (start && !outcome.instead) return fail_start(outcome);
      listener_.on_skipped(url.text(), outcome.skipped, outcome.gone);
      if (start) return waiting_.empty() ? fail_start(outcome) : read_next(true);
    } else if (outcome.page) {
      ++read_;
      WK_TRY_VOID(listener_.on_page(std::move(*outcome.page)));
    }
    listener_.on_progress(read_, static_cast<std::uint32_t>(waiting_.size()));
    if (failures_in_a_row_ >= kFailuresInARowMax) return failed(ErrorCode::kUnavailable, "unreachable", "the server has stopped to answer");
    return {};
  }

  tl::unexpected<Error> fail_start(const Outcome& outcome) const {
    const std::string_view reason = outcome.skipped;
    if (reason == "gone") return failed(ErrorCode::kUnavailable, "start_not_found", "the start page is not there");
    if (reason == "refused") return failed(ErrorCode::kUnavailable, "start_refused", "the start page is not for everybody");
    if (reason == "server_error" || reason == "busy" || reason == "timeout") return failed(ErrorCode::kUnavailable, "unreachable", "the start page cannot be read: " + std::string(reason));
    return failed(ErrorCode::kUnavailable, outcome.skipped, "the start page cannot be read: " + std::string(reason));
  }

  Outcome read(const PageUrl& url) {
    if (looks_like_a_loop(url)) return skip("loop");
    if (!robots_.allows(url.target())) return skip("robots_disallowed", true);
    for (unsigned tries = 0;; ++tries) {
      ++requests_;
      auto page = fetch(url, kFileBytesMax);
      if (!page) {
        const char* const reason = page.error().reason_code;
        if (std::strcmp(reason, "too_large") != 0) ++failures_in_a_row_;
        return skip(reason);
      }
      const long status = page->status;
      if (status == 429 || status == 503) {
        ++failures_in_a_row_;
        const auto asked = page->retry_after.value_or(kRetryWait);
        if (tries == kRetriesMax || asked > kRetryAfterMax) return skip("busy");
        if (!wait(asked)) return skip("stopped");
        continue;
      }
      if (status >= 500) {
        ++failures_in_a_row_;
        return skip("server_error");
      }
      failures_in_a_row_ = 0;
      if (is_redirect(status)) return redirected(url, page->location);
      if (status == 404 || status == 410) return skip("gone", true);
      // As often the mood of a firewall, or a site that is being worked on, as a page that is not for everybody any more.
      if (status == 401 || status == 403) return skip("refused");
      if (status != 200) return skip("wrong_status");
      return take(url, *page);
    }
  }

  // Each hop is an address like any other: of the scope, asked of robots.txt, and once.
  Outcome redirected(const PageUrl& url, const std::string& location) {
    Outcome outcome = skip("redirected", true);
    outcome.instead = url.resolve(location);
    if (!outcome.instead) return skip("wrong_status");
    if (!scope_.holds(*outcome.instead)) outcome.skipped = "redirected_elsewhere";
    return outcome;
  }

  Outcome take(const PageUrl& url, FetchedPage& fetched) {
    const auto format = format_of(fetched, url);
    if (!format) return skip("wrong_type", true);
    const bool is_html = *format == DocumentFormat::kHtml;
    if (is_html && fetched.body.size() > kPageBytesMax) return skip("too_large");
    RobotsDirectives directives;
    for (const std::string& tag : fetched.robots_tags) directives.read(tag);
    Outcome outcome;
    Result<DocumentText> document = DocumentText{};
    if (is_html) {
      HtmlPage html = read_html_page(fetched.body, fetched.charset);
      directives.noindex |= html.links.noindex;
      directives.nofollow |= html.links.nofollow;
      const PageUrl base = html.links.base.empty() ? url : url.resolve(html.links.base).value_or(url);
      if (!directives.nofollow) {
        for (const std::string& href : html.links.hrefs) {
          if (const auto target = base.resolve(href)) (void)add(*target);
        }
      }
      const auto canonical = html.links.canonical.empty() ? std::nullopt : base.resolve(html.links.canonical);
      if (canonical && !(*canonical == url) && scope_.holds(*canonical) && !directives.noindex && !(url == start_)) {
        // The site says under which address it is one page; that one is read.
        outcome = skip("canonical", true);
        outcome.instead = canonical;
        return outcome;
      }
      document = std::move(html.document);
    } else if (!directives.noindex) {
      document = read_document(*format, fetched.body);
    }
    if (directives.noindex) return note_only(url, "noindex", true);
    // Old links lead on from a page without words of its own.
    if (!document) return note_only(url, document.error().reason_code == nullptr ? "document_damaged" : document.error().reason_code, false);
    if (!utf8_valid(document->markdown) || document->markdown.find('\0') != std::string::npos) return note_only(url, "document_damaged", false);
    if (!contents_.insert(std::hash<std::string>{}(document->markdown)).second) return skip("duplicate", true);
    outcome.page = CrawledPage{.url = url.text(), .document = std::move(*document)};
    return outcome;
  }

  // The start page may be one of links alone.
  Outcome note_only(const PageUrl& url, const char* reason, bool gone) {
    if (!(url == start_) || waiting_.empty()) return skip(reason, gone);
    listener_.on_skipped(url.text(), reason, gone);
    return {};
  }

  const CrawlPlan& plan_;
  PageUrl start_;  // after redirects
  const CrawlScope scope_;
  CrawlListener& listener_;
  const std::stop_token stop_;
  PageFetcher fetcher_;
  Robots robots_;
  const SteadyClock::time_point began_ = SteadyClock::now();
  std::deque<Waiting> waiting_;
  std::unordered_set<std::string> seen_;
  std::unordered_set<std::size_t> contents_;
  std::uint32_t read_ = 0;
  std::uint64_t requests_ = 0;
  unsigned failures_in_a_row_ = 0;
  // Why what waits is not read any more; null: it is.
  const char* ended_ = nullptr;
  milliseconds pause_ = kPauseOnLoopback;  // until somebody has answered
  bool delay_told_ = false;
  bool asked_before_ = false;
  SteadyClock::time_point asked_at_{};
  std::mutex mutex_;
  std::condition_variable_any wake_;
};

}  // namespace

Result<void> crawl_site(const CrawlPlan& plan, CrawlListener& listener, const std::stop_token& stop) {
  auto start = PageUrl::parse(plan.start_url);
  if (!start) return failed(ErrorCode::kInvalidArgument, "invalid_url", "not an address of a page");
  return Run(plan, std::move(*start), listener, stop).go();
}

Result<std::string> crawl_host(const std::string& start_url) {
  const auto url = PageUrl::parse(start_url);
  if (!url) return fail(ErrorCode::kInvalidArgument, "start_url must be an address that begins with https:// or http://");
  return std::string(url->host());
}

std::string crawl_address(const std::string& start_url) { return PageUrl::parse(start_url)->text(); }

bool crawl_holds(const std::string& start_url, const std::string& url) {
  const auto start = PageUrl::parse(start_url);
  const auto page = PageUrl::parse(url);
  return start && page && CrawlScope(*start).holds(*page);
}

}  // namespace wk::ai
