#include "gateway/server/signal.hpp"

#include <gtest/gtest.h>

namespace wk {
namespace {

v1::TypingSignal typing(v1::ActorKind kind, std::uint64_t id, const std::string& text) {
  v1::TypingSignal signal;
  signal.set_conversation_id(1);
  signal.mutable_actor()->set_kind(kind);
  signal.mutable_actor()->set_id(id);
  signal.set_text(text);
  signal.set_active(true);
  return signal;
}

bool says(Signal& signal, bool visitor, const std::string& text) {
  return signal.bytes(Encoding::kProto, visitor).view().find(text) != std::string_view::npos;
}

// P62
TEST(SignalTest, AVisitorsWordsAndNotesAreForAgentsAlone) {
  Signal of_visitor = Signal::typing(typing(v1::ACTOR_KIND_VISITOR, 5, "my words"), 1);
  EXPECT_TRUE(says(of_visitor, false, "my words"));
  EXPECT_EQ(of_visitor.bytes(Encoding::kProto, true).size(), 0u);

  Signal of_agent = Signal::typing(typing(v1::ACTOR_KIND_AGENT, 6, "half a thought"), 1);
  EXPECT_TRUE(says(of_agent, false, "half a thought"));
  EXPECT_GT(of_agent.bytes(Encoding::kJson, true).size(), 0u);
  EXPECT_FALSE(says(of_agent, true, "half a thought"));

  v1::TypingSignal note = typing(v1::ACTOR_KIND_AGENT, 6, "note");
  note.set_note(true);
  EXPECT_EQ(Signal::typing(note, 1).bytes(Encoding::kProto, true).size(), 0u);
  EXPECT_EQ(Signal::viewing({}).bytes(Encoding::kProto, true).size(), 0u);
}

// P62
TEST(SignalTest, TheVisitorReadsWhatTheAiAgentWrites) {
  Signal of_bot = Signal::typing(typing(v1::ACTOR_KIND_BOT, 0, "Within seven days."), 0);
  EXPECT_TRUE(says(of_bot, false, "Within seven days."));
  EXPECT_TRUE(says(of_bot, true, "Within seven days."));
}

TEST(SignalTest, ReplacesOnlyWhatItMakesSuperfluous) {
  const Signal one = Signal::typing(typing(v1::ACTOR_KIND_AGENT, 6, "a"), 1);
  EXPECT_TRUE(Signal::typing(typing(v1::ACTOR_KIND_AGENT, 6, "ab"), 1).replaces(one));
  EXPECT_FALSE(Signal::typing(typing(v1::ACTOR_KIND_AGENT, 6, "ab"), 2).replaces(one)) << "the other connection still has to hear the first";
  EXPECT_FALSE(Signal::typing(typing(v1::ACTOR_KIND_AGENT, 7, "ab"), 1).replaces(one));
  EXPECT_FALSE(Signal::typing(typing(v1::ACTOR_KIND_VISITOR, 6, "ab"), 1).replaces(one));
  EXPECT_FALSE(Signal::viewing({}).replaces(one));
  EXPECT_FALSE(one.replaces(Signal::viewing({})));
  EXPECT_TRUE(Signal::viewing({}).replaces(Signal::viewing({})));
}

}  // namespace
}  // namespace wk
