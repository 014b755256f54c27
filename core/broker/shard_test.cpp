#include "core/broker/shard.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "base/guarded.hpp"
#include "base/random.hpp"
#include "core/broker/limits.hpp"
#include "core/model/fold.hpp"

namespace wk {
namespace {

// Runs what was posted when told to; post() may come from the pool.
class ManualLoop final : public Executor {
 public:
  Enqueued post(Task task) override {
    tasks_.with([&](auto& tasks) { tasks.push_back(std::move(task)); });
    return Enqueued::kAccepted;
  }
  Milliseconds delay(SteadyTime) const override { return waits; }
  Milliseconds waits{0};
  void turn() {
    auto tasks = tasks_.with([](auto& held) { return std::exchange(held, {}); });
    for (Task& task : tasks) task();
  }
  // Turns until `until` is true; the pool's threads get their time.
  template <typename F>
  void run_until(F until) {
    for (int i = 0; i < 20'000 && !until(); ++i) {
      turn();
      std::this_thread::yield();
    }
    ASSERT_TRUE(until());
  }

 private:
  Guarded<std::vector<Task>> tasks_;
};

// Keeps what is appended; `done` runs when the test says so, with the answer it says.
class FakeStore final : public ConversationStore {
 public:
  Enqueued append(EventBatch events, Journal::Committed done) override {
    if (refuse) return Enqueued::kRefused;
    pending.emplace_back(std::move(events), std::move(done));
    return Enqueued::kAccepted;
  }
  void finish(Result<JournalPosition> answer = JournalPosition{1}) {
    auto [events, done] = std::move(pending.front());
    pending.erase(pending.begin());
    if (answer) {
      for (const EventRef& event : events) log[event.conversation].push_back(event);
    }
    done(answer);
  }
  Result<v1::ConversationSummary> load(ConversationId id) override {
    if (const auto it = stored.find(id); it != stored.end()) return it->second;
    return fail(ErrorCode::kNotFound, "none");
  }
  Result<std::vector<EventRef>> read(ConversationId id, Seq, std::size_t) override { return log[id]; }
  Result<std::optional<StoredAppend>> find_append(ConversationId, Sender, const std::string& client_id,
                                                  std::int64_t) override {
    while (hold_look_ups) std::this_thread::yield();
    const auto it = known.find(client_id);
    return it == known.end() ? std::nullopt : std::optional(it->second);
  }
  Result<v1::ConversationList> list(const ConversationFilter&) override { return v1::ConversationList(); }
  Result<v1::SearchResult> search(const SearchQuery&) override { return v1::SearchResult(); }
  Result<std::vector<UnresolvedConversation>> unresolved() override { return std::vector<UnresolvedConversation>(); }
  Result<std::vector<ConversationId>> due_snoozed(std::int64_t, std::size_t) override {
    return std::vector<ConversationId>();
  }

  bool keeps_up() const override { return !behind; }

  bool refuse = false;
  bool behind = false;
  std::atomic<bool> hold_look_ups = false;
  std::vector<std::pair<EventBatch, Journal::Committed>> pending;
  std::map<ConversationId, std::vector<EventRef>> log;
  std::map<ConversationId, v1::ConversationSummary> stored;
  std::map<std::string, StoredAppend> known;
};

class FakeSink final : public EventSink {
 public:
  void on_committed(const Committed& batch) override {
    kept.push_back(batch.events);
    for (const EventRange& range : batch.ranges) committed.push_back(range);
  }
  void on_text_stored(std::span<const TextAck> acks) override {
    for (const TextAck& ack : acks) stored.emplace_back(ack.ref, ack.seq, std::string(ack.client_id));
  }
  void on_text_refused(std::span<const TextAck> acks, const Error& error) override {
    for (const TextAck& ack : acks) refused.emplace_back(ack.ref, error.code, std::string(ack.client_id));
  }
  void on_board(const Board& board) override {
    rows.insert(rows.end(), board.rows.begin(), board.rows.end());
    presence.insert(presence.end(), board.presence.begin(), board.presence.end());
  }
  void on_board_owed() override { ++asked; }
  void on_typing(const v1::TypingSignal& signal, std::uint64_t) override { typing.push_back(signal); }
  void on_viewing(const v1::ViewingSignal& signal) override { viewing.push_back(signal); }
  std::vector<EventBatch> kept;
  std::vector<EventRange> committed;
  std::vector<std::tuple<std::uint32_t, Seq, std::string>> stored;
  std::vector<std::tuple<std::uint32_t, ErrorCode, std::string>> refused;
  std::vector<Board::Row> rows;
  std::vector<Board::Presence> presence;
  int asked = 0;
  std::vector<v1::TypingSignal> typing;
  std::vector<v1::ViewingSignal> viewing;
};

class ShardTest : public testing::Test {
 protected:
  ShardTest() {
    clock.advance(std::chrono::minutes(10));
    wiring.outlets.push_back({&loop, &sink});
    shard.emplace(ShardDeps{loop, 0, store, pool, clock, wiring});
    // Past the first seconds, in which every id could be from before the start.
    clock.advance(std::chrono::minutes(1));
  }

