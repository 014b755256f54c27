#include "ai_agent/crawl/sitemap.hpp"

#include <gtest/gtest.h>

#include "ai_agent/crawl/limits.hpp"

namespace wk::ai {
namespace {

using Addresses = std::vector<std::string>;

TEST(Sitemap, NamesPages) {
  const Sitemap found = read_sitemap(R"(<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
  <url><loc>
    https://shop.example/a?x=1&amp;y=2 </loc><lastmod>2026-01-01</lastmod><image:image><image:loc>https://shop.example/a.png</image:loc></image:image></url>
  <url><loc><![CDATA[https://shop.example/b]]></loc></url>
  <url><loc></loc></url>
</urlset>)");
  EXPECT_EQ(found.pages, (Addresses{"https://shop.example/a?x=1&y=2", "https://shop.example/b"}));
  EXPECT_TRUE(found.sitemaps.empty());
}

TEST(Sitemap, NamesFurtherOnes) {
  const Sitemap found = read_sitemap("<sitemapindex><sitemap><loc>https://shop.example/1.xml</loc></sitemap><sitemap><loc>https://shop.example/2.xml</loc></sitemap></sitemapindex>");
  EXPECT_TRUE(found.pages.empty());
  EXPECT_EQ(found.sitemaps, (Addresses{"https://shop.example/1.xml", "https://shop.example/2.xml"}));
}

TEST(Sitemap, MayBeAListOfLines) {
  EXPECT_EQ(read_sitemap("\xEF\xBB\xBFhttps://shop.example/a\r\nnothing\nhttps://shop.example/b").pages, (Addresses{"https://shop.example/a", "https://shop.example/b"}));
}

TEST(Sitemap, OfWhatIsDamagedTheBeginningCounts) {
  EXPECT_EQ(read_sitemap("<urlset><url><loc>https://shop.example/a</loc></url><url><loc>https://shop.exa").pages, Addresses{"https://shop.example/a"});
  EXPECT_TRUE(read_sitemap("").pages.empty());
  EXPECT_TRUE(read_sitemap("\x1f\x8b\x08 packed").pages.empty());
}

TEST(Sitemap, DefinesNothingAndIsBounded) {
  const Sitemap found = read_sitemap(R"(<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>
<urlset><url><loc>https://shop.example/&b;&f;</loc></url></urlset>)");
  for (const std::string& page : found.pages) {
    EXPECT_EQ(page.find("aaaa"), std::string::npos);
    EXPECT_EQ(page.find("root"), std::string::npos);
  }
  std::string many = "<urlset>";
  for (std::size_t i = 0; i < crawl_limits::kSitemapUrlsMax + 1'000; ++i) many += "<url><loc>https://shop.example/" + std::to_string(i) + "</loc></url>";
  EXPECT_EQ(read_sitemap(many + "</urlset>").pages.size(), crawl_limits::kSitemapUrlsMax);
}

}  // namespace
}  // namespace wk::ai
