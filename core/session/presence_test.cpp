#include "core/session/presence.hpp"

#include <gtest/gtest.h>

namespace wk {
namespace {

using namespace std::chrono_literals;
constexpr AgentId kLin(20);

TEST(Presence, StaysThroughAReloadAndLeavesAfterTheGrace) {
  ManualClock clock;
  Presence presence(clock);
  std::vector<v1::Presence> seen;
  presence.subscribe([&](const AgentPresence& agent) { seen.push_back(agent.presence); });
  presence.agent_connected(kLin, "Lin", 5);
  presence.agent_disconnected(kLin);
  presence.sweep();
  EXPECT_EQ(presence.agent(kLin).presence, v1::PRESENCE_ONLINE);
  presence.agent_connected(kLin, "Lin", 5);
  clock.advance(1min);
  presence.sweep();
  EXPECT_TRUE(presence.anybody_online());
  presence.agent_disconnected(kLin);
  clock.advance(16s);
  presence.sweep();
  EXPECT_FALSE(presence.anybody_online());
  EXPECT_EQ(seen.back(), v1::PRESENCE_OFFLINE);
}

TEST(Presence, TellsOnlyWhatChanged) {
  ManualClock clock;
  Presence presence(clock);
  int told = 0;
  presence.subscribe([&](const AgentPresence&) { ++told; });
  presence.agent_connected(kLin, "Lin", 5);
  EXPECT_EQ(told, 1);
  // A second device, one of them away again, the other back within the grace, the same choice.
  presence.agent_connected(kLin, "Lin", 5);
  presence.agent_disconnected(kLin);
  presence.agent_disconnected(kLin);
  presence.agent_connected(kLin, "Lin", 5);
  presence.choose(kLin, v1::PRESENCE_ONLINE);
  EXPECT_EQ(told, 1);
  presence.choose(kLin, v1::PRESENCE_BUSY);
  presence.set_capacity(kLin, 6);
  presence.held_changed(kLin, 1);
  EXPECT_EQ(told, 4);
  presence.agent_disconnected(kLin);
  clock.advance(16s);
  presence.sweep();
  EXPECT_EQ(told, 5);
}

TEST(Presence, IsOnlineWhileOneOfSeveralTabsLives) {
  ManualClock clock;
  Presence presence(clock);
  presence.agent_connected(kLin, "Lin", 5);
  presence.agent_connected(kLin, "Lin", 5);
  presence.agent_disconnected(kLin);
  clock.advance(1min);
  presence.sweep();
  EXPECT_TRUE(presence.anybody_online());
}

TEST(Presence, TheAgentsChoiceHoldsOverReconnects) {
  ManualClock clock;
  Presence presence(clock);
  presence.agent_connected(kLin, "Lin", 5);
  presence.choose(kLin, v1::PRESENCE_BUSY);
  presence.agent_disconnected(kLin);
  presence.agent_connected(kLin, "Lin", 5);
  EXPECT_EQ(presence.agent(kLin).presence, v1::PRESENCE_BUSY);
  EXPECT_FALSE(presence.anybody_online());
}

TEST(Presence, CountsAVisitorOnceHoweverManyTabs) {
  ManualClock clock;
  Presence presence(clock);
  EXPECT_TRUE(presence.visitor_connected(ConversationId(1)));
  EXPECT_FALSE(presence.visitor_connected(ConversationId(1)));
  EXPECT_FALSE(presence.visitor_disconnected(ConversationId(1)));
  EXPECT_TRUE(presence.visitor_disconnected(ConversationId(1)));
  EXPECT_EQ(presence.visitors_online(), 0u);
}

}  // namespace
}  // namespace wk
