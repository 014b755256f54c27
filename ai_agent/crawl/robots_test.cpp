// By the sections of RFC 9309.
#include "ai_agent/crawl/robots.hpp"

#include <gtest/gtest.h>

#include "ai_agent/crawl/limits.hpp"

namespace wk::ai {
namespace {

using std::chrono::milliseconds;

TEST(Robots, TheGroupOfOurNameCountsWhateverItsCase) {  // 2.2.1
  const Robots robots = Robots::parse("User-agent: *\nDisallow: /\n\nUser-agent: WeiKeYi/2.0\nDisallow: /private\n");
  EXPECT_TRUE(robots.allows("/shop"));
  EXPECT_FALSE(robots.allows("/private/a"));
  EXPECT_FALSE(Robots::parse("User-agent: weikeyi-news\nDisallow: /a\nUser-agent: *\nDisallow: /b\n").allows("/b"));
}

TEST(Robots, GroupsOfOneNameAreOne) {  // 2.2.1
  const Robots robots = Robots::parse("User-agent: weikeyi\nDisallow: /a\n\nUser-agent: other\nDisallow: /b\n\nUser-agent: weikeyi\nDisallow: /c\n");
  EXPECT_FALSE(robots.allows("/a"));
  EXPECT_TRUE(robots.allows("/b"));
  EXPECT_FALSE(robots.allows("/c"));
}

TEST(Robots, SeveralNamesShareTheRulesThatFollow) {  // 2.1, 5.1
  const Robots robots = Robots::parse("User-agent: one\nUser-agent: weikeyi\n\nDisallow: /a\nUser-agent: two\nDisallow: /b\n");
  EXPECT_FALSE(robots.allows("/a"));
  EXPECT_TRUE(robots.allows("/b"));
}

TEST(Robots, WithoutAGroupOfOursEverybodysCounts) {  // 2.2.1
  EXPECT_FALSE(Robots::parse("User-agent: other\nDisallow:\n\nUser-agent: *\nDisallow: /\n").allows("/a"));
  EXPECT_TRUE(Robots::parse("User-agent: other\nDisallow: /\n").allows("/a"));
  EXPECT_TRUE(Robots::parse("Disallow: /\n").allows("/a")) << "rules of no group";
  // An empty group of ours is one.
  EXPECT_TRUE(Robots::parse("User-agent: weikeyi\nDisallow:\n\nUser-agent: *\nDisallow: /\n").allows("/a"));
}

TEST(Robots, TheLongestRuleWinsAndAllowWinsATie) {  // 2.2.2, 5.2
  const Robots robots = Robots::parse("User-agent: *\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n");
  EXPECT_TRUE(robots.allows("/example/page/x"));
  EXPECT_FALSE(robots.allows("/example/page/disallowed.gif"));
  EXPECT_TRUE(Robots::parse("User-agent: *\nDisallow: /page\nAllow: /page\n").allows("/page"));
  EXPECT_TRUE(Robots::parse("User-agent: *\nAllow: /page\nDisallow: /page\n").allows("/page"));
  EXPECT_TRUE(Robots::parse("User-agent: *\nDisallow: /\nAllow: /p\n").allows("/page"));
}

TEST(Robots, PathsKeepTheirCaseAndRobotsTxtIsAlwaysAllowed) {  // 2.2.2
  const Robots robots = Robots::parse("User-agent: *\nDisallow: /\nAllow: /Shop\n");
  EXPECT_TRUE(robots.allows("/Shop"));
  EXPECT_FALSE(robots.allows("/shop"));
  EXPECT_TRUE(robots.allows("/robots.txt"));
}

TEST(Robots, EscapesCompareAsWhatTheyMean) {  // 2.2.2, its table
  const auto refused = [](const char* pattern, const char* path) { return !Robots::parse(std::string("User-agent: *\nDisallow: ") + pattern + "\n").allows(path); };
  EXPECT_TRUE(refused("/foo/bar?baz=quz", "/foo/bar?baz=quz"));
  EXPECT_TRUE(refused("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https://foo.bar"));
  EXPECT_FALSE(refused("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar"));
  EXPECT_TRUE(refused("/foo/bar/\xE3\x83\x84", "/foo/bar/%E3%83%84"));
  EXPECT_TRUE(refused("/foo/bar/%E3%83%84", "/foo/bar/%e3%83%84"));
  EXPECT_TRUE(refused("/foo/bar/%62%61%7A", "/foo/bar/baz"));
}

TEST(Robots, WildcardsAndTheEnd) {  // 2.2.3, 5.2
  const Robots robots = Robots::parse("User-agent: *\nDisallow: *.gif$\nDisallow: /a/*/b\nDisallow: /exact$\nDisallow: /x*y*z$\n");
  EXPECT_FALSE(robots.allows("/pictures/a.gif"));
  EXPECT_TRUE(robots.allows("/pictures/a.gif?small"));
  EXPECT_FALSE(robots.allows("/a/1/2/b/c"));
  EXPECT_TRUE(robots.allows("/a/b"));
  EXPECT_FALSE(robots.allows("/exact"));
  EXPECT_TRUE(robots.allows("/exact/not"));
  EXPECT_FALSE(robots.allows("/x1y2y3z"));
  EXPECT_TRUE(robots.allows("/x1y2z3"));
}

TEST(Robots, WildcardsAsThemselvesAreEscaped) {  // 2.2.3
  const Robots robots = Robots::parse("User-agent: *\nDisallow: /path/file-with-a-%2A.html\nDisallow: /path/foo-%24\nDisallow: /a$b\n");
  EXPECT_FALSE(robots.allows("/path/file-with-a-*.html"));
  EXPECT_TRUE(robots.allows("/path/file-with-a-x.html"));
  EXPECT_FALSE(robots.allows("/path/foo-$"));
  EXPECT_FALSE(robots.allows("/a$bc")) << "only at the end it means the end";
}

TEST(Robots, CommentsLineEndsBlanksAndAByteOrderMark) {  // 2.2, 2.3
  const Robots robots = Robots::parse("\xEF\xBB\xBFUser-Agent : * # all\rDISALLOW:\t/a # not this\r\n\r\n   disallow : /b\nno line of it\n");
  EXPECT_FALSE(robots.allows("/a"));
  EXPECT_FALSE(robots.allows("/b"));
  EXPECT_TRUE(robots.allows("/c"));
}

TEST(Robots, OtherRecordsEndNoGroup) {  // 2.2.4
  const Robots robots = Robots::parse("User-agent: *\nSitemap: https://shop.example/sitemap.xml\nCrawl-delay: 2.5\nDisallow: /a\nSitemap: https://shop.example/more.xml\nDisallow: /b\n");
  EXPECT_FALSE(robots.allows("/a"));
  EXPECT_FALSE(robots.allows("/b"));
  EXPECT_EQ(robots.sitemaps(), (std::vector<std::string>{"https://shop.example/sitemap.xml", "https://shop.example/more.xml"}));
  EXPECT_EQ(robots.crawl_delay(), milliseconds(2'500));
  EXPECT_FALSE(Robots::parse("User-agent: *\nCrawl-delay: soon\n").crawl_delay());
  EXPECT_FALSE(Robots::parse("User-agent: *\nCrawl-delay: 4\nUser-agent: weikeyi\nDisallow: /a\n").crawl_delay()) << "of another group";
}

TEST(Robots, WhatIsNotThereAllowsAndWhatCannotBeReadDoesNot) {  // 2.3.1.3, 2.3.1.4
  EXPECT_TRUE(Robots::allow_all().allows("/a"));
  EXPECT_TRUE(Robots::parse("").allows("/a"));
  EXPECT_FALSE(Robots::disallow_all().allows("/a"));
}

TEST(Robots, FiveHundredKibibytesAreReadAndNoMore) {  // 2.5
  std::string text = "User-agent: *\n";
  text += "#" + std::string(crawl_limits::kRobotsBytesMax - text.size() - 2 - 13, 'x') + "\nDisallow: /a\n";
  ASSERT_EQ(text.size(), crawl_limits::kRobotsBytesMax);
  EXPECT_FALSE(Robots::parse(text).allows("/a"));
  EXPECT_TRUE(Robots::parse(text + "Disallow: /b\n").allows("/b"));
}

TEST(RobotsTag, SpeaksToAllOrToOneByName) {
  const auto read = [](std::string_view header) {
    RobotsDirectives says;
    says.read(header);
    return std::make_pair(says.noindex, says.nofollow);
  };
  EXPECT_EQ(read("noindex, nofollow"), std::make_pair(true, true));
  EXPECT_EQ(read("NONE"), std::make_pair(true, true));
  EXPECT_EQ(read("otherbot: noindex, nofollow"), std::make_pair(false, false));
  EXPECT_EQ(read("otherbot: nofollow, weikeyi: noindex"), std::make_pair(true, false));
  EXPECT_EQ(read("unavailable_after: 25 Jun 2030 15:00:00 PST, nofollow, max-snippet: 20"), std::make_pair(false, true));
}

}  // namespace
}  // namespace wk::ai
