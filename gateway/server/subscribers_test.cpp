#include "gateway/server/subscribers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "gateway/server/subscription.hpp"

namespace wk {
namespace {

constexpr ConversationId kFirst(1), kSecond(2);

Seq last_of(const std::vector<EventRef>& log) { return static_cast<Seq>(log.size()); }

// As a connection has it: takes live what joins on, reads the rest from the log.
struct Peer {
  explicit Peer(ConversationId conversation, Seq last = 0) : subscription(conversation) { subscription.begin(last, last); }
  void on_live(const EventRange& range, const std::vector<EventRef>& log) {
    ++told;
    if (subscription.takes(range, range.events.empty())) {
      for (const EventRef& event : range.events) seen.push_back(event.seq);
    } else if (subscription.wants_read()) {
      ++reads;
      subscription.read_begins();
      for (Seq seq = subscription.cursor() + 1; seq <= last_of(log); ++seq) seen.push_back(seq);
      subscription.read_ends(last_of(log));
    }
  }
  Subscription subscription;
  std::vector<Seq> seen;
  std::string signs;
  int told = 0;
  int reads = 0;
};

// What the newest of a kind says.
struct Sign {
  int kind = 0;
  std::string text;
  bool replaces(const Sign& older) const { return kind == older.kind; }
};

class SubscribersTest : public ::testing::Test {
 protected:
  Peer& join(ConversationId conversation = kFirst) {
    peers.push_back(std::make_unique<Peer>(conversation, last_of(logs[conversation])));
    subscribers.add(conversation, *peers.back());
    return *peers.back();
  }
  void join(int count, ConversationId conversation = kFirst) {
    for (int i = 0; i < count; ++i) join(conversation);
  }
  // So many events become durable.
  void commit(std::size_t count = 1, ConversationId conversation = kFirst) {
    std::vector<EventRef>& log = logs[conversation];
    const Seq after = last_of(log);
    for (std::size_t i = 0; i < count; ++i) log.push_back({conversation, last_of(log) + 1, SharedBytes(std::string(100, 'e')), true});
    subscribers.on_committed({conversation, after, last_of(log), {log.data() + after, count}}, deliver);
  }
  std::size_t serve(std::size_t deliveries) { return subscribers.serve(deliveries, deliver, tell); }
  void signal(int kind, const std::string& text) { subscribers.on_signal(kFirst, {kind, text}, tell); }
  // Who has it all, by '1', and who has not, by '0'.
  std::string state() {
    std::string all;
    for (const auto& peer : peers) all += peer->subscription.cursor() == last_of(logs[kFirst]) ? '1' : '0';
    return all;
  }

