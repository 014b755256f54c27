#include "web/assets.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <string>

namespace wk {
namespace {

// The fixture is web/testdata/dist.

std::string gunzip(std::string_view packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string out(1 << 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(Assets, FindsAFileWithItsTypeAndBytes) {
  const Asset* page = find_asset("console/index.html");
  ASSERT_NE(page, nullptr);
  EXPECT_EQ(page->media_type, "text/html; charset=utf-8");
  EXPECT_TRUE(page->bytes.starts_with("<!doctype html>\n<title>fixture</title>"));
  EXPECT_TRUE(page->bytes.ends_with("</script>\n"));
  EXPECT_FALSE(page->immutable);
}

TEST(Assets, CompressesWhatPaysAndNothingElse) {
  const Asset* script = find_asset("console/assets/main-Ab3_x-9z.js");
  ASSERT_NE(script, nullptr);
  ASSERT_FALSE(script->gzip_bytes.empty());
  EXPECT_LT(script->gzip_bytes.size(), script->bytes.size() / 2);
  EXPECT_EQ(gunzip(script->gzip_bytes), script->bytes);

  const Asset* image = find_asset("dot.png");
  ASSERT_NE(image, nullptr);
  EXPECT_EQ(image->media_type, "image/png");
  EXPECT_TRUE(image->gzip_bytes.empty());
  EXPECT_EQ(image->bytes, std::string_view("\x89PNG\r\n\x1a\n\0\0", 10));
}

TEST(Assets, OnlyHashedNamesAreImmutable) {
  EXPECT_TRUE(find_asset("console/assets/main-Ab3_x-9z.js")->immutable);
  EXPECT_FALSE(find_asset("console-settings.js")->immutable);
}

TEST(Assets, TagsDifferByContentAndByEncoding) {
  const Asset* script = find_asset("console/assets/main-Ab3_x-9z.js");
  const Asset* page = find_asset("console/index.html");
  EXPECT_NE(script->etag, page->etag);
  EXPECT_NE(script->etag, script->gzip_etag);
  for (const std::string_view tag : {script->etag, script->gzip_etag, page->etag}) {
    EXPECT_TRUE(tag.size() > 10 && tag.front() == '"' && tag.back() == '"') << tag;
  }
}

TEST(Assets, AnEmptyFileIsAFile) {
  const Asset* empty = find_asset("empty.txt");
  ASSERT_NE(empty, nullptr);
  EXPECT_TRUE(empty->bytes.empty());
}

TEST(Assets, WhatIsNotThereIsNotFound) {
  for (const std::string_view path : {"", "/", "console", "console/", "/console/index.html", "console/../dot.png",
                                      "console/assets/main-Ab3_x-9z.js.map", "zzz"}) {
    EXPECT_EQ(find_asset(path), nullptr) << path;
  }
}

TEST(Assets, ListsAllSorted) {
  EXPECT_EQ(all_assets().size(), 5U);
  EXPECT_TRUE(std::ranges::is_sorted(all_assets(), {}, &Asset::path));
}

}  // namespace
}  // namespace wk
