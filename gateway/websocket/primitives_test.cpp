#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

#include "base/encoding.hpp"
#include "gateway/websocket/deflate.hpp"
#include "gateway/websocket/masking.hpp"
#include "gateway/websocket/utf8.hpp"

namespace wk::websocket {
namespace {

TEST(Masking, MatchesTheByteByByteRuleAtEveryLengthAlignmentAndOffset) {
  const std::string key_bytes = "\x12\x9F\xE4\x07";
  MaskKey key;
  std::memcpy(&key, key_bytes.data(), 4);
  for (std::size_t size = 0; size < 200; ++size) {
    for (std::size_t shift = 0; shift < 17; shift += 3) {
      for (std::size_t offset = 0; offset < 4; ++offset) {
        std::string bytes(shift + size + 1, '#');
        apply_mask(std::span(bytes).subspan(shift, size), key, offset);
        for (std::size_t i = 0; i < size; ++i) {
          ASSERT_EQ(bytes[shift + i], static_cast<char>('#' ^ key_bytes[(i + offset) % 4])) << size << ' ' << shift;
        }
        ASSERT_EQ(bytes.back(), '#');
      }
    }
  }
}

// How many bytes go in before the validator says no; size + 1 where it says yes to all, size where only the end is missing.
std::size_t accepted(std::string_view text) {
  Utf8Validator validator;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!validator.feed(text.substr(i, 1))) return i;
  }
  return validator.complete() ? text.size() + 1 : text.size();
}

TEST(Utf8, AgreesWithDecodingForEveryCodePoint) {
  for (std::uint32_t code = 0; code < 0x120000; ++code) {
    std::string text;
    const auto put = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xC0 | code >> 6), put(0x80 | (code & 63));
    } else if (code < 0x10000) {
      put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 63)), put(0x80 | (code & 63));
    } else {
      put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 63)), put(0x80 | (code >> 6 & 63)), put(0x80 | (code & 63));
    }
    const bool good = code < 0x110000 && !(code >= 0xD800 && code < 0xE000);
    ASSERT_EQ(accepted(text) == text.size() + 1, good) << code;
    // A bad one is known at its second byte at the latest.
    if (!good) {
      ASSERT_EQ(accepted(text), 1u) << code;
    }
  }
}

TEST(Utf8, RefusesOverlongFormsAndStrayBytesAtOnce) {
  for (const std::string_view text : {"\xC0\x80", "\xC1\xBF", "\x80", "\xBF", "\xF5\x80\x80\x80", "\xFE", "\xFF"}) {
    EXPECT_EQ(accepted(text), 0u);
  }
  for (const std::string_view text : {"\xE0\x80\x80", "\xE0\x9F\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xC3(", "\xE2(\xA1"}) {
    EXPECT_EQ(accepted(text), 1u);
  }
  EXPECT_EQ(accepted("\xE2\x82"), 2u);
  EXPECT_EQ(accepted("\xF0\x9F\x98("), 3u);
}

TEST(Utf8, AgreesWithTheOneShotCheckOnRandomBytesHoweverCut) {
  std::mt19937 random(42);
  const std::string_view pieces[] = {"plain text of some length", "好", "é", "😀", "\xE2\x82", "\xED\xA0\x80", "\xFF"};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto i = random() % 8; i > 0; --i) text += pieces[random() % (round % 2 ? 4 : 7)];
    Utf8Validator validator;
    bool good = true;
    std::string_view rest = text;
    while (good && !rest.empty()) {
      const std::size_t size = std::min<std::size_t>(rest.size(), 1 + random() % 40);
      good = validator.feed(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    ASSERT_EQ(good && validator.complete(), utf8_valid(text)) << hex_encode(text);
  }
}

TEST(Deflate, GivesBackWhatItCompressed) {
  Deflater deflater;
  Inflater inflater;
  std::mt19937 random(3);
  for (const std::size_t size : {1u, 50u, 512u, 5000u, 70'000u, 300'000u}) {
    std::string message(size, 'a');
    for (std::size_t i = 0; i < size; i += 5) message[i] = static_cast<char>('a' + random() % 4);
    std::string compressed = "before";
    if (!deflater.compress(message, compressed)) {
      EXPECT_EQ(compressed, "before");
      continue;
    }
    EXPECT_LT(compressed.size() - 6, size);
    const Inflater::Inflated inflated = inflater.inflate(std::string_view(compressed).substr(6), size);
    EXPECT_EQ(inflated.outcome, Inflater::Outcome::kOk);
    EXPECT_EQ(inflated.message, message);
    EXPECT_EQ(inflater.inflate(std::string_view(compressed).substr(6), size - 1).outcome, Inflater::Outcome::kTooBig);
    inflater.trim();
  }
}

TEST(Deflate, GoesOnWithTheSameHistoryAfterAFinalBlock) {
  // "Hello" in a block marked final and ended at a byte's edge, then a copy of those five bytes from before it.
  Inflater inflater;
  const std::string hello("\x01\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f", 10);
  // Fixed block: length 5 (code 259, 0000011), distance 5 (code 4, 00100, one extra bit 0), end of block.
  const std::string copy("\x02\x13\x00\x00", 4);
  const auto inflated = inflater.inflate(hello + copy, 100);
  EXPECT_EQ(inflated.outcome, Inflater::Outcome::kOk);
  EXPECT_EQ(inflated.message, "HelloHello");
}

}  // namespace
}  // namespace wk::websocket
