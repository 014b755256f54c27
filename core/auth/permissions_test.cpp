#include "core/auth/permissions.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace wk {
namespace {

struct Case {
  Principal principal;
  Target target;
};

AgentPrincipal agent(std::uint64_t id, v1::Role role, ApiTokenId token = {}) {
  return {.agent = AgentId(id), .role = role, .name = {}, .session = token ? AgentSessionId{} : AgentSessionId(1),
          .api_token = token};
}
Target about(std::uint64_t id, v1::Role role) {
  return {.conversation = ConversationId(5), .agent = AgentId(id), .role = role, .new_role = v1::ROLE_UNSPECIFIED};
}

// The columns of the table below.
std::vector<Case> cases() {
  const VisitorPrincipal visitor{.site = SiteId(1), .contact = ContactId(2), .conversation = ConversationId(5)};
  return {
      {visitor, {.conversation = ConversationId(5)}},                                             // own conversation
      {visitor, {.conversation = ConversationId(6)}},                                             // another's
      {visitor, {}},                                                                              // none
      {agent(1, v1::ROLE_AGENT), about(1, v1::ROLE_AGENT)},                                       // agent, self
      {agent(1, v1::ROLE_AGENT), about(2, v1::ROLE_AGENT)},                                       // agent, another
      {agent(3, v1::ROLE_SUPERVISOR), about(3, v1::ROLE_SUPERVISOR)},                             // supervisor, self
      {agent(3, v1::ROLE_SUPERVISOR), about(2, v1::ROLE_AGENT)},                                  // supervisor, an agent
      {agent(3, v1::ROLE_SUPERVISOR), about(9, v1::ROLE_ADMINISTRATOR)},                          // supervisor, an admin.
      {agent(9, v1::ROLE_ADMINISTRATOR), about(9, v1::ROLE_ADMINISTRATOR)},                       // administrator, self
      {agent(9, v1::ROLE_ADMINISTRATOR), about(8, v1::ROLE_ADMINISTRATOR)},                       // administrator, another
      {agent(9, v1::ROLE_ADMINISTRATOR, ApiTokenId(1)), about(9, v1::ROLE_ADMINISTRATOR)},        // the same by a token
      {agent(1, v1::ROLE_UNSPECIFIED), about(1, v1::ROLE_UNSPECIFIED)},                           // no role at all
      {SystemPrincipal{}, {.conversation = ConversationId(5)}},
      {BotPrincipal{}, {.conversation = ConversationId(5)}},
  };
}

struct Expected {
  Action action;
  std::string_view allowed;  // visitor (3), agent (2), supervisor (3), administrator (3), no role, system, AI agent
};

constexpr std::array<Expected, kActionCount> kExpected{{
    {Action::kReadConversation, "100 11 111 111 0 1 0"},
    {Action::kReadNotes, "000 11 111 111 0 1 0"},
    {Action::kAppendMessage, "100 11 111 111 0 1 0"},
    {Action::kAppendNote, "000 11 111 111 0 1 0"},
    {Action::kMarkSeen, "100 11 111 111 0 0 0"},
    {Action::kType, "100 11 111 111 0 0 0"},
    {Action::kViewersSee, "000 11 111 111 0 0 0"},
    {Action::kClaim, "000 11 111 111 0 0 0"},
    {Action::kAssign, "000 11 111 111 0 1 0"},
    {Action::kChangeState, "000 11 111 111 0 1 0"},
    {Action::kChangeLabels, "000 11 111 111 0 1 0"},
    {Action::kChangePriority, "000 11 111 111 0 1 0"},
    {Action::kRate, "100 00 000 000 0 0 0"},
    {Action::kReportPage, "100 00 000 000 0 0 0"},
    {Action::kChangeContact, "100 11 111 111 0 1 1"},
    {Action::kTakeBotTurn, "000 00 000 000 0 0 1"},
    {Action::kUpload, "100 11 111 111 0 0 0"},
    {Action::kReadAttachment, "100 11 111 111 0 1 0"},
    {Action::kStartConversation, "100 11 111 111 0 1 0"},
    {Action::kListConversations, "000 11 111 111 0 1 0"},
    {Action::kSearch, "000 11 111 111 0 1 0"},
    {Action::kListContacts, "000 11 111 111 0 1 0"},
    {Action::kSetOwnPresence, "000 11 111 111 0 0 0"},
    {Action::kManageOwnAccount, "000 10 100 100 0 0 0"},
    {Action::kListAgents, "000 11 111 111 0 1 0"},
    {Action::kManageAgents, "000 00 110 111 0 0 0"},
    {Action::kManageSessions, "000 10 110 111 0 0 0"},
    {Action::kManageApiTokens, "000 00 100 111 0 0 0"},
    {Action::kReadSites, "000 11 111 111 0 1 0"},
    {Action::kManageSites, "000 00 111 111 0 0 0"},
    {Action::kReadIdentitySecret, "000 00 000 111 0 0 0"},
    {Action::kReadMetrics, "000 00 111 111 0 1 0"},
    {Action::kManageSettings, "000 00 000 111 0 0 0"},
    {Action::kReadKnowledge, "000 11 111 111 0 1 0"},
    {Action::kManageKnowledge, "000 00 111 111 0 0 0"},
    {Action::kAskLanguageModel, "000 11 111 111 0 0 0"},
}};

TEST(Permissions, AreAsWrittenForEveryRoleAndAction) {
  const std::vector<Case> all = cases();
  for (std::size_t row = 0; row < kExpected.size(); ++row) {
    ASSERT_EQ(kExpected[row].action, static_cast<Action>(row));
    std::string expected;
    for (const char c : kExpected[row].allowed) {
      if (c != ' ') expected.push_back(c);
    }
    ASSERT_EQ(expected.size(), all.size());
    for (std::size_t column = 0; column < all.size(); ++column) {
      const auto answer = may(all[column].principal, kExpected[row].action, all[column].target);
      EXPECT_EQ(answer.has_value(), expected[column] == '1') << "action " << row << ", column " << column;
      if (!answer) {
        EXPECT_EQ(answer.error().code, ErrorCode::kForbidden);
      }
    }
  }
}

TEST(Permissions, LetNobodyGiveMoreThanTheyAre) {
  const auto granting = [](std::uint64_t id, v1::Role role, v1::Role new_role) {
    return Target{.conversation = {}, .agent = AgentId(id), .role = role, .new_role = new_role};
  };
  const AgentPrincipal supervisor = agent(3, v1::ROLE_SUPERVISOR);
  EXPECT_TRUE(may(supervisor, Action::kManageAgents, granting(2, v1::ROLE_AGENT, v1::ROLE_SUPERVISOR)));
  EXPECT_FALSE(may(supervisor, Action::kManageAgents, granting(2, v1::ROLE_AGENT, v1::ROLE_ADMINISTRATOR)));
  EXPECT_FALSE(may(supervisor, Action::kManageAgents, granting(3, v1::ROLE_SUPERVISOR, v1::ROLE_ADMINISTRATOR)));
  EXPECT_FALSE(may(supervisor, Action::kManageApiTokens, granting(3, v1::ROLE_SUPERVISOR, v1::ROLE_ADMINISTRATOR)));
  EXPECT_TRUE(may(supervisor, Action::kManageApiTokens, granting(3, v1::ROLE_SUPERVISOR, v1::ROLE_AGENT)));
  EXPECT_TRUE(may(agent(9, v1::ROLE_ADMINISTRATOR), Action::kManageAgents,
                  granting(2, v1::ROLE_AGENT, v1::ROLE_ADMINISTRATOR)));
}

TEST(Permissions, TakeAMissingTargetForNobodysOwn) {
  EXPECT_FALSE(may(agent(1, v1::ROLE_AGENT), Action::kManageSessions));
  EXPECT_FALSE(may(agent(3, v1::ROLE_SUPERVISOR), Action::kManageAgents));
  EXPECT_FALSE(may(agent(0, v1::ROLE_AGENT), Action::kManageSessions)) << "agent 0 is not the owner of what has no owner";
  EXPECT_FALSE(may(VisitorPrincipal{}, Action::kReadConversation)) << "nor is a visitor without a conversation";
}

TEST(Permissions, RefuseAnActionThatDoesNotExist) {
  EXPECT_FALSE(may(agent(9, v1::ROLE_ADMINISTRATOR), static_cast<Action>(250)));
}

}  // namespace
}  // namespace wk
