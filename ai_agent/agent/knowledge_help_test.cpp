#include "ai_agent/agent/knowledge_help.hpp"

#include <gtest/gtest.h>

#include <future>

#include "ai_agent/agent/limits.hpp"
#include "ai_agent/agent/test_knowledge.hpp"
#include "storage/embedded/directory/sqlite_directory.hpp"
#include "storage/embedded/manager/storage_manager.hpp"
#include "tests/contract/event_maker.hpp"

namespace wk::ai {
namespace {

using wk::testing::EventMaker;

class KnowledgeHelpTest : public ::testing::Test, public TestKnowledge {
 protected:
  void SetUp() override {
    auto directory = SqliteDirectory::open(data_.path() / "directory.db", SystemClock::instance());
    ASSERT_TRUE(directory);
    directory_ = std::move(*directory);
    auto store = StorageManager::open({.directory = data_.path() / "data", .archive_in_background = false});
    ASSERT_TRUE(store) << store.error().context;
    store_ = std::move(*store);
    names_ = std::make_unique<SiteNames>(*directory_);
    help_ = std::make_unique<KnowledgeHelp>(KnowledgeHelp::Deps{*store_, *store_, *directory_, base(), *names_});
    v1::KnowledgeEntry returns = faq(1, 0, "How do I return something?", "Within 30 days of delivery, unused.");
    returns.set_url("https://shop.example/returns");
    put(returns);
    put(faq(2, 0, "Who pays for a return?", "You do, unless it arrived broken."));
    put(faq(3, 0, "How do I return a rented bicycle?", "At any of our stations."));
    put(faq(4, 0, "How do I return an empty bottle?", "At the counter."));
    put(faq(5, EventMaker::kSite + 1, "How do I return something at the other site?", "Not of this site."));
    append({make_.started(a_)});
  }
  void append(std::vector<EventRef> events) {
    std::promise<Result<JournalPosition>> promise;
    auto future = promise.get_future();
    ASSERT_EQ(store_->append(std::move(events), [&](Result<JournalPosition> end) { promise.set_value(std::move(end)); }), Enqueued::kAccepted);
    const auto end = future.get();
    ASSERT_TRUE(end) << end.error().context;
  }
  v1::SuggestionList suggested() {
    auto list = help_->suggestions(a_);
    if (!list) ADD_FAILURE() << list.error().context;
    return list ? *list : v1::SuggestionList();
  }

  wk::testing::TemporaryDirectory data_;
  std::unique_ptr<SqliteDirectory> directory_;
  std::unique_ptr<StorageManager> store_;
  std::unique_ptr<SiteNames> names_;
  std::unique_ptr<KnowledgeHelp> help_;
  EventMaker make_;
  const ConversationId a_{101};
};

TEST_F(KnowledgeHelpTest, SuggestsForWhatWasAskedLastTheBestFirst) {
  append({make_.message(a_, "hello"), make_.message(a_, "how do I return something")});
  const v1::SuggestionList list = suggested();
  EXPECT_EQ(list.seq(), 3u);
  ASSERT_GE(list.suggestions_size(), 1);
  EXPECT_LE(static_cast<std::size_t>(list.suggestions_size()), agent_limits::kSuggestions);
  EXPECT_EQ(list.suggestions(0).entry_id(), 1u);
  EXPECT_EQ(list.suggestions(0).text(), "Within 30 days of delivery, unused.");
  EXPECT_EQ(list.suggestions(0).url(), "https://shop.example/returns");
  EXPECT_TRUE(list.suggestions(0).sure());
  for (int i = 1; i < list.suggestions_size(); ++i) EXPECT_LE(list.suggestions(i).score_permille(), list.suggestions(i - 1).score_permille());
  for (const v1::Suggestion& suggestion : list.suggestions()) EXPECT_NE(suggestion.entry_id(), 5u) << "of another site";
}

TEST_F(KnowledgeHelpTest, SuggestsNothingWhereThereIsNothingToAnswer) {
  EXPECT_EQ(suggested().seq(), 0u);
  append({make_.message(a_, "hello")});
  EXPECT_EQ(suggested().suggestions_size(), 0);
  append({make_.message(a_, "how do I return something")});
  EXPECT_GT(suggested().suggestions_size(), 0);
  append({make_.message(a_, "what the AI agent says is no answer of ours", "", v1::ACTOR_KIND_BOT, 0)});
  EXPECT_EQ(suggested().seq(), 3u);
  append({make_.message(a_, "like this", "", v1::ACTOR_KIND_AGENT, 9)});
  EXPECT_EQ(suggested().seq(), 0u);
  EXPECT_EQ(suggested().suggestions_size(), 0);
  append({make_.message(a_, "do you know a good restaurant in Lisbon?")});
  EXPECT_EQ(suggested().suggestions_size(), 0) << suggested().DebugString();
  EXPECT_EQ(help_->suggestions(ConversationId(999)).error().code, ErrorCode::kNotFound);
}

TEST_F(KnowledgeHelpTest, GapsAreWhatTheRecordHas) {
  append({make_.held_by_bot(a_), make_.message(a_, "do you sell gift cards"), make_.decided(a_, 3, v1::BOT_ACTION_ASK_BACK, v1::BOT_REASON_NOTHING_FOUND)});
  const auto list = help_->gaps({std::nullopt, 0, make_.time_ms() + 1});
  ASSERT_TRUE(list) << list.error().context;
  ASSERT_EQ(list->gaps_size(), 1);
  EXPECT_EQ(list->gaps(0).question(), "do you sell gift cards");
  EXPECT_EQ(list->gaps(0).examples(0).conversation_id(), a_.value());
  // Written down it is none any more; what somebody took over stays, as its answer may have been wrong.
  put(faq(9, 0, "Do you sell gift cards?", "Yes."));
  EXPECT_EQ(help_->gaps({std::nullopt, 0, make_.time_ms() + 1})->gaps_size(), 0);
  append({make_.message(a_, "how do I return something"), make_.held_by(a_, AgentId(9))});
  const auto taken = help_->gaps({std::nullopt, 0, make_.time_ms() + 1});
  ASSERT_EQ(taken->gaps_size(), 1);
  EXPECT_EQ(taken->gaps(0).question(), "how do I return something");
}

}  // namespace
}  // namespace wk::ai
