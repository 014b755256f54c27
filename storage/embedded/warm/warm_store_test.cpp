#include "storage/embedded/warm/warm_store.hpp"

#include <gtest/gtest.h>

#include <array>

#include "core/model/fold.hpp"
#include "storage/embedded/sqlite/database.hpp"
#include "tests/contract/event_maker.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk {
namespace {

using testing::EventMaker;

class FakeContacts final : public ContactSink {
 public:
  Result<void> apply(std::span<const ContactUpdate> updates) override {
    if (failing) return fail(ErrorCode::kStorageFull, "no room");
    seen.insert(seen.end(), updates.begin(), updates.end());
    return {};
  }
  std::vector<ContactUpdate> seen;
  bool failing = false;
};

class WarmStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    store_.reset();
    auto opened = WarmStore::open(file(), {.contacts = &contacts_});
    ASSERT_TRUE(opened) << opened.error().context;
    store_ = std::move(*opened);
  }
  std::filesystem::path file() const { return directory_.path() / "warm.db"; }
  Result<void> apply(std::vector<EventRef> events) {
    std::vector<JournalRecord> records;
    for (EventRef& event : events) records.push_back({{++position_}, std::move(event)});
    return store_->apply(records, {position_ + 1});
  }

  testing::TemporaryDirectory directory_;
  FakeContacts contacts_;
  std::unique_ptr<WarmStore> store_;
  EventMaker make_;
  std::uint64_t position_ = 0;
  const ConversationId a_{11};
  const ConversationId b_{12};
};

TEST_F(WarmStoreTest, KeepsEventsFoldsAndCursorTogether) {
  ASSERT_TRUE(apply({make_.started(a_), make_.message(a_, "hello"), make_.started(b_), make_.message(a_, "again")}));
  reopen();
  EXPECT_EQ(store_->cursor().value, position_ + 1);
  auto row = store_->conversation(a_);
  ASSERT_TRUE(row && *row);
  EXPECT_EQ((*row)->last_seq(), 3u);
  EXPECT_EQ((*row)->unread(), 2u);
  ASSERT_TRUE(apply({make_.message(a_, "third")}));  // folds on from the row, not from the cache
  EXPECT_EQ(store_->conversation(a_).value()->unread(), 3u);
  auto read = store_->read(a_, 1, Direction::kForward, 2);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->events.size(), 2u);
  EXPECT_EQ(read->events[0].seq, 2u);
  EXPECT_EQ(EventMaker::decode(read->events[1]).message().text(), "again");
  read = store_->read(a_, 4, Direction::kBackward, 2);
  ASSERT_EQ(read->events.size(), 2u);
  EXPECT_EQ(read->events[0].seq, 3u);
  EXPECT_FALSE(store_->conversation(ConversationId(99)).value());
}

TEST_F(WarmStoreTest, TheSameBatchTwiceChangesNothing) {
  const std::vector<EventRef> events = {make_.started(a_), make_.message(a_, "hello")};
  ASSERT_TRUE(apply(events));
  const std::string before = store_->conversation(a_).value()->SerializeAsString();
  ASSERT_TRUE(apply(events));
  EXPECT_EQ(store_->conversation(a_).value()->SerializeAsString(), before);
  EXPECT_EQ(store_->read(a_, 0, Direction::kForward, 10)->events.size(), 2u);
}

TEST_F(WarmStoreTest, TellsTheDirectoryOfContactsAndTakesNothingWhileItFails) {
  contacts_.failing = true;
  const std::vector<EventRef> events = {make_.started(a_), make_.contact_changed(a_, "Li Lei", "li@example.com")};
  ASSERT_FALSE(apply(events));
  EXPECT_FALSE(store_->conversation(a_).value());
  EXPECT_EQ(store_->cursor().value, 0u);
  contacts_.failing = false;
  ASSERT_TRUE(apply(events));
  ASSERT_EQ(contacts_.seen.size(), 2u);
  EXPECT_EQ(contacts_.seen[0].contact, ContactId(EventMaker::kContact));
  EXPECT_TRUE(contacts_.seen[0].context);
  EXPECT_EQ(contacts_.seen[1].email, "li@example.com");
  EXPECT_EQ(contacts_.seen[1].site, SiteId(EventMaker::kSite));
}

