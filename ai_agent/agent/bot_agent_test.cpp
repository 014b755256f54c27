// What the AI agent does where it has no room to think: conversations go to people, and are told what they are told at any other hand-over.
#include "ai_agent/agent/bot_agent.hpp"

#include <gtest/gtest.h>

#include "ai_agent/agent/phrases.hpp"
#include "ai_agent/agent/test_knowledge.hpp"
#include "base/random.hpp"
#include "storage/embedded/directory/sqlite_directory.hpp"
#include "storage/embedded/manager/storage_manager.hpp"

namespace wk::ai {
namespace {

// Runs what was posted when told to; post() may come from anywhere.
class ManualLoop final : public Executor {
 public:
  Enqueued post(Task task) override {
    tasks_.with([&](auto& tasks) { tasks.push_back(std::move(task)); });
    return Enqueued::kAccepted;
  }
  template <typename F>
  void run_until(F until) {
    for (int i = 0; i < 2'000'000 && !until(); ++i) {
      auto tasks = tasks_.with([](auto& held) { return std::exchange(held, {}); });
      for (Task& task : tasks) task();
      std::this_thread::yield();
    }
    ASSERT_TRUE(until());
  }

 private:
  Guarded<std::vector<Task>> tasks_;
};

// Nobody reads along.
class NoSink final : public EventSink {
 public:
  void on_committed(const Committed&) override {}
  void on_text_stored(std::span<const TextAck>) override {}
  void on_text_refused(std::span<const TextAck>, const Error&) override {}
  void on_board(const Board&) override {}
  void on_board_owed() override {}
  void on_typing(const v1::TypingSignal&, std::uint64_t) override {}
  void on_viewing(const v1::ViewingSignal&) override {}
};

// A pool without threads whose queue is full refuses whatever comes.
class BotAgentTest : public ::testing::Test, public TestKnowledge {
 protected:
  void SetUp() override {
    auto directory = SqliteDirectory::open(data_.path() / "directory.db", clock_);
    ASSERT_TRUE(directory);
    directory_ = std::move(*directory);
    v1::Site site;
    site.set_id(1);
    site.set_key("shop");
    site.mutable_bot()->set_enabled(true);
    ASSERT_TRUE(directory_->create_site(site));
    auto store = StorageManager::open({.directory = data_.path() / "data", .archive_in_background = false});
    ASSERT_TRUE(store) << store.error().context;
    store_ = std::move(*store);
    clock_.advance(std::chrono::minutes(10));
    broker_ = std::make_unique<Broker>(std::vector<Executor*>{&loop_}, *store_, store_pool_, clock_);
    conversations_ = std::make_unique<ConversationService>(*broker_, *directory_, store_pool_);
    brain_ = std::make_unique<Brain>(base(), nullptr, clock_);
    names_ = std::make_unique<SiteNames>(*directory_);
    bot_ = std::make_unique<BotAgent>(BotAgent::Deps{loop_, *conversations_, *store_, *directory_, presence_, *brain_, *names_, full_pool_, clock_, tools_});
    broker_->attach(0, sink_);
    broker_->set_listener(*bot_);
    ASSERT_EQ(full_pool_.submit([] {}), Enqueued::kAccepted);
    bot_->start();
  }
  void TearDown() override {
    full_pool_.run_queued(0);
    store_pool_.stop();
  }
  // Closed until `days` from now, in UTC.
  void close_for(int days) {
    auto site = directory_->site(SiteId(1));
    ASSERT_TRUE(site);
    v1::BusinessHours& hours = *site->mutable_hours();
    hours.set_time_zone("Etc/UTC");
    v1::OpenHours& open = *hours.add_weekly();
    // 2026-01-01, where the clock stands, is a Thursday.
    open.set_weekday(static_cast<unsigned>((4 + days - 1) % 7 + 1));
    open.set_from_minute(540);
    open.set_to_minute(1'080);
    ASSERT_TRUE(directory_->update_site(*site));
  }
  void online() { presence_.agent_connected(AgentId(5), "Lin", 4); }
  // What the visitor is told at the hand-over.
  v1::Event handed_over(const std::string& text, const std::string& locale = "en-US") {
    const ConversationId id(++conversations_made_);
    auto context = std::make_shared<v1::VisitorContext>();
    context->set_locale(locale);
    AppendRequest request{id, VisitorPrincipal{.site = SiteId(1), .contact = ContactId(9), .conversation = id}, {}, context};
    request.append.set_client_id(uuid_v7(clock_.now_ms()));
    request.append.mutable_message()->set_text(text);
    std::atomic<bool> stored = false;
    conversations_->append(std::move(request), loop_, [&](Result<Appended> appended) {
      EXPECT_TRUE(appended) << appended.error().context;
      stored = true;
    });
    v1::Event told;
    loop_.run_until([&] {
      if (!stored) return false;
      bool handed = false;
      const auto events = store_->read(id, 0, 100);
      for (const EventRef& ref : events.value()) {
        v1::Event event;
        EXPECT_TRUE(event.ParseFromArray(ref.bytes.view().data(), static_cast<int>(ref.bytes.view().size())));
        if (event.has_message() && event.actor().kind() == v1::ACTOR_KIND_BOT) told = event;
        EXPECT_TRUE(!event.has_bot_decided() || event.bot_decided().reason() == v1::BOT_REASON_UNAVAILABLE);
        handed |= event.holder_changed().reason() == v1::HOLDER_REASON_HANDED_OVER;
      }
      return handed;
    });
    return told;
  }

  wk::testing::TemporaryDirectory data_;
  ManualClock clock_;
  ManualLoop loop_;
  NoSink sink_;
  Presence presence_{clock_};
  ToolBox tools_;
  std::unique_ptr<SqliteDirectory> directory_;
  std::unique_ptr<StorageManager> store_;
  ThreadPool store_pool_{{.name = "store", .threads = 1}};
  ThreadPool full_pool_{{.name = "full", .threads = 0, .queue_tasks_max = 1}};
  std::unique_ptr<Broker> broker_;
  std::unique_ptr<ConversationService> conversations_;
  std::unique_ptr<Brain> brain_;
  std::unique_ptr<SiteNames> names_;
  std::unique_ptr<BotAgent> bot_;
  std::uint64_t conversations_made_ = 100;
};

TEST_F(BotAgentTest, WithoutRoomItGivesUpInTheVisitorsLanguageAndUnderItsName) {
  online();
  EXPECT_EQ(handed_over("do you ship to Norway?").message().text(), phrase(Phrase::kHandedOver, Language::kLatin));
  const v1::Event chinese = handed_over("请问怎么退货");
  EXPECT_EQ(chinese.message().text(), phrase(Phrase::kHandedOver, Language::kChinese));
  EXPECT_EQ(chinese.actor().name(), phrase(Phrase::kName, Language::kChinese));
  EXPECT_EQ(handed_over("??", "zh-CN").message().text(), phrase(Phrase::kHandedOver, Language::kChinese)) << "by the browser where the text does not tell";
  EXPECT_EQ(bot_->figures().handed_over, 3U);
}

TEST_F(BotAgentTest, WithoutRoomItSpeaksByTheHoursToo) {
  online();
  close_for(3);
  const std::string closed = handed_over("do you ship to Norway?").message().text();
  EXPECT_NE(closed.find("Sunday"), std::string::npos) << closed;
  EXPECT_NE(closed.find("9:00"), std::string::npos) << closed;
  EXPECT_TRUE(closed.ends_with(phrase(Phrase::kLeaveContact, Language::kLatin))) << closed;
  const std::string reachable = handed_over("write to lin@example.com, please").message().text();
  EXPECT_NE(reachable.find("Sunday"), std::string::npos) << reachable;
  EXPECT_FALSE(reachable.ends_with(phrase(Phrase::kLeaveContact, Language::kLatin))) << "they just wrote how";
}

TEST_F(BotAgentTest, WithoutRoomAndWithNobodyThereItSaysSo) {
  const std::string told = handed_over("do you ship to Norway?").message().text();
  EXPECT_TRUE(told.starts_with(phrase(Phrase::kHandedOverNobody, Language::kLatin))) << told;
}

}  // namespace
}  // namespace wk::ai
