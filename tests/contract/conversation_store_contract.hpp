// What every ConversationStore must do, embedded or cluster: an adapter's test instantiates this suite with a fixture of its own.
//
//   struct EmbeddedStores { ConversationStore& store(); void reopen(); … };
//   INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, ConversationStoreContract, EmbeddedStores);
//
// The fixture type: default-constructible; store() answers the open store; reopen() closes it hard (as a crash would) and opens
// the same data again.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "core/model/fold.hpp"
#include "core/ports/conversation_store.hpp"
#include "tests/contract/event_maker.hpp"

namespace wk::testing {

inline Result<JournalPosition> append_and_wait(ConversationStore& store, std::vector<EventRef> events) {
  std::promise<Result<JournalPosition>> promise;
  auto future = promise.get_future();
  const Enqueued accepted =
      store.append(std::move(events), [&promise](Result<JournalPosition> end) { promise.set_value(std::move(end)); });
  if (accepted == Enqueued::kRefused) return fail(ErrorCode::kBusy, "refused");
  return future.get();
}

template <typename Stores>
class ConversationStoreContract : public ::testing::Test {
 protected:
  ConversationStore& store() { return stores_.store(); }
  void append(std::vector<EventRef> events) {
    const auto end = append_and_wait(store(), std::move(events));
    ASSERT_TRUE(end) << end.error().context;
  }
  std::vector<Seq> seqs(ConversationId id, Seq after, std::size_t limit) {
    auto read = store().read(id, after, limit);
    std::vector<Seq> answer;
    if (!read) {
      ADD_FAILURE() << read.error().context;
      return answer;
    }
    for (const EventRef& event : *read) answer.push_back(event.seq);
    return answer;
  }

  Stores stores_;
  EventMaker make_;
  const ConversationId a_{101};
  const ConversationId b_{102};
  const Sender visitor_{v1::ACTOR_KIND_VISITOR, EventMaker::kContact};
};

TYPED_TEST_SUITE_P(ConversationStoreContract);

TYPED_TEST_P(ConversationStoreContract, WhatIsAckedIsReadableAtOnce) {
  this->append({this->make_.started(this->a_), this->make_.message(this->a_, "one", "c1")});
  EXPECT_EQ(this->seqs(this->a_, 0, 100), (std::vector<Seq>{1, 2}));
  auto summary = this->store().load(this->a_);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->last_seq(), 2u);
  EXPECT_EQ(summary->last_message().text(), "one");
  auto found = this->store().find_append(this->a_, this->visitor_, "c1", 0);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->seq, 2u);
  auto list = this->store().list({});
  ASSERT_TRUE(list);
  ASSERT_EQ(list->conversations_size(), 1);
  EXPECT_EQ(list->conversations(0).SerializeAsString(), summary->SerializeAsString());
}

TYPED_TEST_P(ConversationStoreContract, TellsWhatWasNeverWritten) {
  EXPECT_EQ(this->store().load(this->a_).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(this->seqs(this->a_, 0, 10).empty());
  EXPECT_FALSE(this->store().find_append(this->a_, this->visitor_, "c1", 0).value());
  EXPECT_EQ(this->store().list({})->conversations_size(), 0);
}

TYPED_TEST_P(ConversationStoreContract, ReadsRangesAcrossWhateverHoldsThem) {
  this->append({this->make_.started(this->a_)});
  for (int i = 2; i <= 50; ++i) this->append({this->make_.message(this->a_, "m" + std::to_string(i))});
  EXPECT_EQ(this->seqs(this->a_, 48, 100), (std::vector<Seq>{49, 50}));
  EXPECT_EQ(this->seqs(this->a_, 10, 3), (std::vector<Seq>{11, 12, 13}));
  EXPECT_TRUE(this->seqs(this->a_, 50, 10).empty());
  EXPECT_TRUE(this->seqs(this->a_, 5000, 10).empty());
  EXPECT_TRUE(this->seqs(this->a_, 0, 0).empty());
  EXPECT_EQ(this->seqs(this->a_, 0, 1'000'000).size(), 50u);
}

TYPED_TEST_P(ConversationStoreContract, BytesAndVisibilityComeBackAsTheyWere) {
  const std::vector<EventRef> events = {this->make_.started(this->a_), this->make_.note(this->a_, "内部备注")};
  this->append(events);
  for (int round = 0; round < 2; ++round) {
    auto read = this->store().read(this->a_, 0, 10);
    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ((*read)[i].bytes.view(), events[i].bytes.view());
      EXPECT_EQ((*read)[i].visitor_may_see, events[i].visitor_may_see);
      EXPECT_EQ((*read)[i].conversation, this->a_);
    }
    this->stores_.reopen();
  }
}

TYPED_TEST_P(ConversationStoreContract, NothingAckedIsLostWhenTheProcessDiesAtAnyPoint) {
  std::size_t acked = 0;
  for (int life = 0; life < 8; ++life) {
    if (acked == 0) {
      this->append({this->make_.started(this->a_)});
      ++acked;
    }
    for (int i = 0; i < 25; ++i) {
      this->append({this->make_.message(this->a_, "life " + std::to_string(life), "c" + std::to_string(acked + 1))});
      ++acked;
    }
    this->stores_.reopen();
    EXPECT_EQ(this->seqs(this->a_, 0, 1'000).size(), acked);
    auto summary = this->store().load(this->a_);
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->last_seq(), acked);
    EXPECT_EQ(summary->unread(), acked - 1);
  }
  auto found = this->store().find_append(this->a_, this->visitor_, "c2", 0);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->seq, 2u);
}