TEST_F(WarmStoreTest, TheNumbersOfAListFollowItsRows) {
  const auto counts = [this] {
    ConversationFilter filter;
    filter.counts_for = AgentId(9);
    const auto counted = store_->list(filter)->counts();
    return std::array<std::uint32_t, 3>{counted.all(), counted.queue(), counted.mine()};
  };
  using Counts = std::array<std::uint32_t, 3>;
  EXPECT_EQ(counts(), (Counts{0, 0, 0}));
  ASSERT_TRUE(apply({make_.started(a_), make_.started(b_, SiteId(8)), make_.message(a_, "hello")}));
  EXPECT_EQ(counts(), (Counts{2, 2, 0}));
  contacts_.failing = true;
  ASSERT_FALSE(apply({make_.held_by(a_, AgentId(9)), make_.contact_changed(a_, "Li Lei", "")}));
  EXPECT_EQ(counts(), (Counts{2, 2, 0}));
  contacts_.failing = false;
  reopen();
  ASSERT_TRUE(apply({make_.message(b_, "nothing that counts")}));
  EXPECT_EQ(counts(), (Counts{2, 2, 0}));
  ConversationFilter other;
  other.sites = {SiteId(8)};
  EXPECT_EQ(store_->list(other)->counts().queue(), 1u);
  EXPECT_EQ(store_->stats()->conversations, 2u);
  const auto unresolved = store_->unresolved();
  ASSERT_TRUE(unresolved);
  EXPECT_EQ(unresolved->size(), 2u);
}

TEST_F(WarmStoreTest, CountsWhatAFileFromBeforeTheTalliesHas) {
  ASSERT_TRUE(apply({make_.started(a_), make_.started(b_), make_.held_by(b_, AgentId(9))}));
  store_.reset();
  {
    auto database = sqlite::Database::open(file());
    ASSERT_TRUE(database && database->execute("DROP TABLE tallies; DROP INDEX conversations_bot; DROP TABLE bot_conversations; DROP TABLE bot_turns; DROP TABLE bot_questions; PRAGMA user_version=1"));
  }
  reopen();
  ConversationFilter filter;
  filter.holder_agent = AgentId(9);
  const auto counts = store_->list(filter)->counts();
  EXPECT_EQ(counts.all(), 2u);
  EXPECT_EQ(counts.queue(), 1u);
  EXPECT_EQ(counts.mine(), 1u);
}

TEST_F(WarmStoreTest, ABatchThatFailedIsFoldedOnceWhenItSucceeds) {
  ASSERT_TRUE(apply({make_.started(a_), make_.message(a_, "first")}));
  contacts_.failing = true;
  const std::vector<EventRef> events = {make_.message(a_, "second"), make_.held_by(a_, AgentId(9)), make_.contact_changed(a_, "Li Lei", "")};
  ASSERT_FALSE(apply(events));
  ASSERT_FALSE(apply(events));
  EXPECT_EQ(store_->conversation(a_).value()->unread(), 1u);
  contacts_.failing = false;
  ASSERT_TRUE(apply(events));
  EXPECT_EQ(store_->conversation(a_).value()->unread(), 2u);
  ConversationFilter mine;
  mine.holder_agent = AgentId(9);
  EXPECT_EQ(store_->list(mine)->conversations_size(), 1);
}

