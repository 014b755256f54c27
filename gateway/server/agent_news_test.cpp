#include "gateway/server/agent_news.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace wk {
namespace {

struct Principal {
  AgentId agent;
};

struct Peer {
  explicit Peer(std::uint64_t id) : principal{AgentId(id)} {}
  const Principal& agent() const { return principal; }
  Principal principal;
  std::string heard;
  int writes = 0;
};

class AgentNewsTest : public ::testing::Test {
 protected:
  Peer& join(std::uint64_t id) {
    peers.push_back(std::make_unique<Peer>(id));
    agents.add(*peers.back());
    return *peers.back();
  }
  void join_many(int count) {
    for (int i = 0; i < count; ++i) join(static_cast<std::uint64_t>(i) + 1);
  }
  void tell(const std::string& all) {
    News news;
    news.add(all, "");
    agents.tell(std::move(news), deliver);
  }
  std::size_t serve(std::size_t most) { return agents.serve(most, deliver); }

  static constexpr std::size_t kGatheredMax = 20;
  std::vector<std::unique_ptr<Peer>> peers;
  AgentNews<Peer> agents{kGatheredMax};
  static constexpr auto deliver = [](Peer& peer, const NewsBytes* own, const std::array<SharedBytes, 2>& everybody) {
    if (own != nullptr) peer.heard += (*own)[0];
    peer.heard += everybody[0].view();
    ++peer.writes;
  };
};

TEST_F(AgentNewsTest, GoesInSlicesInTheOrderTheyCame) {
  join_many(5);
  tell("a");
  EXPECT_EQ(peers[0]->heard, "");
  EXPECT_EQ(serve(2), 2u);
  EXPECT_EQ(peers[1]->heard, "a");
  EXPECT_EQ(peers[2]->heard, "");
  EXPECT_EQ(serve(0), 0u);
  EXPECT_EQ(serve(10), 3u);
  EXPECT_EQ(peers[4]->heard, "a");
  EXPECT_FALSE(agents.owes());
}

TEST_F(AgentNewsTest, WhatComesDuringARoundIsOneWriteOfTheNext) {
  join_many(4);
  tell("a");
  serve(1);
  tell("b");
  tell("c");
  EXPECT_EQ(serve(100), 7u);
  for (const auto& peer : peers) {
    EXPECT_EQ(peer->heard, "abc");
    EXPECT_EQ(peer->writes, 2) << "one for all that was gathered";
  }
}

TEST_F(AgentNewsTest, AnAgentsOwnRowsGoToItAloneOnAllItsConnections) {
  join(1);
  join(2);
  join(1);
  News news;
  news.add("all", "");
  news.add_for(AgentId(1), "own", "");
  news.add_for(AgentId(3), "nobody's", "");
  agents.tell(std::move(news), deliver);
  serve(100);
  EXPECT_EQ(peers[0]->heard, "ownall");
  EXPECT_EQ(peers[1]->heard, "all");
  EXPECT_EQ(peers[2]->heard, "ownall");
}

TEST_F(AgentNewsTest, TheNewerRowOfAConversationIsTheLaterOne) {
  join_many(2);
  tell("0");
  serve(1);
  tell("a1");
  News news;
  news.add_for(AgentId(1), "a2", "");
  news.add("b1", "");
  agents.tell(std::move(news), deliver);
  tell("a3");
  serve(100);
  EXPECT_EQ(peers[0]->heard, "0a1a2b1a3");
  EXPECT_EQ(peers[1]->heard, "0a1b1a3");
}

// At the limit nothing is left out: the round under way ends at once, and no more is kept than one telling beyond the limit.
TEST_F(AgentNewsTest, AtTheLimitTheRoundEndsAtOnceAndNothingIsLeftOut) {
  join_many(6);
  tell("first");
  serve(2);
  tell(std::string(kGatheredMax, 'x'));
  EXPECT_EQ(peers[5]->heard, "");
  tell("y");
  EXPECT_EQ(peers[5]->heard, "first") << "the round ended within the call";
  EXPECT_TRUE(agents.owes());
  EXPECT_EQ(serve(100), 12u);
  for (const auto& peer : peers) EXPECT_EQ(peer->heard, "first" + std::string(kGatheredMax, 'x') + "y");
  EXPECT_FALSE(agents.owes());
}

TEST_F(AgentNewsTest, AlsoBeforeTheFirstRoundTheLimitHolds) {
  join_many(2);
  tell(std::string(kGatheredMax, 'x'));
  tell("y");
  tell(std::string(kGatheredMax, 'z'));
  serve(100);
  EXPECT_EQ(peers[1]->heard, std::string(kGatheredMax, 'x') + "y" + std::string(kGatheredMax, 'z'));
}

TEST_F(AgentNewsTest, WhoLeavesDuringARoundCostsNobodyItsTurn) {
  join_many(6);
  tell("a");
  serve(3);
  agents.remove(*peers[0]);
  agents.remove(*peers[4]);
  agents.remove(*peers[4]);
  EXPECT_EQ(serve(100), 2u);
  for (std::size_t i : {0u, 1u, 2u, 3u, 5u}) EXPECT_EQ(peers[i]->heard, "a") << i;
  EXPECT_EQ(peers[4]->heard, "");
}

TEST_F(AgentNewsTest, TheLastOneOfARoundLeaves) {
  join_many(3);
  tell("a");
  serve(2);
  agents.remove(*peers[2]);
  tell("b");
  while (agents.owes()) serve(1);
  EXPECT_EQ(peers[0]->heard, "ab");
  EXPECT_EQ(peers[1]->heard, "ab");
}

TEST_F(AgentNewsTest, WithoutAgentsNothingIsKept) {
  tell("a");
  EXPECT_FALSE(agents.owes());
  join_many(3);
  tell("b");
  serve(1);
  tell("c");
  for (const auto& peer : peers) agents.remove(*peer);
  EXPECT_FALSE(agents.owes());
  EXPECT_EQ(serve(10), 0u);
  Peer& late = join(9);
  tell("d");
  serve(10);
  EXPECT_EQ(late.heard, "d");
}

// Whatever comes and goes between slices: who stays hears everything told since it came, in order, each once. The news of a round
// under way may come on top, before that.
TEST_F(AgentNewsTest, EverybodyHearsEverythingInOrder) {
  std::mt19937 random(7);
  std::string told;
  std::vector<std::pair<Peer*, std::size_t>> since;
  for (int step = 0; step < 20'000; ++step) {
    switch (random() % 8) {
      case 0:
        if (since.size() < 30) since.push_back({&join(random() % 5 + 1), told.size()});
        break;
      case 1:
        if (!since.empty() && random() % 2 == 0) {
          const auto gone = since.begin() + static_cast<std::ptrdiff_t>(random() % since.size());
          agents.remove(*gone->first);
          since.erase(gone);
        }
        break;
      case 2:
      case 3: {
        const std::string one(1 + random() % 4, static_cast<char>('a' + told.size() % 26));
        told += one;
        tell(one);
        break;
      }
      default:
        serve(random() % 7);
    }
  }
  while (agents.owes()) serve(10);
  ASSERT_FALSE(since.empty());
  for (const auto& [peer, from] : since) EXPECT_TRUE(peer->heard.ends_with(told.substr(from)));
}

}  // namespace
}  // namespace wk
