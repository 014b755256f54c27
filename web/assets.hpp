// The built front end (web/dist), embedded into the binary at build time: see cmake/wk_assets.cmake.
// Immutable, made on first use, lives as long as the process; callable from every thread.
#pragma once

#include <span>
#include <string_view>

namespace wk {

struct Asset {
  // Relative to web/dist, without a leading slash: "console/index.html".
  std::string_view path;
  // With charset where it is text: "text/html; charset=utf-8".
  std::string_view media_type;
  std::string_view bytes;
  // Empty where compression does not pay (images, fonts, tiny files).
  std::string_view gzip_bytes;
  // Strong entity tags with their quotes, one per representation (RFC 9110 8.8.3).
  std::string_view etag;
  std::string_view gzip_etag;
  // The name carries a hash of the content: it may be cached for ever.
  bool immutable = false;
};

// nullptr when there is no such file. `path` as in Asset::path; nothing is decoded or normalised, so ".." finds nothing.
const Asset* find_asset(std::string_view path);

// Sorted by path. Empty when the binary was built without a built front end.
std::span<const Asset> all_assets();

}  // namespace wk
