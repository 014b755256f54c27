// Arbitrary pieces give the same story: random valid and damaged streams.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>

#include "gateway/websocket/encoder.hpp"
#include "gateway/websocket/test_support.hpp"

namespace wk::websocket {

namespace {

// A stream a client could send, and what must come out of it.
struct Stream {
  std::string bytes;
  std::vector<Seen> expected;
};

Stream random_stream(std::mt19937& random) {
  Stream stream;
  LoopCodec codec;
  const std::string_view words[] = {"你好", " shop ", "é", "😀", "order 1234 ", "\n"};
  const auto key = [&random] { return static_cast<MaskKey>(random()); };
  const auto maybe_control = [&] {
    if (random() % 4 != 0) return;
    const bool ping = random() % 2 == 0;
    const std::string data(random() % 126, static_cast<char>(random()));
    append_frame(stream.bytes, {.opcode = ping ? Opcode::kPing : Opcode::kPong, .mask = key()}, data);
    stream.expected.push_back({ping ? Decoded::Kind::kPing : Decoded::Kind::kPong, CloseCode::kNoStatus, data});
  };
  for (auto messages = 1 + random() % 6; messages > 0; --messages) {
    const bool text = random() % 2 == 0;
    std::string message;
    for (auto i = random() % 300; i > 0; --i) {
      if (text) message += words[random() % std::size(words)];
      else message += static_cast<char>(random());
    }
    std::string payload = message;
    bool deflated = false;
    if (random() % 2 == 0) {
      std::string compressed;
      if (codec.deflater.compress(message, compressed)) payload = compressed, deflated = true;
    }
    bool first = true;
    do {
      maybe_control();
      const std::size_t size = random() % 2 == 0 ? payload.size() : random() % (payload.size() + 1);
      const bool fin = size == payload.size() && random() % 3 != 0;
      if (fin || first || random() % 4 != 0) {
        const Opcode opcode = !first ? Opcode::kContinuation : text ? Opcode::kText : Opcode::kBinary;
        append_frame(stream.bytes, {.opcode = opcode, .fin = fin, .deflated = deflated && first, .mask = key()},
                     std::string_view(payload).substr(0, size));
        payload.erase(0, size);
        first = false;
        if (fin) break;
      }
    } while (true);
    stream.expected.push_back({text ? Decoded::Kind::kText : Decoded::Kind::kBinary, CloseCode::kNoStatus, message});
    maybe_control();
  }
  return stream;
}

TEST(Cuts, ChangeNothingOfAValidStream) {
  for (std::uint32_t seed = 0; seed < 600; ++seed) {
    std::mt19937 random(seed);
    const Stream stream = random_stream(random);
    const DecoderRules rules{.deflate = true};
    ASSERT_EQ(decode(rules, stream.bytes), stream.expected) << seed;
    for (const std::size_t max : {1, 2, 5, 50, 2000}) {
      LoopCodec codec;
      Decoder decoder(rules);
      ASSERT_EQ(decode(decoder, codec, stream.bytes, random_pieces(seed, max)), stream.expected) << seed << ' ' << max;
      ASSERT_TRUE(decoder.idle());
    }
  }
}

TEST(Cuts, ChangeNothingOfADamagedStream) {
  int failed = 0;
  for (std::uint32_t seed = 0; seed < 1500; ++seed) {
    std::mt19937 random(seed);
    Stream stream = random_stream(random);
    for (auto flips = 1 + random() % 3; flips > 0; --flips) {
      // Near the front more often than not, where headers are.
      const std::size_t at = random() % std::min<std::size_t>(stream.bytes.size(), random() % 2 == 0 ? 20 : 100'000);
      stream.bytes[at] = static_cast<char>(stream.bytes[at] ^ (1 << random() % 8));
    }
    const DecoderRules rules{.deflate = random() % 2 == 0, .message_bytes_max = random() % 2 == 0 ? 2000u : 1'000'000u};
    const std::vector<Seen> whole = decode(rules, stream.bytes);
    failed += !whole.empty() && whole.back().kind == Decoded::Kind::kFailed;
    for (const std::size_t max : {1, 3, 30, 500}) {
      ASSERT_EQ(decode(rules, stream.bytes, random_pieces(seed, max)), whole) << seed << ' ' << max;
    }
  }
  EXPECT_GT(failed, 500);
}

TEST(Cuts, OneLoopServesManyConnectionsAtOnce) {
  LoopCodec codec;
  std::vector<Stream> streams;
  std::vector<std::vector<Seen>> seen(40);
  std::vector<Decoder> decoders;
  std::mt19937 random(5);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    streams.push_back(random_stream(random));
    decoders.emplace_back(DecoderRules{.deflate = true});
  }
  std::vector<std::size_t> at(seen.size());
  for (bool more = true; more;) {
    more = false;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const std::string_view piece = std::string_view(streams[i].bytes).substr(at[i], 1 + random() % 200);
      if (piece.empty()) continue;
      more = true;
      at[i] += piece.size();
      const std::vector<Seen> got = decode(decoders[i], codec, piece);
      seen[i].insert(seen[i].end(), got.begin(), got.end());
    }
  }
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], streams[i].expected);
}

}  // namespace
}  // namespace wk::websocket