TYPED_TEST_P(ConversationStoreContract, FindsAnAppendOnlyForItsSenderAndItsClientId) {
  this->append({this->make_.started(this->a_), this->make_.message(this->a_, "x", "same-id"), this->make_.started(this->b_)});
  EXPECT_TRUE(this->store().find_append(this->a_, this->visitor_, "same-id", 0).value());
  EXPECT_FALSE(this->store().find_append(this->a_, {v1::ACTOR_KIND_AGENT, EventMaker::kContact}, "same-id", 0).value());
  EXPECT_FALSE(this->store().find_append(this->a_, {v1::ACTOR_KIND_VISITOR, 71}, "same-id", 0).value());
  EXPECT_FALSE(this->store().find_append(this->a_, this->visitor_, "same", 0).value());
  EXPECT_FALSE(this->store().find_append(this->b_, this->visitor_, "same-id", 0).value());
  // A text that happens to hold the id is not the id.
  this->append({this->make_.message(this->a_, "other-id", "y")});
  EXPECT_FALSE(this->store().find_append(this->a_, this->visitor_, "other-id", 0).value());
}

TYPED_TEST_P(ConversationStoreContract, FindsAnAppendWithinTheSlackOfClocks) {
  this->append({this->make_.started(this->a_), this->make_.message(this->a_, "x", "id")});
  const std::int64_t time = this->make_.time_ms();
  std::vector<EventRef> more;
  for (int i = 0; i < 600; ++i) more.push_back(this->make_.message(this->a_, "later", "z" + std::to_string(i)));
  this->append(std::move(more));
  EXPECT_TRUE(this->store().find_append(this->a_, this->visitor_, "id", time + 5 * 60'000).value());
  EXPECT_TRUE(this->store().find_append(this->a_, this->visitor_, "id", time).value());
}

TYPED_TEST_P(ConversationStoreContract, ListsFollowWhatWasAcked) {
  this->append({this->make_.started(this->a_), this->make_.started(this->b_, SiteId(8))});
  this->append({this->make_.held_by(this->a_, AgentId(5))});
  ConversationFilter mine;
  mine.holder_agent = AgentId(5);
  auto list = this->store().list(mine);
  ASSERT_TRUE(list);
  ASSERT_EQ(list->conversations_size(), 1);
  EXPECT_EQ(list->conversations(0).id(), this->a_.value());
  EXPECT_EQ(list->counts().mine(), 1u);
  EXPECT_EQ(list->counts().queue(), 1u);
  EXPECT_EQ(list->counts().all(), 2u);
  ConversationFilter queue;
  queue.holder_kind = v1::HOLDER_KIND_QUEUE;
  queue.sites = {SiteId(8)};
  EXPECT_EQ(this->store().list(queue)->conversations_size(), 1);
  queue.sites = {SiteId(9)};
  EXPECT_EQ(this->store().list(queue)->conversations_size(), 0);
  this->append({this->make_.state(this->b_, v1::CONVERSATION_STATE_SNOOZED, 1'000)});
  (void)this->store().list({});
  EXPECT_EQ(this->store().due_snoozed(1'000, 10).value(), std::vector<ConversationId>{this->b_});
}

TYPED_TEST_P(ConversationStoreContract, ManyWritersAndReadersSeeLogsWithoutHoles) {
  constexpr int kConversations = 4;
  constexpr int kEach = 150;
  std::atomic<bool> writing = true;
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int c = 0; c < kConversations; ++c) {
    threads.emplace_back([&, c] {
      EventMaker make;
      const ConversationId id(static_cast<std::uint64_t>(1'000 + c));
      if (!append_and_wait(this->store(), {make.started(id)})) ++failures;
      for (int i = 0; i < kEach; ++i) {
        if (!append_and_wait(this->store(), {make.message(id, "text")})) ++failures;
        auto summary = this->store().load(id);
        if (!summary || summary->last_seq() != make.last_seq(id)) ++failures;
      }
    });
  }
  threads.emplace_back([&] {
    while (writing) {
      for (int c = 0; c < kConversations; ++c) {
        auto read = this->store().read(ConversationId(static_cast<std::uint64_t>(1'000 + c)), 0, 1'000);
        if (!read) ++failures;
        Seq expected = 0;
        for (const EventRef& event : *read) {
          if (event.seq != ++expected) ++failures;
        }
      }
    }
  });
  for (int c = 0; c < kConversations; ++c) threads[static_cast<std::size_t>(c)].join();
  writing = false;
  threads.back().join();
  EXPECT_EQ(failures.load(), 0);
}

REGISTER_TYPED_TEST_SUITE_P(ConversationStoreContract, WhatIsAckedIsReadableAtOnce, TellsWhatWasNeverWritten,
                            ReadsRangesAcrossWhateverHoldsThem, BytesAndVisibilityComeBackAsTheyWere,
                            NothingAckedIsLostWhenTheProcessDiesAtAnyPoint, FindsAnAppendOnlyForItsSenderAndItsClientId,
                            FindsAnAppendWithinTheSlackOfClocks, ListsFollowWhatWasAcked,
                            ManyWritersAndReadersSeeLogsWithoutHoles);

}  // namespace wk::testing