  std::map<ConversationId, std::vector<EventRef>> logs;
  std::vector<std::unique_ptr<Peer>> peers;
  Subscribers<Peer, Sign> subscribers{{.at_once_max = 3, .gathered_bytes_max = 1'000, .signals_max = 4}};
  const std::function<void(Sign&, std::span<Peer* const>)> tell = [](Sign& sign, std::span<Peer* const> to) {
    for (Peer* peer : to) peer->signs += sign.text;
  };
  const std::function<void(const EventRange&, std::span<Peer* const>)> deliver = [this](const EventRange& range, std::span<Peer* const> to) {
    for (Peer* peer : to) peer->on_live(range, logs[range.conversation]);
  };
};

TEST_F(SubscribersTest, FewAreToldAtOnce) {
  join(3);
  commit(2);
  EXPECT_EQ(state(), "111");
  EXPECT_FALSE(subscribers.owes());
}

TEST_F(SubscribersTest, ManyAreToldInSlicesInTheOrderTheyCame) {
  join(8);
  commit();
  EXPECT_EQ(state(), "00000000");
  EXPECT_EQ(serve(3), 3u);
  EXPECT_EQ(state(), "11100000");
  EXPECT_EQ(serve(3), 3u);
  EXPECT_EQ(state(), "11111100");
  EXPECT_EQ(serve(0), 0u);
  EXPECT_EQ(serve(3), 2u);
  EXPECT_EQ(state(), "11111111");
  EXPECT_FALSE(subscribers.owes());
}

TEST_F(SubscribersTest, WhatComesDuringARoundIsOneMessageOfTheNext) {
  join(5);
  commit();
  serve(2);
  for (int i = 0; i < 4; ++i) commit(2);
  serve(3);
  for (const auto& peer : peers) EXPECT_EQ(peer->seen, std::vector<Seq>{1});
  EXPECT_TRUE(subscribers.owes());
  EXPECT_EQ(serve(100), 5u);
  for (const auto& peer : peers) {
    EXPECT_EQ(peer->seen, (std::vector<Seq>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
    EXPECT_EQ(peer->told, 2);
    EXPECT_EQ(peer->reads, 0);
  }
  EXPECT_FALSE(subscribers.owes());
}

TEST_F(SubscribersTest, BeyondWhatIsGatheredTheyReadFromStorage) {
  join(5);
  commit();
  serve(1);
  for (int i = 0; i < 30; ++i) commit();
  EXPECT_EQ(serve(100), 9u);
  EXPECT_EQ(state(), "11111");
  for (const auto& peer : peers) {
    EXPECT_EQ(peer->reads, 1);
    EXPECT_EQ(peer->seen.size(), 31u);
    EXPECT_TRUE(std::is_sorted(peer->seen.begin(), peer->seen.end()));
  }
  // And are told live again.
  commit();
  serve(100);
  EXPECT_EQ(state(), "11111");
  EXPECT_EQ(peers[0]->reads, 1);
}

TEST_F(SubscribersTest, WhoLeavesDuringARoundCostsNobodyItsTurn) {
  join(8);
  commit();
  serve(4);
  subscribers.remove(kFirst, *peers[1]);
  subscribers.remove(kFirst, *peers[5]);
  EXPECT_FALSE(subscribers.remove(kFirst, *peers[5]));
  EXPECT_EQ(serve(100), 3u);
  EXPECT_EQ(state(), "11111011");
  for (std::size_t i : {0u, 2u, 3u, 4u, 6u, 7u}) EXPECT_EQ(peers[i]->told, 1) << i;
}

TEST_F(SubscribersTest, WhoComesDuringARoundMissesNothing) {
  join(6);
  commit();
  serve(2);
  Peer& late = join();
  commit();
  serve(100);
  EXPECT_EQ(late.seen, std::vector<Seq>{2});
  EXPECT_EQ(state(), "1111111");
}

TEST_F(SubscribersTest, WithTheLastOneTheRoundIsOver) {
  join(5);
  commit();
  serve(2);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_FALSE(subscribers.remove(kFirst, *peers[i]));
  EXPECT_TRUE(subscribers.remove(kFirst, *peers[4]));
  EXPECT_FALSE(subscribers.owes());
  EXPECT_EQ(serve(100), 0u);
  EXPECT_EQ(peers[3]->told, 0);
}

TEST_F(SubscribersTest, ConversationsTakeTurns) {
  join(4);
  join(4, kSecond);
  commit();
  commit(1, kSecond);
  serve(2);
  EXPECT_EQ(peers[1]->told, 1);
  EXPECT_EQ(peers[2]->told, 0);
  serve(2);
  EXPECT_EQ(peers[5]->told, 1);
  EXPECT_EQ(peers[2]->told, 0) << "the second conversation's slice came first";
  EXPECT_EQ(serve(100), 4u);
}

TEST_F(SubscribersTest, SignalsGoToFewAtOnceAndToManyInSlices) {
  signal(1, "nobody");
  EXPECT_FALSE(subscribers.owes());
  join(3);
  signal(1, "a");
  EXPECT_EQ(peers[2]->signs, "a");
  join(3);
  signal(1, "b");
  EXPECT_EQ(peers[0]->signs, "a");
  EXPECT_EQ(serve(4), 4u);
  EXPECT_EQ(peers[3]->signs, "b");
  EXPECT_EQ(peers[4]->signs, "");
  EXPECT_EQ(serve(100), 2u);
  EXPECT_EQ(peers[5]->signs, "b");
  EXPECT_EQ(peers[5]->told, 0) << "no event came";
  EXPECT_FALSE(subscribers.owes());
}

TEST_F(SubscribersTest, SignalsOfARoundAreTheNewestOfEachAndGoWithItsEvents) {
  join(5);
  commit();
  serve(1);
  signal(1, "a");
  signal(2, "b");
  signal(1, "c");
  commit();
  EXPECT_EQ(serve(100), 9u);
  for (const auto& peer : peers) {
    EXPECT_EQ(peer->signs, "bc");
    EXPECT_EQ(peer->told, 2);
  }
  EXPECT_EQ(state(), "11111");
}

TEST_F(SubscribersTest, BeyondTheLimitTheOldestSignalsGo) {
  join(5);
  signal(0, "0");
  serve(1);
  for (int kind = 1; kind <= 6; ++kind) signal(kind, std::to_string(kind));
  while (subscribers.owes()) serve(2);
  for (const auto& peer : peers) EXPECT_EQ(peer->signs, "03456");
}

// Whatever comes and goes between slices: everybody has every event once, in order.
TEST_F(SubscribersTest, EverybodyHasEverythingOnceAndInOrder) {
  std::mt19937 random(1);
  std::map<const Peer*, Seq> begun;
  for (int step = 0; step < 20'000; ++step) {
    switch (random() % 8) {
      case 0:
        if (peers.size() < 40) {
          const Seq last = last_of(logs[kFirst]);
          begun[&join()] = last;
        }
        break;
      case 1:
        if (!peers.empty() && random() % 2 == 0) {
          const auto gone = peers.begin() + static_cast<std::ptrdiff_t>(random() % peers.size());
          subscribers.remove(kFirst, **gone);
          begun.erase(gone->get());
          peers.erase(gone);
        }
        break;
      case 2:
      case 3:
        commit(1 + random() % 12);
        break;
      default:
        serve(random() % 7);
    }
  }
  while (subscribers.owes()) serve(10);
  ASSERT_GT(peers.size(), 0u);
  for (const auto& peer : peers) {
    Seq next = begun[peer.get()];
    for (const Seq seq : peer->seen) ASSERT_EQ(seq, ++next);
    EXPECT_EQ(next, last_of(logs[kFirst]));
  }
}

}  // namespace
}  // namespace wk
