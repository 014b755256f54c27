#include "bench/client/append_frame.hpp"

#include <gtest/gtest.h>

#include "bench/client/wire.hpp"
#include "gateway/websocket/decoder.hpp"
#include "weikeyi/v1/frame.pb.h"

namespace wk::bench {
namespace {

weikeyi::v1::ClientFrame decoded(std::string bytes) {
  websocket::LoopCodec codec;
  websocket::Decoder decoder({.role = websocket::Role::kServer});
  std::span<char> input(bytes);
  const websocket::Decoded message = decoder.next(codec, input);
  EXPECT_EQ(message.kind, websocket::Decoded::Kind::kBinary);
  weikeyi::v1::ClientFrame frame;
  EXPECT_TRUE(frame.ParseFromArray(message.payload.data(), static_cast<int>(message.payload.size())));
  return frame;
}

TEST(AppendFrame, IsWhatTheGeneratedCodeReads) {
  const AppendFrame append(300, 77);
  const Stamp stamp{.sender = 1'234'567, .number = 89'000, .due_ns = 123'456'789'012'345};
  std::string bytes;
  append.write(stamp, bytes);
  const auto frame = decoded(bytes);
  EXPECT_EQ(AppendFrame::number(frame.ref()), stamp.number);
  EXPECT_EQ(frame.append().conversation_id(), 77u);
  EXPECT_EQ(frame.append().client_id().size(), 36u);
  EXPECT_EQ(frame.append().client_id()[14], '7');
  EXPECT_EQ(frame.append().message().text().size(), 300u);
  const auto read = Stamp::read(frame.append().message().text());
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->sender, stamp.sender);
  EXPECT_EQ(read->number, stamp.number);
  EXPECT_EQ(read->due_ns, stamp.due_ns);
}

TEST(AppendFrame, GivesEveryMessageAClientIdOfItsOwn) {
  const AppendFrame append(50);
  const auto id = [&](std::uint32_t sender, std::uint32_t number) {
    std::string bytes;
    append.write({.sender = sender, .number = number, .due_ns = 0}, bytes);
    return decoded(bytes).append().client_id();
  };
  EXPECT_NE(id(1, 1), id(1, 2));
  EXPECT_NE(id(1, 1), id(2, 1));
  EXPECT_NE(id(1, 1), id(1 + (1 << 12), 1));
}

TEST(Stamp, RefusesWhatIsNone) {
  EXPECT_FALSE(Stamp::read("too short"));
  EXPECT_FALSE(Stamp::read(std::string(kStampBytes, 'x')));
}

TEST(WireReader, ReadsTheGeneratedCodesBytes) {
  weikeyi::v1::ServerFrame frame;
  frame.mutable_ack()->set_ref(300);
  frame.mutable_ack()->set_seq(7);
  frame.mutable_ack()->set_client_id("abc");
  const std::string bytes = frame.SerializeAsString();
  WireReader outer(bytes);
  ASSERT_TRUE(outer.next());
  EXPECT_EQ(outer.field(), 2u);
  WireReader inner(outer.bytes());
  ASSERT_TRUE(inner.next());
  EXPECT_EQ(inner.number(), 300u);
  EXPECT_EQ(WireReader::find(outer.bytes(), 5), "abc");
  EXPECT_FALSE(outer.next());
  EXPECT_FALSE(outer.malformed());
}

TEST(WireReader, StopsAtWhatIsCutOff) {
  weikeyi::v1::ServerFrame frame;
  frame.mutable_ack()->set_client_id(std::string(200, 'a'));
  const std::string bytes = frame.SerializeAsString();
  for (std::size_t length = 1; length < bytes.size(); ++length) {
    WireReader reader(std::string_view(bytes).substr(0, length));
    EXPECT_FALSE(reader.next());
    EXPECT_TRUE(reader.malformed());
  }
}

}  // namespace
}  // namespace wk::bench
