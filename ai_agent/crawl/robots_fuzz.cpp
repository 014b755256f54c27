// robots.txt, the headers, addresses and sitemaps of strangers: whatever the bytes, an answer within the limits, and normal forms that are
// their own normal form.
#include "ai_agent/crawl/limits.hpp"
#include "ai_agent/crawl/page_url.hpp"
#include "ai_agent/crawl/robots.hpp"
#include "ai_agent/crawl/sitemap.hpp"
#include "ai_agent/documents/html_page.hpp"
#include "ai_agent/documents/limits.hpp"
#include "base/assert.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using namespace wk::ai;

void check(const PageUrl& url) {
  const auto again = PageUrl::parse(url.text());
  WK_ASSERT(again && *again == url);
  WK_ASSERT(url.target().starts_with('/') && url.text().size() <= crawl_limits::kUrlBytesMax);
  WK_ASSERT(url.path().find("/../") == std::string_view::npos && url.text().find('#') == std::string::npos);
  WK_ASSERT(CrawlScope(url).holds(url));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wk::fuzz::Input input(data, size);
  const std::uint8_t what = input.byte() % 4;
  static const PageUrl kBase = *PageUrl::parse("https://shop.example/help/a?b=c");
  if (what == 0) {
    const std::string target = "/" + std::string(input.line());
    const std::string_view bytes = input.rest();
    const Robots robots = Robots::parse(bytes);
    WK_ASSERT(robots.sitemaps().size() <= crawl_limits::kSitemapsMax);
    // Whichever way the target is written.
    WK_ASSERT(robots.allows(target) == robots.allows(normal_octets(target)));
    WK_ASSERT(robots.allows("/robots.txt"));
    RobotsDirectives says;
    says.read(bytes.substr(0, 1'000));
  } else if (what == 1) {
    const std::string_view text = input.rest();
    if (const auto url = PageUrl::parse(text)) check(*url);
    if (const auto url = kBase.resolve(text)) check(*url);
  } else if (what == 2) {
    const Sitemap sitemap = read_sitemap(input.rest());
    WK_ASSERT(sitemap.pages.size() + sitemap.sitemaps.size() <= crawl_limits::kSitemapUrlsMax);
    for (const std::string& page : sitemap.pages) WK_ASSERT(!page.empty() && page.size() <= crawl_limits::kUrlBytesMax);
  } else {
    const std::string charset(input.line().substr(0, 40));
    const HtmlPage page = read_html_page(input.rest(), charset);
    WK_ASSERT(page.links.hrefs.size() <= document_limits::kLinksMax);
    for (const std::string& href : page.links.hrefs) {
      if (const auto url = kBase.resolve(href)) check(*url);
    }
  }
  return 0;
}
