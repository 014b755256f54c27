// What tools/embed_assets.cpp writes about each embedded file: places in the blob that web/assets_blob.S includes.
#pragma once

#include <cstddef>
#include <span>

namespace wk::detail {

struct AssetRecord {
  const char* path;
  const char* media_type;
  std::size_t offset;
  std::size_t size;
  std::size_t gzip_offset;
  std::size_t gzip_size;
  // With their quotes.
  const char* etag;
  const char* gzip_etag;
  bool immutable;
};

// Defined in the generated file; sorted by path (bytewise).
extern const std::span<const AssetRecord> asset_records;

}  // namespace wk::detail
