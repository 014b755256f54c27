// The addresses that a sitemap names (sitemaps.org, protocol 0.9). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wk::ai {

struct Sitemap {
  // As written, at most kSitemapUrlsMax of both together.
  std::vector<std::string> pages;
  // Of an index: further sitemaps.
  std::vector<std::string> sitemaps;
};

// XML, or text with an address a line. What is neither has no addresses; of what is damaged those before the damage count.
Sitemap read_sitemap(std::string_view bytes);

}  // namespace wk::ai