  AppendRequest message(const std::string& text, std::string client_id = {}) {
    AppendRequest request{kConversation, visitor, {}, {}};
    request.append.set_client_id(client_id.empty() ? uuid_v7(clock.now_ms()) : client_id);
    request.append.mutable_message()->set_text(text);
    return request;
  }
  bool text(std::string_view words, std::string_view client_id, std::uint32_t ref) {
    return shard->append_text(kConversation, visitor, {client_id, words}, {5, ref, 0, {}, 0, {}});
  }
  // Appends; the answer lies in the returned slot once there is one.
  std::shared_ptr<std::optional<Result<Appended>>> send(AppendRequest request) {
    auto slot = std::make_shared<std::optional<Result<Appended>>>();
    shard->append(std::move(request), [slot](Result<Appended> answer) { slot->emplace(std::move(answer)); });
    return slot;
  }
  void until_submitted(std::size_t n = 1) {
    loop.run_until([&] { return store.pending.size() >= n; });
  }
  void settle(Result<JournalPosition> answer = JournalPosition{1}) {
    until_submitted();
    store.finish(std::move(answer));
    loop.turn();
  }

  // As a real store does by itself: load() answers the fold of what was stored.
  void remember_stored() {
    v1::ConversationSummary& summary = store.stored[kConversation];
    summary.Clear();
    for (const EventRef& stored : store.log[kConversation]) {
      v1::Event event;
      ASSERT_TRUE(event.ParseFromArray(stored.bytes.view().data(), static_cast<int>(stored.bytes.size())));
      fold(summary, event);
    }
  }

