#include "web/assets.hpp"

#include <algorithm>
#include <vector>

#include "web/detail/asset_record.hpp"

// From assets_blob.S.
extern "C" const char wk_assets_blob[];

namespace wk {
namespace {

std::vector<Asset> load() {
  std::vector<Asset> assets;
  assets.reserve(detail::asset_records.size());
  for (const detail::AssetRecord& record : detail::asset_records) {
    assets.push_back({.path = record.path,
                      .media_type = record.media_type,
                      .bytes = {wk_assets_blob + record.offset, record.size},
                      .gzip_bytes = {wk_assets_blob + record.gzip_offset, record.gzip_size},
                      .etag = record.etag,
                      .gzip_etag = record.gzip_etag,
                      .immutable = record.immutable});
  }
  return assets;
}

}  // namespace

std::span<const Asset> all_assets() {
  static const std::vector<Asset> assets = load();
  return assets;
}

const Asset* find_asset(std::string_view path) {
  const std::span<const Asset> assets = all_assets();
  const auto at = std::ranges::lower_bound(assets, path, {}, &Asset::path);
  return at != assets.end() && at->path == path ? &*at : nullptr;
}

}  // namespace wk
