#include "gateway/websocket/encoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "base/encoding.hpp"
#include "gateway/websocket/test_support.hpp"

namespace wk::websocket {
namespace {

using Kind = Decoded::Kind;

constexpr DeflateAgreement kFullWindow{15};

std::string header_hex(const FrameSpec& spec, std::uint64_t size) { return hex_encode(EncodedHeader(spec, size).view()); }

TEST(Encoder, WritesTheShortestLengthForm) {
  const FrameSpec spec{.opcode = Opcode::kText};
  EXPECT_EQ(header_hex(spec, 0), "8100");
  EXPECT_EQ(header_hex(spec, 125), "817d");
  EXPECT_EQ(header_hex(spec, 126), "817e007e");
  EXPECT_EQ(header_hex(spec, 65535), "817effff");
  EXPECT_EQ(header_hex(spec, 65536), "817f0000000000010000");
  EXPECT_EQ(header_hex({.opcode = Opcode::kBinary, .fin = false, .deflated = true}, 1), "4201");
}

TEST(Encoder, MasksForAClient) {
  MaskKey key;
  std::memcpy(&key, "\x37\xfa\x21\x3d", 4);
  EXPECT_EQ(encode_frame({.opcode = Opcode::kText, .mask = key}, "Hello"), "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
}

TEST(Encoder, CutsACloseReasonAtACharacter) {
  EXPECT_EQ(close_payload(CloseCode::kNoStatus, "ignored"), "");
  EXPECT_EQ(close_payload(CloseCode::kNormal, "bye"), "\x03\xE8" "bye");
  std::string reason;
  for (int i = 0; i < 50; ++i) reason += "好";
  const std::string payload = close_payload(CloseCode::kGoingAway, reason);
  EXPECT_EQ(payload.size(), 2 + 123u);
  EXPECT_TRUE(utf8_valid(std::string_view(payload).substr(2)));
  reason.insert(0, "x");
  EXPECT_EQ(close_payload(CloseCode::kGoingAway, reason).size(), 2 + 1 + 120u);
}

TEST(Encoder, AnswersACloseWithItsCodeAndAFailureWithItsReason) {
  std::string out;
  append_close_reply(out, {Kind::kClose, CloseCode::kNoStatus, ""});
  append_close_reply(out, {Kind::kClose, static_cast<CloseCode>(4321), "their reason"});
  append_close_reply(out, {Kind::kFailed, CloseCode::kInvalidPayload, "why"});
  EXPECT_EQ(hex_encode(out), "8800" "880210e1" "880503ef776879");
}

TEST(Encoder, CompressesOnlyWhatIsLargeAndShrinks) {
  LoopCodec codec;
  EXPECT_FALSE(SharedFrame::make(codec, Opcode::kText, std::string(kDeflateThresholdBytes - 1, 'a')).has_deflated());
  EXPECT_TRUE(SharedFrame::make(codec, Opcode::kText, std::string(kDeflateThresholdBytes, 'a')).has_deflated());
  std::string noise(4000, '\0');
  std::mt19937 random(1);
  for (char& c : noise) c = static_cast<char>(random());
  const SharedFrame frame = SharedFrame::make(codec, Opcode::kBinary, noise);
  EXPECT_FALSE(frame.has_deflated());
  EXPECT_EQ(frame.for_peer(kFullWindow).view().substr(4), noise);
}

TEST(Encoder, SharesOneFrameAmongPeersOfBothKinds) {
  LoopCodec codec;
  std::string message;
  for (int i = 0; i < 200; ++i) message += "{\"event\":" + std::to_string(i * i) + "}";
  const SharedFrame frame = SharedFrame::make(codec, Opcode::kText, message);
  const SharedBytes& plain = frame.for_peer(std::nullopt);
  const SharedBytes& deflated = frame.for_peer(kFullWindow);
  EXPECT_LT(deflated.size(), plain.size() / 2);
  EXPECT_EQ(deflated.view().data(), frame.for_peer(kFullWindow).view().data());
  const Seen expected{Kind::kText, CloseCode::kNoStatus, message};
  EXPECT_THAT(decode({.role = Role::kClient}, plain.view()), testing::ElementsAre(expected));
  EXPECT_THAT(decode({.role = Role::kClient, .deflate = true}, deflated.view()), testing::ElementsAre(expected));
}

TEST(Encoder, NeverReachesBackFurtherThanThePeerRemembers) {
  LoopCodec codec;
  const SharedFrame frame = SharedFrame::make(codec, Opcode::kText, std::string(1025, 'a'));
  ASSERT_TRUE(frame.has_deflated());
  EXPECT_EQ(frame.for_peer(DeflateAgreement{10}).size(), 4 + 1025u);
  EXPECT_LT(frame.for_peer(DeflateAgreement{11}).size(), 100u);
  EXPECT_EQ(frame.for_peer(DeflateAgreement{8}).size(), 4 + 1025u);
}

TEST(Encoder, WritesOneMessageForOnePeer) {
  LoopCodec codec;
  const std::string message(3000, 'z');
  for (const bool client : {false, true}) {
    std::string out;
    append_message(out, codec, kFullWindow, Opcode::kBinary, message, client ? std::optional<MaskKey>(99) : std::nullopt);
    EXPECT_LT(out.size(), 100u);
    const DecoderRules rules{.role = client ? Role::kServer : Role::kClient, .deflate = true};
    EXPECT_THAT(decode(rules, out), testing::ElementsAre(Seen{Kind::kBinary, CloseCode::kNoStatus, message}));
  }
}

}  // namespace
}  // namespace wk::websocket