  static constexpr ConversationId kConversation{42};
  Principal visitor = VisitorPrincipal{.site = SiteId(1), .contact = ContactId(7), .conversation = kConversation, .name = "Mei"};
  ManualClock clock;
  ManualLoop loop;
  FakeStore store;
  FakeSink sink;
  Wiring wiring;
  ThreadPool pool{{.name = "test", .threads = 1, .queue_tasks_max = 100}};
  std::optional<Shard> shard;
};

TEST_F(ShardTest, TellsNobodyBeforeItIsDurable) {
  const auto slot = send(message("hi"));
  until_submitted();
  loop.turn();
  EXPECT_FALSE(slot->has_value());
  EXPECT_TRUE(sink.committed.empty());
  settle();
  ASSERT_TRUE(slot->has_value());
  EXPECT_EQ((*slot)->value().seq, 2u);
  ASSERT_EQ(sink.committed.size(), 1u);
  EXPECT_EQ(sink.committed[0].after_seq, 0u);
  EXPECT_EQ(sink.committed[0].through_seq, 2u);
  EXPECT_EQ(sink.committed[0].events.size(), 2u);
}

TEST_F(ShardTest, GroupsWhatArrivesWhileOneBatchIsOnItsWay) {
  const auto first = send(message("1"));
  until_submitted();
  const auto second = send(message("2"));
  const auto third = send(message("3"));
  loop.turn();
  EXPECT_EQ(store.pending.size(), 1u);
  settle();
  settle();
  EXPECT_EQ((*second)->value().seq, 3u);
  EXPECT_EQ((*third)->value().seq, 4u);
  EXPECT_EQ(shard->figures().commits, 2u);
}

TEST_F(ShardTest, TheSameClientIdTwiceIsOneEvent) {
  const AppendRequest request = message("once");
  const auto first = send(request);
  until_submitted();
  const auto in_flight = send(request);
  loop.turn();
  EXPECT_FALSE(in_flight->has_value()) << "not acked before it is durable";
  settle();
  loop.run_until([&] { return in_flight->has_value(); });
  const auto later = send(request);
  EXPECT_EQ((*first)->value().seq, (*in_flight)->value().seq);
  EXPECT_EQ((*first)->value().seq, (*later)->value().seq);
  EXPECT_EQ(store.log[kConversation].size(), 2u);
}

TEST_F(ShardTest, AsksTheStoreForAnIdItCannotKnowAndKeepsTheOrder) {
  (void)send(message("first"));
  settle();
  store.known["order-17"] = {.seq = 2, .time_ms = 5};
  const auto repeated = send(message("first", "order-17"));
  const auto behind = send(message("second"));
  const auto fresh = send(message("third", "order-18"));
  const auto again = send(message("third", "order-18"));
  settle();
  loop.run_until([&] { return repeated->has_value() || !store.pending.empty(); });
  while (!(behind->has_value() && fresh->has_value() && again->has_value())) {
    loop.turn();
    if (!store.pending.empty()) settle();
  }
  EXPECT_EQ((*repeated)->value().seq, 2u);
  EXPECT_EQ((*behind)->value().seq, 3u);
  EXPECT_EQ((*fresh)->value().seq, 4u);
  EXPECT_EQ((*again)->value().seq, 4u);
}

TEST_F(ShardTest, AFailedBatchLeavesNoGapAndTakesWhatStoodOnItAlong) {
  (void)send(message("kept"));
  settle();
  remember_stored();
  const AppendRequest lost_request = message("lost");
  const auto lost = send(lost_request);
  until_submitted();
  const auto behind = send(message("behind"));
  settle(fail(ErrorCode::kStorageFull, "no room"));
  EXPECT_EQ((*lost)->error().code, ErrorCode::kStorageFull);
  EXPECT_EQ((*behind)->error().code, ErrorCode::kStorageFull);
  const auto resent = send(lost_request);
  settle();
  EXPECT_EQ((*resent)->value().seq, 3u);
  EXPECT_EQ(store.log[kConversation].back().seq, 3u);
}

// P30, P35, P36: an id is looked up, twice, when what was numbered before it fails. It is stored once, and before what came after it.
TEST_F(ShardTest, AFailedBatchUnderALookUpStoresNothingTwice) {
  (void)send(message("kept"));
  settle();
  store.stored[kConversation].set_id(kConversation.value());
  store.stored[kConversation].set_last_seq(2);
  const auto lost = send(message("lost"));
  until_submitted();
  store.hold_look_ups = true;
  const auto first = send(message("looked up", "order/17"));
  const auto second = send(message("looked up", "order/17"));
  const auto behind = send(message("behind"));
  store.finish(fail(ErrorCode::kStorageFull, "no room"));
  loop.turn();
  EXPECT_EQ((*lost)->error().code, ErrorCode::kStorageFull);
  store.hold_look_ups = false;
  until_submitted();
  while (!first->has_value() || !second->has_value() || !behind->has_value()) settle();
  ASSERT_TRUE(first->value() && second->value() && behind->value());
  EXPECT_EQ((*first)->value().seq, 3u);
  EXPECT_EQ((*second)->value().seq, 3u);
  EXPECT_EQ((*behind)->value().seq, 4u);
  EXPECT_EQ(store.log[kConversation].size(), 4u);
}

TEST_F(ShardTest, TheShortWayIsTheLongWay) {
  // Nothing is loaded, and nothing was ever written.
  EXPECT_FALSE(text("first", "a", 1));
  (void)send(message("first"));
  settle();
  const std::string id = uuid_v7(clock.now_ms());
  ASSERT_TRUE(text("second", id, 7));
  const auto third = send(message("third"));
  // A copy, before and after the first is stored: the long way finds it.
  EXPECT_FALSE(text("second", id, 8));
  const auto copy = send(message("second", id));
  EXPECT_TRUE(sink.stored.empty());
  settle();
  EXPECT_EQ(sink.stored, (std::vector<std::tuple<std::uint32_t, Seq, std::string>>{{7, 3, id}}));
  EXPECT_EQ((*copy)->value().seq, 3u);
  EXPECT_EQ((*third)->value().seq, 4u);
  EXPECT_FALSE(text("second", id, 9));
  // Ids of no time, and of one ahead, are looked up.
  EXPECT_FALSE(text("x", "order/17", 9));
  EXPECT_FALSE(text("x", uuid_v7(clock.now_ms() + 3'600'000), 9));
  v1::Event event;
  const auto& log = store.log[kConversation];
  ASSERT_EQ(log.size(), 4u);
  ASSERT_TRUE(event.ParseFromString(std::string(log[2].bytes.view())));
  EXPECT_EQ(event.message().text(), "second");
  EXPECT_EQ(event.client_id(), id);
  EXPECT_TRUE(log[2].visitor_may_see);
}

TEST_F(ShardTest, AFailedBatchTakesTheShortWayBack) {
  (void)send(message("first"));
  settle();
  store.stored[kConversation].set_id(kConversation.value());
  store.stored[kConversation].set_last_seq(2);
  const std::string in_flight = uuid_v7(clock.now_ms()), gathered = uuid_v7(clock.now_ms());
  ASSERT_TRUE(text("lost", in_flight, 1));
  until_submitted();
  ASSERT_TRUE(text("behind it", gathered, 2));
  settle(fail(ErrorCode::kStorageFull, "no room"));
  using Refused = std::vector<std::tuple<std::uint32_t, ErrorCode, std::string>>;
  EXPECT_EQ(sink.refused, (Refused{{1, ErrorCode::kStorageFull, in_flight}, {2, ErrorCode::kStorageFull, gathered}}));
  EXPECT_TRUE(sink.stored.empty());
  // Sent again it is stored once, with the number it had.
  const auto resent = send(message("lost", in_flight));
  settle();
  EXPECT_EQ((*resent)->value().seq, 3u);
}

TEST_F(ShardTest, RefusesWithATimeWhenTheJournalIsFull) {
  (void)send(message("1"));
  settle();
  store.refuse = true;
  const auto refused = send(message("2"));
  loop.run_until([&] { return refused->has_value(); });
  EXPECT_EQ((*refused)->error().code, ErrorCode::kBusy);
  EXPECT_GT((*refused)->error().retry_after_ms, 0u);
}

TEST_F(ShardTest, RefusesAtOnceWhatWouldWaitTooLong) {
  (void)send(message("1"));
  settle();
  const auto commits = shard->figures().commits;
  loop.waits = limits::kAppendWaitMax;
  const auto refused = send(message("2"));
  ASSERT_TRUE(refused->has_value()) << "answered within the call";
  EXPECT_EQ((*refused)->error().code, ErrorCode::kBusy);
  EXPECT_GE((*refused)->error().retry_after_ms, limits::kBusyRetryMs);
  loop.waits = Milliseconds(0);
  store.behind = true;
  const auto behind = send(message("3"));
  ASSERT_TRUE(behind->has_value());
  EXPECT_EQ((*behind)->error().code, ErrorCode::kBusy);
  EXPECT_EQ(shard->figures().commits, commits);
  store.behind = false;
  const auto again = send(message("2"));
  settle();
  ASSERT_TRUE(again->has_value() && again->value());
  EXPECT_EQ((*again)->value().seq, 3u);
}

TEST_F(ShardTest, BoundsWhatWaitsForALoad) {
  std::size_t refused = 0;
  for (std::size_t i = 0; i < limits::kWaitingAppendsPerConversationMax + 5; ++i) {
    const auto slot = send(message("x"));
    if (slot->has_value() && !slot->value()) ++refused;
  }
  EXPECT_EQ(refused, 5u);
  settle();
  EXPECT_EQ(store.log[kConversation].size(), limits::kWaitingAppendsPerConversationMax + 1);
}

TEST_F(ShardTest, RefusesAnIdFromTheFuture) {
  const auto slot = send(message("x", uuid_v7(clock.now_ms() + 3'600'000)));
  loop.run_until([&] { return slot->has_value(); });
  EXPECT_EQ((*slot)->error().client_code(), "client_id_in_future");
}

// P30, P34: what is stored is acked, also when the clock was set back between the process that stored it and this one.
TEST_F(ShardTest, AcksWhatIsStoredThoughItsIdIsFromTheFutureNow) {
  v1::ConversationSummary summary;
  summary.set_id(kConversation.value());
  summary.set_last_seq(5);
  summary.set_updated_ms(clock.now_ms() + 3'600'000);
  store.stored[kConversation] = summary;
  const std::string id = uuid_v7(clock.now_ms() + 3'500'000);
  store.known[id] = {.seq = 4, .time_ms = 1};
  const auto slot = send(message("x", id));
  loop.run_until([&] { return slot->has_value(); });
  ASSERT_TRUE(slot->value());
  EXPECT_EQ((*slot)->value().seq, 4u);
  const auto unknown = send(message("y", uuid_v7(clock.now_ms() + 3'500'000)));
  loop.run_until([&] { return unknown->has_value(); });
  EXPECT_EQ((*unknown)->error().client_code(), "client_id_in_future");
}

// P34: what is stored must never lie so far before its id's time that the next process, whose clock is behind, takes the id for one nobody can have sent.
TEST_F(ShardTest, StoresNothingFurtherBeforeItsIdThanAnIdMayLieAhead) {
  const std::int64_t before = clock.now_ms();
  const std::int64_t ahead = limits::kClientIdFutureMax.count();
  v1::ConversationSummary summary;
  summary.set_id(kConversation.value());
  summary.set_last_seq(5);
  summary.set_updated_ms(before - 3'600'000);
  store.stored[kConversation] = summary;
  // A process that has just begun asks the store for ids of this time.
  shard.emplace(ShardDeps{loop, 0, store, pool, clock, wiring});
  const auto refused = send(message("loads the conversation", uuid_v7(before + 3'600'000)));
  loop.run_until([&] { return refused->has_value(); });
  // Not so far ahead that it is refused; while the store is asked the clock is set back.
  (void)send(message("x", uuid_v7(before + ahead - 1'000)));
  clock.set_wall_ms(before - 120'000);
  until_submitted();
  v1::Event event;
  const SharedBytes& bytes = store.pending.front().first.begin()->bytes;
  ASSERT_TRUE(event.ParseFromArray(bytes.view().data(), static_cast<int>(bytes.size())));
  EXPECT_GE(event.time_ms(), before - 1'000);
  settle();
}

TEST_F(ShardTest, TheBoardSeesEveryConversationOnlyWhileItIsWanted) {
  shard->set_board(0, true);
  (void)send(message("hello"));
  settle();
  EXPECT_TRUE(sink.rows.empty()) << "gathered until the tick";
  shard->show_board();
  loop.turn();
  ASSERT_EQ(sink.rows.size(), 1u);
  EXPECT_EQ(sink.rows[0].summary->last_message().text(), "hello");
  EXPECT_TRUE(sink.rows[0].structural) << "it began";
  shard->show_board();
  loop.turn();
  EXPECT_EQ(sink.rows.size(), 1u) << "nothing new";
  shard->set_board(0, false);
  (void)send(message("again"));
  settle();
  shard->show_board();
  loop.turn();
  EXPECT_EQ(sink.rows.size(), 1u);
}

TEST_F(ShardTest, AsksForTheBoardOnceAndIsShownUntilNothingIsOwed) {
  shard->set_board(0, true);
  EXPECT_FALSE(shard->show_board());
  EXPECT_EQ(sink.asked, 0) << "nobody looks where nothing happens";
  (void)send(message("begins"));
  settle();
  (void)send(message("goes on"));
  settle();
  EXPECT_EQ(sink.asked, 1);
  EXPECT_FALSE(shard->show_board());
  (void)send(message("a mere message"));
  settle();
  EXPECT_EQ(sink.asked, 2);
  // It waits for its tick; nobody has to ask again.
  for (unsigned i = 1; shard->show_board(); ++i) ASSERT_LT(i, limits::kBoardMessageTicks);
  loop.turn();
  EXPECT_EQ(sink.asked, 2);
  EXPECT_EQ(sink.rows.back().summary->last_message().text(), "a mere message");
  shard->visitor_presence(kConversation, false);
  EXPECT_EQ(sink.asked, 3);
}

TEST_F(ShardTest, ManyMessagesOfATickAreOneRow) {
  shard->set_board(0, true);
  (void)send(message("1"));
  settle();
  shard->show_board();
  loop.turn();
  sink.rows.clear();
  for (const char* text : {"2", "3", "4"}) {
    (void)send(message(text));
    settle();
  }
  for (unsigned i = 0; i < limits::kBoardMessageTicks; ++i) shard->show_board();
  loop.turn();
  ASSERT_EQ(sink.rows.size(), 1u);
  EXPECT_EQ(sink.rows[0].summary->last_message().text(), "4");
  EXPECT_FALSE(sink.rows[0].structural);
}

TEST_F(ShardTest, OfMereMessagesInTheQueueTheNewestAreRows) {
  shard->set_board(0, true);
  const auto from = [&](std::uint64_t conversation, const std::string& text) {
    AppendRequest request = message(text);
    request.conversation = ConversationId(conversation);
    request.principal = VisitorPrincipal{.site = SiteId(1), .contact = ContactId(conversation), .conversation = request.conversation};
    return request;
  };
  const std::uint64_t conversations = limits::kBoardMessageRowsMax + 5;
  for (const char* text : {"begins", "goes on"}) {
    for (std::uint64_t id = 1; id <= conversations; ++id) (void)send(from(id, text));
    loop.run_until([&] {
      if (!store.pending.empty()) store.finish();
      return shard->figures().appended >= conversations && store.pending.empty();
    });
    loop.turn();
    while (!store.pending.empty()) settle();
    sink.rows.clear();
    for (unsigned i = 0; i < limits::kBoardMessageTicks; ++i) shard->show_board();
    loop.turn();
    if (text == std::string("begins")) {
      EXPECT_EQ(sink.rows.size(), conversations) << "everybody learns of those that began";
    }
  }
  ASSERT_EQ(sink.rows.size(), limits::kBoardMessageRowsMax);
  EXPECT_EQ(sink.rows.back().summary->id(), conversations) << "the newest comes last";
  EXPECT_EQ(sink.rows.front().summary->id(), 6u);
}

TEST_F(ShardTest, TheBoardShowsNothingThatIsNotDurable) {
  shard->set_board(0, true);
  (void)send(message("first"));
  settle();
  (void)send(message("second"));
  until_submitted();
  (void)send(message("third"));
  loop.turn();
  shard->show_board();
  loop.turn();
  EXPECT_TRUE(sink.rows.empty()) << "events are in flight";
  settle();  // "second" is stored, "third" on its way
  loop.turn();
  EXPECT_TRUE(sink.rows.empty());
  settle();
  loop.turn();
  ASSERT_EQ(sink.rows.size(), 1u);
  EXPECT_EQ(sink.rows[0].summary->last_message().text(), "third");
}

TEST_F(ShardTest, ARowThatWasNotStoredIsNotShown) {
  shard->set_board(0, true);
  (void)send(message("first"));
  settle();
  shard->show_board();
  loop.turn();
  remember_stored();
  (void)send(message("lost"));
  until_submitted();
  shard->show_board();
  sink.rows.clear();
  settle(fail(ErrorCode::kStorageFull, "no room"));
  loop.run_until([&] {
    shard->show_board();
    return !sink.rows.empty();
  });
  EXPECT_EQ(sink.rows.back().summary->last_message().text(), "first");
}

TEST_F(ShardTest, VisitorsWhoComeAndGoAreGatheredForTheTick) {
  shard->visitor_presence(kConversation, true);
  shard->show_board();
  loop.turn();
  EXPECT_TRUE(sink.presence.empty()) << "nobody looks";
  shard->set_board(0, true);
  for (std::size_t i = 0; i < limits::kBoardPresencePerTickMax + 10; ++i) shard->visitor_presence(kConversation, i % 2 == 0);
  shard->show_board();
  loop.turn();
  EXPECT_EQ(sink.presence.size(), limits::kBoardPresencePerTickMax);
}

TEST_F(ShardTest, EventsOfSeveralConversationsLieTogetherInOrder) {
  const auto other = [&](const std::string& text) {
    AppendRequest request = message(text);
    request.conversation = ConversationId(43);
    request.principal = VisitorPrincipal{.site = SiteId(1), .contact = ContactId(8), .conversation = ConversationId(43)};
    return request;
  };
  (void)send(message("a"));
  (void)send(other("b"));
  settle();
  if (!store.pending.empty()) settle();
  sink.committed.clear();
  for (const char* text : {"1", "2", "3"}) {
    (void)send(message(text));
    (void)send(other(text));
  }
  settle();
  ASSERT_EQ(sink.committed.size(), 2u);
  for (const EventRange& range : sink.committed) {
    ASSERT_EQ(range.events.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(range.events[i].conversation, range.conversation);
      EXPECT_EQ(range.events[i].seq, range.after_seq + 1 + i);
    }
  }
}

TEST_F(ShardTest, WhoSubscribesCostsNoStateHere) {
  std::optional<Result<SummaryPtr>> answer;
  shard->add_interest(kConversation, 1, [&](Result<SummaryPtr> summary) { answer.emplace(std::move(summary)); });
  loop.run_until([&] { return answer.has_value(); });
  EXPECT_EQ(answer->error().code, ErrorCode::kNotFound);
  EXPECT_EQ(shard->figures().conversations_loaded, 0u);
}

TEST_F(ShardTest, OtherLoopsAreToldOfWhatTheyWantAlone) {
  ManualLoop other_loop;
  FakeSink other;
  wiring.outlets.push_back({&other_loop, &other});
  (void)send(message("1"));
  settle();
  other_loop.turn();
  EXPECT_TRUE(other.committed.empty());
  shard->add_interest(kConversation, 1, [](Result<SummaryPtr>) {});
  (void)send(message("2"));
  settle();
  other_loop.turn();
  ASSERT_EQ(other.committed.size(), 1u);
  shard->remove_interest(kConversation, 1);
  (void)send(message("3"));
  settle();
  other_loop.turn();
  EXPECT_EQ(other.committed.size(), 1u);
}

TEST_F(ShardTest, ForgetsAnUnusedConversationAndLoadsItAgain) {
  (void)send(message("one"));
  settle();
  v1::ConversationSummary summary;
  summary.set_id(kConversation.value());
  summary.set_last_seq(2);
  summary.set_state(v1::CONVERSATION_STATE_OPEN);
  store.stored[kConversation] = summary;
  clock.advance(std::chrono::minutes(2));
  shard->sweep();
  EXPECT_EQ(shard->figures().conversations_loaded, 0u);
  const auto slot = send(message("two"));
  settle();
  EXPECT_EQ((*slot)->value().seq, 3u);
}

TEST_F(ShardTest, ShowsEachViewingAgentOnceHoweverManyTabs) {
  v1::Actor lin;
  lin.set_id(20);
  shard->viewing(kConversation, 1, lin);
  shard->viewing(kConversation, 2, lin);
  shard->viewing(kConversation, 1, std::nullopt);
  loop.turn();
  ASSERT_EQ(sink.viewing.size(), 3u);
  EXPECT_EQ(sink.viewing[1].agents_size(), 1);
  EXPECT_EQ(sink.viewing[2].agents_size(), 1);
}

}  // namespace
}  // namespace wk
