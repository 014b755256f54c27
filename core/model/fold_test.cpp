#include "core/model/fold.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace wk {
namespace {

namespace v1 = ::weikeyi::v1;

v1::Event event(std::uint32_t seq, v1::ActorKind kind) {
  v1::Event e;
  e.set_conversation_id(5);
  e.set_seq(seq);
  e.set_time_ms(1000 + seq);
  e.mutable_actor()->set_kind(kind);
  e.mutable_actor()->set_name("N");
  return e;
}

TEST(Fold, CountsUnreadAndWaitingUntilAnAgentAnswers) {
  v1::ConversationSummary s;
  v1::Event e = event(1, v1::ACTOR_KIND_VISITOR);
  e.mutable_started()->set_site_id(3);
  fold(s, e);
  for (std::uint32_t seq : {2u, 3u}) {
    e = event(seq, v1::ACTOR_KIND_VISITOR);
    e.mutable_message()->set_text("hello");
    fold(s, e);
  }
  EXPECT_EQ(s.unread(), 2u);
  EXPECT_EQ(s.waiting_since_ms(), 1002);
  e = event(4, v1::ACTOR_KIND_AGENT);
  e.mutable_message()->set_text("hi");
  fold(s, e);
  EXPECT_EQ(s.unread(), 0u);
  EXPECT_EQ(s.first_reply_ms(), 1004);
  EXPECT_EQ(s.last_seq(), 4u);
}

TEST(Fold, CutsTheLastMessageAtACharacter) {
  v1::ConversationSummary s;
  v1::Event e = event(1, v1::ACTOR_KIND_VISITOR);
  std::string text;
  for (int i = 0; i < 100; ++i) text += "汉";
  e.mutable_message()->set_text(text);
  fold(s, e);
  EXPECT_TRUE(utf8_valid(s.last_message().text()));
  EXPECT_EQ(s.last_message().text().size(), 198u);
}

TEST(Fold, KeepsAnUnknownBodyAndItsNumber) {
  v1::ConversationSummary s;
  fold(s, event(1, v1::ACTOR_KIND_SYSTEM));
  EXPECT_EQ(s.last_seq(), 1u);
}

TEST(FoldDeathTest, StopsOnAGap) {
  v1::ConversationSummary s;
  EXPECT_DEATH(fold(s, event(2, v1::ACTOR_KIND_SYSTEM)), "assertion failed");
}

}  // namespace
}  // namespace wk