TEST_F(WarmStoreTest, ListsFollowWhatLaterBatchesChange) {
  ASSERT_TRUE(apply({make_.started(a_), make_.started(b_)}));
  ConversationFilter queue;
  queue.holder_kind = v1::HOLDER_KIND_QUEUE;
  ConversationFilter mine;
  mine.holder_agent = AgentId(9);
  EXPECT_EQ(store_->list(queue)->conversations(0).id(), b_.value());
  ASSERT_TRUE(apply({make_.message(a_, "hello")}));  // changes the order alone
  EXPECT_EQ(store_->list(queue)->conversations(0).id(), a_.value());
  ASSERT_TRUE(apply({make_.held_by(a_, AgentId(9))}));  // moves it from list to list
  ASSERT_TRUE(apply({make_.message(a_, "again")}));
  ASSERT_EQ(store_->list(queue)->conversations_size(), 1);
  EXPECT_EQ(store_->list(queue)->conversations(0).id(), b_.value());
  ASSERT_EQ(store_->list(mine)->conversations_size(), 1);
  EXPECT_EQ(store_->list(mine)->conversations(0).last_seq(), 4u);
  ASSERT_TRUE(apply({make_.held_by(a_, AgentId(10)), make_.state(b_, v1::CONVERSATION_STATE_SNOOZED, 5'000)}));
  EXPECT_EQ(store_->list(mine)->conversations_size(), 0);
  EXPECT_EQ(store_->due_snoozed(5'000, 10).value(), std::vector<ConversationId>{b_});
}

TEST_F(WarmStoreTest, ListsMineQueueAndAllNewestFirstInPages) {
  std::vector<EventRef> events;
  for (std::uint64_t id = 1; id <= 5; ++id) events.push_back(make_.started(ConversationId(id), SiteId(id % 2 + 1)));
  events.push_back(make_.held_by(ConversationId(2), AgentId(9)));
  events.push_back(make_.state(ConversationId(4), v1::CONVERSATION_STATE_RESOLVED));
  ASSERT_TRUE(apply(events));

  ConversationFilter all;
  all.limit = 2;
  all.counts_for = AgentId(9);
  std::vector<std::uint64_t> seen;
  for (int pages = 0; pages < 5; ++pages) {
    auto page = store_->list(all);
    ASSERT_TRUE(page) << page.error().context;
    for (const auto& conversation : page->conversations()) seen.push_back(conversation.id());
    EXPECT_EQ(page->counts().all(), 4u);
    EXPECT_EQ(page->counts().queue(), 3u);
    EXPECT_EQ(page->counts().mine(), 1u);
    all.cursor = page->next_cursor();
    if (all.cursor.empty()) break;
  }
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{4, 2, 5, 3, 1}));

  ConversationFilter mine;
  mine.holder_agent = AgentId(9);
  ASSERT_EQ(store_->list(mine)->conversations_size(), 1);
  EXPECT_EQ(store_->list(mine)->conversations(0).id(), 2u);
  ConversationFilter queue;
  queue.holder_kind = v1::HOLDER_KIND_QUEUE;
  queue.state = v1::CONVERSATION_STATE_OPEN;
  queue.sites = {SiteId(2)};
  EXPECT_EQ(store_->list(queue)->conversations_size(), 3);
  ConversationFilter nonsense;
  nonsense.cursor = "1 OR 1=1";
  EXPECT_EQ(store_->list(nonsense).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(WarmStoreTest, ListsWhatAiAgentsHold) {
  std::vector<EventRef> events;
  for (std::uint64_t id = 1; id <= 4; ++id) events.push_back(make_.started(ConversationId(id)));
  for (const std::uint64_t id : {1, 2, 3}) events.push_back(make_.held_by_bot(ConversationId(id)));
  events.push_back(make_.held_by(ConversationId(2), AgentId(9)));
  events.push_back(make_.state(ConversationId(3), v1::CONVERSATION_STATE_RESOLVED));
  ASSERT_TRUE(apply(events));
  ConversationFilter bot;
  bot.holder_kind = v1::HOLDER_KIND_BOT;
  EXPECT_EQ(store_->list(bot)->conversations_size(), 2);
  bot.state = v1::CONVERSATION_STATE_OPEN;
  const auto open = store_->list(bot);
  ASSERT_EQ(open->conversations_size(), 1);
  EXPECT_EQ(open->conversations(0).id(), 1u);
  EXPECT_EQ(open->counts().bot(), 1u);
  EXPECT_EQ(open->counts().queue(), 1u);
}

TEST_F(WarmStoreTest, FindsSnoozedConversationsWhoseTimeHasCome) {
  ASSERT_TRUE(apply({make_.started(a_), make_.started(b_), make_.state(a_, v1::CONVERSATION_STATE_SNOOZED, 5'000),
                     make_.state(b_, v1::CONVERSATION_STATE_SNOOZED, 0)}));
  EXPECT_TRUE(store_->due_snoozed(4'999, 10)->empty());
  EXPECT_EQ(store_->due_snoozed(5'000, 10).value(), std::vector<ConversationId>{a_});
}

TEST_F(WarmStoreTest, RemembersWhatWentToTheArchive) {
  ASSERT_TRUE(apply({make_.started(a_), make_.message(a_, "1"), make_.message(a_, "2"), make_.message(a_, "3")}));
  const std::int64_t third = EventMaker::decode(store_->read(a_, 2, Direction::kForward, 1)->events[0]).time_ms();
  auto candidate = store_->archive_candidate(third, 100);
  ASSERT_TRUE(candidate);
  EXPECT_EQ(candidate->conversation, a_);
  ASSERT_EQ(candidate->events.size(), 2u);
  const ArchivedSpan span{202601, 1, 2};
  ASSERT_TRUE(store_->drop_archived(a_, std::span(&span, 1)));
  auto read = store_->read(a_, 0, Direction::kForward, 10);
  ASSERT_EQ(read->archived.size(), 1u);
  EXPECT_EQ(read->archived[0].last_seq, 2u);
  EXPECT_EQ(read->events.front().seq, 3u);
  EXPECT_TRUE(store_->read(a_, 2, Direction::kForward, 10)->archived.empty());
  EXPECT_TRUE(store_->archive_candidate(third, 100)->events.empty());
}

TEST_F(WarmStoreTest, RefusesASchemaOfTheFuture) {
  store_.reset();
  {
    auto database = sqlite::Database::open(file());
    ASSERT_TRUE(database && database->execute("PRAGMA user_version=900"));
  }
  auto opened = WarmStore::open(file(), {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kConflict);
}

}  // namespace
}  // namespace wk
