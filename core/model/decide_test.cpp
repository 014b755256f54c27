#include "core/model/decide.hpp"

#include <gtest/gtest.h>

#include "core/model/fold.hpp"
#include "core/model/limits.hpp"
#include "core/model/visibility.hpp"

namespace wk {
namespace {

const Principal kVisitor = VisitorPrincipal{.site = SiteId(1), .contact = ContactId(7), .conversation = ConversationId(9), .name = "Mei"};
const Principal kLin = AgentPrincipal{.agent = AgentId(20), .role = v1::ROLE_AGENT, .name = "Lin"};
const Principal kOmar = AgentPrincipal{.agent = AgentId(21), .role = v1::ROLE_AGENT, .name = "Omar"};
constexpr std::int64_t kNow = 1'800'000'000'000;

v1::Append text(const std::string& words) {
  v1::Append append;
  append.set_client_id("c-1");
  append.mutable_message()->set_text(words);
  return append;
}

// A conversation that takes what is decided, as the broker would.
class Conversation {
 public:
  Result<std::vector<v1::Event>> apply(const Principal& who, const v1::Append& append) {
    auto events = decide(state, who, append, {v1::VisitorContext(), kNow});
    if (events) {
      for (v1::Event& event : *events) {
        event.set_conversation_id(9);
        event.set_seq(state.last_seq() + 1);
        event.set_time_ms(kNow + state.last_seq());
        fold(state, event);
      }
    }
    return events;
  }
  v1::ConversationSummary state;
};

v1::Append assign_to(std::uint64_t agent) {
  v1::Append append;
  append.set_client_id("c-2");
  auto& to = *append.mutable_assign()->mutable_to();
  to.set_kind(agent == 0 ? v1::HOLDER_KIND_QUEUE : v1::HOLDER_KIND_AGENT);
  to.set_agent_id(agent);
  return append;
}

v1::Append state_to(v1::ConversationState to) {
  v1::Append append;
  append.set_client_id("c-3");
  append.mutable_change_state()->set_to(to);
  return append;
}

TEST(Decide, TheFirstMessageStartsTheConversationInTheQueue) {
  Conversation c;
  const auto events = c.apply(kVisitor, text("你好"));
  ASSERT_EQ(events->size(), 2u);
  EXPECT_TRUE(events->front().has_started());
  EXPECT_EQ(events->front().client_id(), "");
  EXPECT_EQ(events->back().client_id(), "c-1");
  EXPECT_EQ(c.state.holder().kind(), v1::HOLDER_KIND_QUEUE);
  EXPECT_EQ(c.state.state(), v1::CONVERSATION_STATE_OPEN);
  EXPECT_EQ(c.state.unread(), 1u);
  EXPECT_GT(c.state.waiting_since_ms(), 0);
}

TEST(Decide, AnAgentCannotWriteIntoWhatWasNeverStarted) {
  Conversation c;
  EXPECT_EQ(c.apply(kLin, text("hi")).error().code, ErrorCode::kNotFound);
}

TEST(Decide, WhoAnswersFromTheQueueTakesIt) {
  Conversation c;
  (void)c.apply(kVisitor, text("help"));
  ASSERT_EQ(c.apply(kLin, text("here"))->size(), 2u);
  EXPECT_EQ(c.state.holder().agent_id(), 20u);
  EXPECT_EQ(c.state.waiting_since_ms(), 0);
  EXPECT_EQ(c.state.unread(), 0u);
  EXPECT_EQ(c.apply(kOmar, text("me too"))->size(), 1u) << "and keeps it when another helps";
}

TEST(Decide, OnlyOneOfTwoClaimsWins) {
  Conversation c;
  (void)c.apply(kVisitor, text("help"));
  v1::Append claim;
  claim.set_client_id("c");
  claim.mutable_claim();
  EXPECT_TRUE(c.apply(kLin, claim));
  EXPECT_EQ(c.apply(kOmar, claim).error().client_code(), "already_held");
  EXPECT_TRUE(c.apply(kLin, claim)->empty()) << "one's own again is a success without an event";
}

TEST(Decide, RoutingDoesNotTakeBackWhatSomebodyClaimed) {
  Conversation c;
  (void)c.apply(kVisitor, text("help"));
  (void)c.apply(kLin, text("mine"));
  EXPECT_EQ(c.apply(SystemPrincipal{}, assign_to(21)).error().client_code(), "already_held");
  EXPECT_EQ(c.state.holder().agent_id(), 20u);
}

TEST(Decide, TransferShowsTheVisitorWhoHasItNowAndNeverTheComment) {
  Conversation c;
  (void)c.apply(kVisitor, text("help"));
  (void)c.apply(kLin, text("mine"));
  v1::Append transfer = assign_to(21);
  transfer.mutable_assign()->set_comment("refund");
  const auto events = c.apply(kLin, transfer);
  EXPECT_EQ(events->back().holder_changed().from().agent_id(), 20u);
  EXPECT_EQ(events->back().holder_changed().reason(), v1::HOLDER_REASON_TRANSFERRED);
  EXPECT_TRUE(events->back().holder_changed().comment().empty());
  EXPECT_TRUE(visitor_may_see(events->back()));
  ASSERT_EQ(events->size(), 2u);
  EXPECT_EQ(events->front().note().text(), "refund");
  EXPECT_FALSE(visitor_may_see(events->front()));
  EXPECT_TRUE(events->front().client_id().empty()) << "one append has its id once";
  transfer = assign_to(0);
  transfer.mutable_assign()->set_comment(" \n");
  EXPECT_EQ(c.apply(kLin, transfer)->size(), 1u) << "a blank comment is none";
}

TEST(Decide, AHolderCommentOfAnEarlierVersionStaysHidden) {
  v1::Event event;
  event.mutable_holder_changed();
  EXPECT_TRUE(visitor_may_see(event));
  event.mutable_holder_changed()->set_comment("refund");
  EXPECT_FALSE(visitor_may_see(event));
}

TEST(Decide, AVerifiedVisitorDoesNotRenameThemselvesButMaySayMore) {
  Conversation c;
  (void)c.apply(kVisitor, text("help"));
  v1::Append contact;
  contact.set_client_id("c-4");
  contact.mutable_contact()->set_name("Mei Chen");
  (*contact.mutable_contact()->mutable_attributes())["plan"] = "pro";
  EXPECT_EQ(c.apply(kVisitor, contact)->back().contact_changed().name(), "Mei Chen");
  VisitorPrincipal verified = std::get<VisitorPrincipal>(kVisitor);
  verified.verified = true;
  contact.mutable_contact()->set_name("The Director");
  const auto events = c.apply(verified, contact);
  EXPECT_EQ(events->back().contact_changed().name(), "");
  EXPECT_EQ(events->back().contact_changed().attributes().at("plan"), "pro");
  EXPECT_FALSE(visitor_may_see(events->back()));
  contact.mutable_contact()->clear_attributes();
  EXPECT_TRUE(c.apply(verified, contact)->empty());
}

TEST(Decide, TheVisitorsWordReopens) {
  for (const auto asleep : {v1::CONVERSATION_STATE_RESOLVED, v1::CONVERSATION_STATE_SNOOZED}) {
    Conversation c;
    (void)c.apply(kVisitor, text("help"));
    (void)c.apply(kLin, state_to(asleep));
    ASSERT_EQ(c.apply(kVisitor, text("still there?"))->size(), 2u);
    EXPECT_EQ(c.state.state(), v1::CONVERSATION_STATE_OPEN);
  }
}

TEST(Decide, SeenNeverGoesBackNorAhead) {
  Conversation c;
  (void)c.apply(kVisitor, text("one"));
  v1::Append seen;
  seen.set_client_id("s");
  seen.mutable_seen()->set_through_seq(2);
  EXPECT_EQ(c.apply(kLin, seen)->size(), 1u);
  EXPECT_EQ(c.state.unread(), 0u);
  EXPECT_TRUE(c.apply(kLin, seen)->empty());
  seen.mutable_seen()->set_through_seq(99);
  EXPECT_EQ(c.apply(kLin, seen).error().code, ErrorCode::kInvalidArgument);
}

TEST(Decide, LabelsThatChangeNothingAreNoEvent) {
  Conversation c;
  (void)c.apply(kVisitor, text("one"));
  v1::Append labels;
  labels.set_client_id("l");
  labels.mutable_labels()->add_added("vip");
  EXPECT_EQ(c.apply(kLin, labels)->size(), 1u);
  EXPECT_TRUE(c.apply(kLin, labels)->empty());
  EXPECT_EQ(c.state.labels_size(), 1);
}

TEST(Decide, NotesAreNotForVisitors) {
  Conversation c;
  (void)c.apply(kVisitor, text("one"));
  v1::Append note;
  note.set_client_id("n");
  note.mutable_note()->set_text("difficult");
  EXPECT_FALSE(visitor_may_see(c.apply(kLin, note)->back()));
}

TEST(CheckAppend, RefusesWhatIsOverALimitOrMalformed) {
  EXPECT_TRUE(check_append(text("ok")));
  EXPECT_EQ(check_append(text(std::string(limits::kMessageTextBytesMax + 1, 'a'))).error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(check_append(text(std::string(limits::kMessageTextBytesMax, 'a'))));
  EXPECT_FALSE(check_append(text(" \n ")));
  EXPECT_FALSE(check_append(text(std::string("a\0b", 3))));
  v1::Append append = text("x");
  for (const std::string& bad : {std::string(), std::string(65, 'a'), std::string("a b"), std::string("中")}) {
    append.set_client_id(bad);
    EXPECT_FALSE(check_append(append)) << bad;
  }
  EXPECT_FALSE(check_append(v1::Append()));
  v1::Append rate;
  rate.set_client_id("r");
  rate.mutable_rate()->set_score(6);
  EXPECT_FALSE(check_append(rate));
  v1::Append contact;
  contact.set_client_id("a");
  auto& attributes = *contact.mutable_contact()->mutable_attributes();
  attributes["plan"] = std::string(limits::kAttributeValueBytesMax, 'a');
  EXPECT_TRUE(check_append(contact));
  attributes["plan"] += 'a';
  EXPECT_EQ(check_append(contact).error().code, ErrorCode::kTooLarge);
  attributes.clear();
  attributes[""] = "nameless";
  EXPECT_FALSE(check_append(contact));
  attributes.clear();
  for (std::size_t i = 0; i <= limits::kAttributesMax; ++i) attributes["a" + std::to_string(i)] = "x";
  EXPECT_EQ(check_append(contact).error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace wk
