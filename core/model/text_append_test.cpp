#include "core/model/text_append.hpp"

#include <gtest/gtest.h>

#include <google/protobuf/util/message_differencer.h>

#include <random>

#include "core/model/decide.hpp"
#include "core/model/fold.hpp"
#include "core/model/visibility.hpp"

namespace wk {
namespace {

using google::protobuf::util::MessageDifferencer;

constexpr std::int64_t kNow = 1'700'000'000'123;

v1::ConversationSummary some_state(std::mt19937& random) {
  const auto below = [&](unsigned n) { return static_cast<std::uint32_t>(random() % n); };
  v1::ConversationSummary state;
  state.set_id(1 + random());
  state.set_last_seq(below(4) * 77);
  state.set_updated_ms(kNow - below(2));
  state.set_state(static_cast<v1::ConversationState>(below(5)));
  state.mutable_holder()->set_kind(static_cast<v1::HolderKind>(below(4)));
  state.mutable_holder()->set_agent_id(below(3));
  state.set_unread(below(3));
  state.set_waiting_since_ms(below(2) * kNow);
  state.set_first_reply_ms(below(2) * kNow);
  state.set_contact_name(below(2) == 0 ? "" : "林晓");
  state.set_visitor_seen_seq(below(500));
  state.set_agents_seen_seq(below(500));
  if (below(2) == 0) {
    state.mutable_last_message()->set_text("what stood there before, and is longer than what comes");
    state.mutable_last_message()->set_note(true);
  }
  return state;
}

Principal some_principal(std::mt19937& random) {
  switch (random() % 5) {
    case 0: return SystemPrincipal{};
    case 1: return AgentPrincipal{.agent = AgentId(1 + random() % 3), .role = v1::ROLE_AGENT, .name = "Ann"};
    case 2: return VisitorPrincipal{.site = SiteId(1), .contact = ContactId(~std::uint64_t{0}), .name = ""};
    default: return VisitorPrincipal{.site = SiteId(1), .contact = ContactId(random()), .name = "Bo"};
  }
}

std::string some_text(std::mt19937& random) {
  static const std::string kTexts[] = {"", " \r\n", "x", "你好，订单到哪里了？", std::string(127, 'a'), std::string(20'000, 'b'), std::string(20'001, 'c'),
                                       std::string("a\0b", 3), "\xff", "cut \xe4\xbd"};
  return kTexts[random() % std::size(kTexts)];
}

std::string some_client_id(std::mt19937& random) {
  static const std::string kIds[] = {"018bcfe5-687b-7000-8000-000000000001", "a", "", "not printable \x01", std::string(64, 'i'), std::string(65, 'i')};
  return kIds[random() % std::size(kIds)];
}

// The two ways against each other: what becomes_one_message() takes is what decide() makes one Message of, byte for byte; and the
// summaries are the same afterwards.
TEST(TextAppend, IsWhatDecideAndFoldMakeOfIt) {
  std::mt19937 random(20'261'127);
  int taken = 0, whole = 0;
  for (int round = 0; round < 20'000; ++round) {
    v1::ConversationSummary state = some_state(random);
    const Principal principal = some_principal(random);
    const std::string text = some_text(random), client_id = some_client_id(random);
    const TextAppend append{client_id, text};

    v1::Append full;
    full.set_conversation_id(state.id());
    full.set_client_id(client_id);
    full.mutable_message()->set_text(text);
    const bool good = check_append(full).has_value();
    const auto decided = good ? decide(state, principal, full, {v1::VisitorContext(), kNow}) : fail(ErrorCode::kInvalidArgument, "not good");
    const bool one_message = decided && decided->size() == 1 && decided->front().has_message();
    ++whole;
    if (!becomes_one_message(append, state, principal)) {
      // Nobody but the system, which never comes this way, and who writes to the AI agent may be sent round for nothing.
      EXPECT_TRUE(!one_message || std::holds_alternative<SystemPrincipal>(principal) || state.holder().kind() == v1::HOLDER_KIND_BOT);
      continue;
    }
    ASSERT_TRUE(one_message) << full.ShortDebugString() << state.ShortDebugString();
    ++taken;

    v1::Event event = decided->front();
    event.set_conversation_id(state.id());
    event.set_seq(state.last_seq() + 1);
    event.set_time_ms(kNow);
    const Speaker speaker = speaker_of(principal, state.contact_name());
    const EncodedText encoded = encode_text(ConversationId(state.id()), event.seq(), kNow, speaker, append);
    EXPECT_EQ(encoded.bytes.view(), event.SerializeAsString());
    EXPECT_EQ(encoded.client_id, client_id);
    EXPECT_TRUE(visitor_may_see(event));

    v1::ConversationSummary folded = state;
    fold(folded, event);
    fold_text(state, event.seq(), kNow, speaker, text);
    EXPECT_TRUE(MessageDifferencer::Equals(state, folded)) << state.ShortDebugString() << '\n' << folded.ShortDebugString();
  }
  EXPECT_GT(taken, whole / 50);
}

}  // namespace
}  // namespace wk
