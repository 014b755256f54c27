#include "core/session/origin.hpp"

#include <gtest/gtest.h>

namespace wk {
namespace {

TEST(OriginAllowed, MatchesWholeOriginsAndSubdomainsOnly) {
  ::weikeyi::v1::Site site;
  EXPECT_TRUE(origin_allowed(site, "https://anything.example")) << "no list yet";
  site.add_allowed_origins("https://shop.example");
  site.add_allowed_origins("https://*.brand.example");
  EXPECT_TRUE(origin_allowed(site, "https://shop.example"));
  EXPECT_TRUE(origin_allowed(site, "https://a.brand.example"));
  EXPECT_TRUE(origin_allowed(site, ""));
  for (const char* bad : {"http://shop.example", "https://shop.example.evil.test", "https://evilshop.example",
                          "https://brand.example", "https://.brand.example", "http://a.brand.example",
                          "https://evilbrand.example", "null"}) {
    EXPECT_FALSE(origin_allowed(site, bad)) << bad;
  }
}

}  // namespace
}  // namespace wk
