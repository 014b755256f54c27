#include "ai_agent/crawl/page_url.hpp"

#include <gtest/gtest.h>

#include "ai_agent/crawl/limits.hpp"

namespace wk::ai {
namespace {

std::string parsed(std::string_view text) {
  const auto url = PageUrl::parse(text);
  return url ? url->text() : "none";
}

std::string resolved(std::string_view base, std::string_view reference) {
  const auto url = PageUrl::parse(base)->resolve(reference);
  return url ? url->text() : "none";
}

TEST(PageUrl, HasOneForm) {
  EXPECT_EQ(parsed("HTTPS://Shop.Example:443"), "https://shop.example/");
  EXPECT_EQ(parsed("http://shop.example:80/a#part"), "http://shop.example/a");
  EXPECT_EQ(parsed("http://shop.example:8080/a/./b/../c?x=1#y"), "http://shop.example:8080/a/c?x=1");
  EXPECT_EQ(parsed("https://shop.example./%7euser/%e9%80%80"), "https://shop.example/~user/%E9%80%80");
  EXPECT_EQ(parsed("https://shop.example/退货 说明"), "https://shop.example/%E9%80%80%E8%B4%A7%20%E8%AF%B4%E6%98%8E");
  EXPECT_EQ(parsed("  https://shop.example/a\n"), "https://shop.example/a");
  EXPECT_EQ(parsed("http://[::1]:81/a"), "http://[::1]:81/a");
  EXPECT_EQ(parsed("https://MÜNCHEN.example/a"), "https://xn--mnchen-3ya.example/a");
  EXPECT_EQ(parsed("https://商店.例子/"), "https://xn--czrs0t.xn--fsqu00a/");
  EXPECT_EQ(parsed("https://\xCC\x80" "a.example/"), "none") << "a name may not begin with a combining mark";
}

TEST(PageUrl, IsOneOfAPage) {
  for (const char* other : {"", "shop.example", "/a", "//shop.example/a", "ftp://shop.example/", "file:///etc/passwd", "javascript:alert(1)", "mailto:a@shop.example", "data:text/html,x",
                            "http://", "https://shop.example../", "https://.example/", "http://user@shop.example/", "http://user:secret@shop.example/"}) {
    EXPECT_EQ(parsed(other), "none") << other;
  }
  EXPECT_NE(parsed("http://shop.example/" + std::string(crawl_limits::kUrlBytesMax - 20, 'a')), "none");
  EXPECT_EQ(parsed("http://shop.example/" + std::string(crawl_limits::kUrlBytesMax - 19, 'a')), "none");
}

TEST(PageUrl, ResolvesWhatPagesSay) {
  const char* base = "https://shop.example/help/returns?lang=en";
  EXPECT_EQ(resolved(base, "shipping"), "https://shop.example/help/shipping");
  EXPECT_EQ(resolved(base, "../about#team"), "https://shop.example/about");
  EXPECT_EQ(resolved(base, "/cart"), "https://shop.example/cart");
  EXPECT_EQ(resolved(base, "?lang=zh"), "https://shop.example/help/returns?lang=zh");
  EXPECT_EQ(resolved(base, "//cdn.example/x"), "https://cdn.example/x");
  EXPECT_EQ(resolved(base, "https://other.example"), "https://other.example/");
  EXPECT_EQ(resolved(base, " a\n b "), "https://shop.example/help/a%20b");
  EXPECT_EQ(resolved(base, "../../../../etc"), "https://shop.example/etc");
  for (const char* nowhere : {"", "#top", "mailto:x@y.z", "tel:123", "JavaScript:void(0)"}) EXPECT_EQ(resolved(base, nowhere), "none") << nowhere;
}

TEST(PageUrl, EscapedDotsDoNotLeaveTheDirectory) {
  EXPECT_EQ(parsed("https://shop.example/help/%2e%2e/admin"), "https://shop.example/admin");
  EXPECT_EQ(parsed("https://shop.example/help/.%2E/%2e/admin"), "https://shop.example/admin");
  EXPECT_EQ(parsed("https://shop.example/help/%252e%252e/admin"), "https://shop.example/help/%252e%252e/admin");
}

TEST(PageUrl, StaysAsItIs) {
  for (const char* text : {"https:/5%2e5/../", "https://3./", "https://0x7f.1/a", "https://%33%2e/%2e%2e/a", "https://shop%2eexample/a", "https://[::%31]/"}) {
    const std::string once = parsed(text);
    EXPECT_TRUE(once == "none" || parsed(once) == once) << text << " " << once;
  }
  EXPECT_EQ(parsed("https:/5%2e5/../"), "https://5.0.0.5/") << "what an escape hid is an address in short";
}

TEST(PageUrl, HasItsParts) {
  const auto url = PageUrl::parse("https://shop.example:8443/a/b?c=d");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->origin(), "https://shop.example:8443");
  EXPECT_EQ(url->host(), "shop.example");
  EXPECT_EQ(url->target(), "/a/b?c=d");
  EXPECT_EQ(url->path(), "/a/b");
}

TEST(CrawlScope, IsTheDirectoryOfTheStart) {
  const CrawlScope scope(*PageUrl::parse("https://shop.example/help/index.html"));
  const auto holds = [&](const char* text) { return scope.holds(*PageUrl::parse(text)); };
  EXPECT_TRUE(holds("https://shop.example/help/"));
  EXPECT_TRUE(holds("https://shop.example/help/a/b?c"));
  EXPECT_FALSE(holds("https://shop.example/helpful"));
  EXPECT_FALSE(holds("https://shop.example/"));
  EXPECT_FALSE(holds("http://shop.example/help/a"));
  EXPECT_FALSE(holds("https://shop.example:444/help/a"));
  EXPECT_FALSE(holds("https://www.shop.example/help/a"));
  EXPECT_FALSE(holds("https://shop.example.evil.example/help/a"));
  EXPECT_TRUE(CrawlScope(*PageUrl::parse("https://shop.example")).holds(*PageUrl::parse("https://shop.example/anything")));
}

TEST(CrawlScope, TellsATrapOfPartsThatComeAgain) {
  EXPECT_TRUE(looks_like_a_loop(*PageUrl::parse("https://shop.example/a/b/a/b/a/b/a/b")));
  EXPECT_FALSE(looks_like_a_loop(*PageUrl::parse("https://shop.example/a/b/a/b/a")));
}

}  // namespace
}  // namespace wk::ai
