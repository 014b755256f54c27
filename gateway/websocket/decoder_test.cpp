#include "gateway/websocket/decoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "gateway/websocket/encoder.hpp"
#include "gateway/websocket/test_support.hpp"

namespace wk::websocket {
namespace {

using Kind = Decoded::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr MaskKey kKey = 0xA1B2C3D4;

std::string frame(Opcode opcode, std::string_view payload, bool fin = true, bool deflated = false) {
  return encode_frame({.opcode = opcode, .fin = fin, .deflated = deflated, .mask = kKey}, payload);
}
// First two bytes as given, key zero.
std::string raw(unsigned first, unsigned second, std::string_view rest = {}) {
  return std::string{static_cast<char>(first), static_cast<char>(second)} + std::string(rest);
}
std::string zeros(std::size_t count) { return std::string(count, '\0'); }

Seen text(std::string_view payload) { return {Kind::kText, CloseCode::kNoStatus, std::string(payload)}; }
Seen binary(std::string_view payload) { return {Kind::kBinary, CloseCode::kNoStatus, std::string(payload)}; }
Seen ping(std::string_view payload) { return {Kind::kPing, CloseCode::kNoStatus, std::string(payload)}; }
Seen pong(std::string_view payload) { return {Kind::kPong, CloseCode::kNoStatus, std::string(payload)}; }

MATCHER_P(FailsWith, code, "") { return arg.kind == Kind::kFailed && arg.code == code && !arg.payload.empty(); }

// As a whole and in single bytes: the outcome must be the same.
std::vector<Seen> decode_both(std::string_view bytes, DecoderRules rules = {}) {
  std::vector<Seen> whole = decode(rules, bytes);
  EXPECT_EQ(whole, decode(rules, bytes, {1}));
  return whole;
}

TEST(Decoder, ReadsTheExamplesOfTheRfc) {  // RFC 6455 5.7
  EXPECT_THAT(decode_both("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), ElementsAre(text("Hello")));
  EXPECT_THAT(decode_both("\x81\x05Hello", {.role = Role::kClient}), ElementsAre(text("Hello")));
  EXPECT_THAT(decode_both("\x01\x03Hel\x80\x02lo", {.role = Role::kClient}), ElementsAre(text("Hello")));
  EXPECT_THAT(decode_both("\x89\x05Hello", {.role = Role::kClient}), ElementsAre(ping("Hello")));
  EXPECT_THAT(decode_both("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), ElementsAre(pong("Hello")));
}

TEST(Decoder, ReadsEveryLengthForm) {
  for (const std::size_t size : {0, 1, 124, 125, 126, 127, 128, 255, 256, 65534, 65535, 65536, 100000}) {
    std::string payload(size, 'x');
    for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<char>(i * 31);
    EXPECT_THAT(decode({}, frame(Opcode::kBinary, payload)), ElementsAre(binary(payload))) << size;
    EXPECT_THAT(decode({}, frame(Opcode::kBinary, payload), {1000, 1, 7}), ElementsAre(binary(payload))) << size;
  }
}

TEST(Decoder, HandsOutAWholeFrameFromTheCallersBuffer) {
  LoopCodec codec;
  Decoder decoder({});
  std::string buffer = frame(Opcode::kText, "in place");
  std::span<char> input(buffer);
  const Decoded decoded = decoder.next(codec, input);
  EXPECT_EQ(decoded.payload.data(), buffer.data() + 6);
  EXPECT_TRUE(decoder.idle());
  EXPECT_EQ(decoder.held_bytes(), 0u);
}

TEST(Decoder, OwnsNothingBetweenMessages) {
  LoopCodec codec;
  Decoder decoder({});
  const std::string bytes = frame(Opcode::kText, "Hel", false) + frame(Opcode::kPing, "p") + frame(Opcode::kContinuation, "lo");
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    std::string first = bytes.substr(0, cut), second = bytes.substr(cut);
    std::vector<Seen> seen = decode(decoder, codec, first);
    EXPECT_FALSE(decoder.idle()) << cut;
    EXPECT_LT(decoder.held_bytes(), 400u);
    const std::vector<Seen> rest = decode(decoder, codec, second);
    seen.insert(seen.end(), rest.begin(), rest.end());
    EXPECT_THAT(seen, ElementsAre(ping("p"), text("Hello"))) << cut;
    EXPECT_TRUE(decoder.idle()) << cut;
  }
}

TEST(Decoder, HoldsWhatArrivedAndNotWhatWasAnnounced) {
  LoopCodec codec;
  Decoder decoder({.message_bytes_max = 16 << 20});
  EXPECT_THAT(decode(decoder, codec, frame(Opcode::kBinary, zeros(15 << 20)).substr(0, 1000)), IsEmpty());
  EXPECT_LT(decoder.held_bytes(), 4000u);
}

TEST(Decoder, ReassemblesFragmentsWithControlFramesBetween) {
  const std::string bytes = frame(Opcode::kText, "", false) + frame(Opcode::kContinuation, "a", false) +
                            frame(Opcode::kPing, "1") + frame(Opcode::kContinuation, "", false) +
                            frame(Opcode::kPong, "") + frame(Opcode::kContinuation, "b") + frame(Opcode::kBinary, "c");
  EXPECT_THAT(decode_both(bytes), ElementsAre(ping("1"), pong(""), text("ab"), binary("c")));
}

TEST(Decoder, RefusesBrokenFragmentation) {
  EXPECT_THAT(decode_both(frame(Opcode::kContinuation, "a")), ElementsAre(FailsWith(CloseCode::kProtocolError)));
  EXPECT_THAT(decode_both(frame(Opcode::kContinuation, "a", false)), ElementsAre(FailsWith(CloseCode::kProtocolError)));
  EXPECT_THAT(decode_both(frame(Opcode::kText, "a", false) + frame(Opcode::kText, "b")),
              ElementsAre(FailsWith(CloseCode::kProtocolError)));
  EXPECT_THAT(decode_both(frame(Opcode::kText, "a", false) + frame(Opcode::kContinuation, "b") +
                          frame(Opcode::kContinuation, "c")),
              ElementsAre(text("ab"), FailsWith(CloseCode::kProtocolError)));
}

TEST(Decoder, RefusesReservedBitsAndOpcodesAtTheFirstByte) {
  for (const unsigned bits : {0x10u, 0x20u, 0x30u, 0x40u, 0x50u, 0x60u, 0x70u}) {
    for (const unsigned opcode : {0x1u, 0x2u, 0x8u, 0x9u, 0xAu}) {
      EXPECT_THAT(decode({}, std::string(1, static_cast<char>(0x80 | bits | opcode))),
                  ElementsAre(FailsWith(CloseCode::kProtocolError)));
    }
  }
  for (const unsigned opcode : {3u, 4u, 5u, 6u, 7u, 0xBu, 0xCu, 0xDu, 0xEu, 0xFu}) {
    EXPECT_THAT(decode({.deflate = true}, std::string(1, static_cast<char>(0x80 | opcode))),
                ElementsAre(FailsWith(CloseCode::kProtocolError)));
  }
}

TEST(Decoder, WantsMasksFromClientsAndNoneFromServers) {
  EXPECT_THAT(decode_both("\x81\x05Hello"), ElementsAre(FailsWith(CloseCode::kProtocolError)));
  EXPECT_THAT(decode_both(frame(Opcode::kText, "Hello"), {.role = Role::kClient}),
              ElementsAre(FailsWith(CloseCode::kProtocolError)));
}

TEST(Decoder, RefusesLengthsNotInTheirShortestForm) {
  EXPECT_THAT(decode_both(raw(0x82, 0xFE, std::string("\x00\x7D", 2))), ElementsAre(FailsWith(CloseCode::kProtocolError)));
  EXPECT_THAT(decode_both(raw(0x82, 0xFF, std::string("\0\0\0\0\0\0\xFF\xFF", 8))),
              ElementsAre(FailsWith(CloseCode::kProtocolError)));
  EXPECT_THAT(decode_both(raw(0x82, 0xFF, std::string("\x80\0\0\0\0\1\0\0", 8))),
              ElementsAre(FailsWith(CloseCode::kProtocolError)));
}

TEST(Decoder, RefusesLongAndFragmentedControlFrames) {
  for (const unsigned opcode : {0x8u, 0x9u, 0xAu}) {
    EXPECT_THAT(decode_both(raw(0x80 | opcode, 0xFE)), ElementsAre(FailsWith(CloseCode::kProtocolError)));
    EXPECT_THAT(decode_both(raw(0x80 | opcode, 0xFF)), ElementsAre(FailsWith(CloseCode::kProtocolError)));
    EXPECT_THAT(decode_both(raw(opcode, 0x80)), ElementsAre(FailsWith(CloseCode::kProtocolError)));
  }
  const std::string largest(125, '\xFE');
  EXPECT_THAT(decode_both(frame(Opcode::kPing, largest)), ElementsAre(ping(largest)));
}

TEST(Decoder, RefusesAMessageOverItsLimitFromTheHeaderAlone) {
  const DecoderRules rules{.message_bytes_max = 1000};
  EXPECT_THAT(decode_both(frame(Opcode::kBinary, zeros(1000)), rules), ElementsAre(binary(zeros(1000))));
  EXPECT_THAT(decode_both(frame(Opcode::kBinary, zeros(1001)).substr(0, 8), rules),
              ElementsAre(FailsWith(CloseCode::kMessageTooBig)));
  EXPECT_THAT(decode_both(frame(Opcode::kText, zeros(999), false) + frame(Opcode::kContinuation, "ab"), rules),
              ElementsAre(FailsWith(CloseCode::kMessageTooBig)));
  EXPECT_THAT(decode_both(frame(Opcode::kText, zeros(999), false) + frame(Opcode::kContinuation, "a"), rules),
              ElementsAre(text(zeros(999) + "a")));
  EXPECT_THAT(decode_both(raw(0x82, 0xFF, std::string("\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8) + "mask"), {}),
              ElementsAre(FailsWith(CloseCode::kMessageTooBig)));
}

TEST(Decoder, RefusesTextThatIsNotUtf8AtTheFirstWrongByte) {
  const std::string good = "κόσμε";
  const std::string surrogate = "\xED\xA0\x80";
  const std::string bytes = frame(Opcode::kText, good + surrogate + "edited");
  LoopCodec codec;
  Decoder decoder({});
  // 6 bytes of header, the good part, and 0xED, which may still become something.
  const std::size_t still_good = 6 + good.size() + 1;
  EXPECT_THAT(decode(decoder, codec, bytes.substr(0, still_good), {1}), IsEmpty());
  EXPECT_THAT(decode(decoder, codec, bytes.substr(still_good, 1)), ElementsAre(FailsWith(CloseCode::kInvalidPayload)));
  EXPECT_THAT(decode_both(bytes), ElementsAre(FailsWith(CloseCode::kInvalidPayload)));
}

TEST(Decoder, ChecksCharactersCutByFragments) {
  const std::string euro = "\xE2\x82\xAC";
  EXPECT_THAT(decode_both(frame(Opcode::kText, euro.substr(0, 1), false) +
                          frame(Opcode::kContinuation, euro.substr(1, 1), false) +
                          frame(Opcode::kContinuation, euro.substr(2))),
              ElementsAre(text(euro)));
  EXPECT_THAT(decode_both(frame(Opcode::kText, euro.substr(0, 2), false) + frame(Opcode::kContinuation, "a", false)),
              ElementsAre(FailsWith(CloseCode::kInvalidPayload)));
  EXPECT_THAT(decode_both(frame(Opcode::kText, euro.substr(0, 2), false) + frame(Opcode::kContinuation, "")),
              ElementsAre(FailsWith(CloseCode::kInvalidPayload)));
  EXPECT_THAT(decode_both(frame(Opcode::kText, euro.substr(0, 2))), ElementsAre(FailsWith(CloseCode::kInvalidPayload)));
  // Binary may hold anything.
  EXPECT_THAT(decode_both(frame(Opcode::kBinary, "\xFF\xFE")), ElementsAre(binary("\xFF\xFE")));
}

TEST(Decoder, ReadsCloseFrames) {
  const auto close = [](std::uint16_t code, std::string reason) {
    return Seen{Kind::kClose, static_cast<CloseCode>(code), std::move(reason)};
  };
  EXPECT_THAT(decode_both(frame(Opcode::kClose, "")), ElementsAre(close(1005, "")));
  EXPECT_THAT(decode_both(frame(Opcode::kClose, "\x03\xE8")), ElementsAre(close(1000, "")));
  const std::string reason = "再见" + std::string(117, '.');
  EXPECT_THAT(decode_both(frame(Opcode::kClose, "\x03\xE8" + reason)), ElementsAre(close(1000, reason)));
  EXPECT_THAT(decode_both(frame(Opcode::kClose, "\x03")), ElementsAre(FailsWith(CloseCode::kProtocolError)));
  EXPECT_THAT(decode_both(frame(Opcode::kClose, "\x03\xE8\xFF")), ElementsAre(FailsWith(CloseCode::kInvalidPayload)));
  for (unsigned code = 0; code <= 0xFFFF; ++code) {
    const bool good = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
    const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
    const std::vector<Seen> seen = decode({}, frame(Opcode::kClose, payload));
    if (good) {
      ASSERT_THAT(seen, ElementsAre(close(static_cast<std::uint16_t>(code), "")));
    } else {
      ASSERT_THAT(seen, ElementsAre(FailsWith(CloseCode::kProtocolError))) << code;
    }
  }
}

TEST(Decoder, ReadsNoMoreAfterCloseOrFailure) {
  EXPECT_EQ(decode_both(frame(Opcode::kClose, "") + frame(Opcode::kText, "late")).size(), 1u);
  EXPECT_EQ(decode_both(frame(Opcode::kContinuation, "") + frame(Opcode::kText, "late")).size(), 1u);
  EXPECT_EQ(decode_both(frame(Opcode::kText, "a", false) + frame(Opcode::kClose, "")).size(), 1u);
}

// -- permessage-deflate

constexpr DecoderRules kDeflate{.deflate = true};

std::string deflated(std::string_view message) {
  Deflater deflater;
  std::string out;
  EXPECT_TRUE(deflater.compress(message, out));
  return out;
}

TEST(DecoderDeflate, ReadsTheExamplesOfTheRfc) {  // RFC 7692 7.2.3
  const auto compressed = [](std::string_view payload) { return frame(Opcode::kText, payload, true, true); };
  EXPECT_THAT(decode_both(compressed(std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7)), kDeflate), ElementsAre(text("Hello")));
  EXPECT_THAT(decode_both(frame(Opcode::kText, "\xf2\x48\xcd", false, true) +
                              frame(Opcode::kContinuation, std::string("\xc9\xc9\x07\x00", 4)),
                          kDeflate),
              ElementsAre(text("Hello")));
  // A block without compression; a final block; two blocks.
  EXPECT_THAT(decode_both(compressed(std::string("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11)), kDeflate),
              ElementsAre(text("Hello")));
  EXPECT_THAT(decode_both(compressed(std::string("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8)), kDeflate), ElementsAre(text("Hello")));
  EXPECT_THAT(decode_both(compressed(std::string("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13)), kDeflate),
              ElementsAre(text("Hello")));
  EXPECT_THAT(decode_both(compressed(std::string(1, '\0')), kDeflate), ElementsAre(text("")));
}

TEST(DecoderDeflate, TakesCompressedAndPlainMessagesInTurn) {
  const std::string message = "欢迎光临 " + std::string(5000, 'y') + "!";
  const std::string once = frame(Opcode::kText, deflated(message), true, true);
  EXPECT_THAT(decode_both(once + frame(Opcode::kText, "plain") + frame(Opcode::kPing, "") + once, kDeflate),
              ElementsAre(text(message), text("plain"), ping(""), text(message)));
}

TEST(DecoderDeflate, RefusesTheCompressionBitWhereItMayNotStand) {
  EXPECT_THAT(decode_both(frame(Opcode::kText, deflated(zeros(600)), true, true)),
              ElementsAre(FailsWith(CloseCode::kProtocolError)));
  EXPECT_THAT(decode_both(frame(Opcode::kPing, "", true, true), kDeflate), ElementsAre(FailsWith(CloseCode::kProtocolError)));
  EXPECT_THAT(decode_both(frame(Opcode::kText, "\xf2\x48", false, true) + frame(Opcode::kContinuation, "x", true, true), kDeflate),
              ElementsAre(FailsWith(CloseCode::kProtocolError)));
}

TEST(DecoderDeflate, RefusesDamagedData) {
  const std::string good = deflated("Hello, Hello, Hello, Hello");
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    EXPECT_THAT(decode_both(frame(Opcode::kBinary, good.substr(0, cut), true, true), kDeflate),
                ElementsAre(FailsWith(CloseCode::kInvalidPayload)))
        << cut;
  }
  EXPECT_THAT(decode_both(frame(Opcode::kBinary, "\xFF\xFF\xFF\xFF", true, true), kDeflate),
              ElementsAre(FailsWith(CloseCode::kInvalidPayload)));
  EXPECT_THAT(decode_both(frame(Opcode::kText, deflated(std::string(600, '\xFF')), true, true), kDeflate),
              ElementsAre(FailsWith(CloseCode::kInvalidPayload)));
}

TEST(DecoderDeflate, CutsABombAtTheLimit) {
  const std::string bomb = deflated(zeros(32 << 20));
  ASSERT_LT(bomb.size(), 200'000u);
  LoopCodec codec;
  Decoder decoder({.deflate = true, .message_bytes_max = 200'000});
  EXPECT_THAT(decode(decoder, codec, frame(Opcode::kBinary, bomb, true, true)),
              ElementsAre(FailsWith(CloseCode::kMessageTooBig)));
  const DecoderRules exact{.deflate = true, .message_bytes_max = 32 << 20};
  EXPECT_EQ(decode(exact, frame(Opcode::kBinary, bomb, true, true)).front().kind, Kind::kBinary);
  const DecoderRules less{.deflate = true, .message_bytes_max = (32 << 20) - 1};
  EXPECT_THAT(decode(less, frame(Opcode::kBinary, bomb, true, true)), ElementsAre(FailsWith(CloseCode::kMessageTooBig)));
}

TEST(DecoderDeflate, EndsAMessageOfEndlessFinalBlocks) {
  // Each "\x03\x00" is an empty block marked final.
  std::string payload;
  for (int i = 0; i < 100'000; ++i) payload += std::string("\x03\x00", 2);
  EXPECT_THAT(decode(kDeflate, frame(Opcode::kBinary, payload, true, true)),
              ElementsAre(FailsWith(CloseCode::kInvalidPayload)));
}

TEST(DecoderDeflate, AllowsWhatDeflateAddsToAMessageOfTheLargestSize) {
  std::string noise(100'000, '\0');
  std::mt19937 random(7);
  for (char& c : noise) c = static_cast<char>(random());
  // Stored blocks by hand: what an encoder sends that cannot compress.
  std::string payload;
  for (std::size_t at = 0; at < noise.size(); at += 16383) {
    const std::string_view block = std::string_view(noise).substr(at, 16383);
    const auto size = static_cast<unsigned>(block.size());
    payload += '\0';
    for (const unsigned n : {size, ~size}) payload += {static_cast<char>(n), static_cast<char>(n >> 8)};
    payload += block;
  }
  payload += '\0';
  EXPECT_THAT(decode({.deflate = true, .message_bytes_max = 100'000}, frame(Opcode::kBinary, payload, true, true)),
              ElementsAre(binary(noise)));
}

}  // namespace
}  // namespace wk::websocket
