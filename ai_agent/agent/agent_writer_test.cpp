#include "ai_agent/agent/agent_writer.hpp"

#include <gtest/gtest.h>

#include <future>

#include "ai_agent/agent/limits.hpp"
#include "ai_agent/llm/test_stand_in.hpp"
#include "storage/embedded/manager/storage_manager.hpp"
#include "tests/contract/event_maker.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk::ai {
namespace {

using wk::testing::EventMaker;

class AgentWriterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = StorageManager::open({.directory = data_.path() / "data", .archive_in_background = false});
    ASSERT_TRUE(store) << store.error().context;
    store_ = std::move(*store);
    LlmConfig config{.providers = {{.name = "one", .base_url = stand_in_.base_url(), .model = "m", .api_key = "key-of-the-test"}}};
    config.cache_for = Milliseconds(0);
    model_.emplace(std::move(config), data_.path() / "usage.json", SystemClock::instance());
    writer_.emplace(*store_, &*model_);
  }
  ~AgentWriterTest() override { EXPECT_TRUE(stand_in_.complaints().empty()); }

  void says(const std::string& text, const char* finish = "stop") { stand_in_.stream({StandIn::delta(text), StandIn::finish(finish), StandIn::usage(100, 20), StandIn::done()}); }
  void append(std::vector<EventRef> events) {
    std::promise<Result<JournalPosition>> promise;
    auto future = promise.get_future();
    ASSERT_EQ(store_->append(std::move(events), [&](Result<JournalPosition> end) { promise.set_value(std::move(end)); }), Enqueued::kAccepted);
    ASSERT_TRUE(future.get());
  }
  Result<v1::AssistText> rewrite(const std::string& text, v1::RewriteStyle style = v1::REWRITE_STYLE_CORRECT) {
    v1::RewriteRequest request;
    request.set_text(text);
    request.set_style(style);
    return writer_->rewrite(request, {});
  }
  Result<v1::AssistText> translate(const std::string& text, const std::string& language) {
    v1::TranslateRequest request;
    request.set_text(text);
    request.set_language(language);
    return writer_->translate(request, {});
  }
  std::string sent() const {
    std::string all;
    for (const auto& request : stand_in_.requests()) all += request.dump() + "\n";
    return all;
  }

  wk::testing::TemporaryDirectory data_;
  StandIn stand_in_;
  std::unique_ptr<StorageManager> store_;
  std::optional<LanguageModel> model_;
  std::optional<AgentWriter> writer_;
  EventMaker make_;
  const ConversationId a_{101};
};

TEST_F(AgentWriterTest, TheModelsTextComesBackWithWhoWroteIt) {
  says("We have received your parcel.");
  const auto text = rewrite("we has recieve you parcel");
  ASSERT_TRUE(text) << text.error().context;
  EXPECT_EQ(text->text(), "We have received your parcel.");
  EXPECT_EQ(text->provider(), "one");
  EXPECT_EQ(writer_->writer().provider(), "one");
  EXPECT_EQ(writer_->writer().model(), "m");
  const auto messages = stand_in_.requests().at(0)["messages"];
  EXPECT_EQ(messages[1]["content"], "<text>\nwe has recieve you parcel\n</text>");
  EXPECT_FALSE(stand_in_.requests().at(0).contains("tools"));
}

TEST_F(AgentWriterTest, WhoSomebodyIsStaysHereAndComesBack) {
  says("Ihre Bestellung [ORDER_1] ist da, wir schreiben an [EMAIL_1].");
  const auto text = translate("您的订单 WK20240501123456 已到，我们会写信到 lin@example.com。", "de");
  ASSERT_TRUE(text) << text.error().context;
  EXPECT_EQ(text->text(), "Ihre Bestellung WK20240501123456 ist da, wir schreiben an lin@example.com.");
  for (const char* secret : {"WK20240501123456", "lin@example.com"}) EXPECT_EQ(sent().find(secret), std::string::npos) << secret;
}

TEST_F(AgentWriterTest, ATextThatLostANumberIsNone) {
  says("Ihre Bestellung ist da.");
  const auto text = translate("您的订单 WK20240501123456 已到。", "de");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().client_code(), "no_answer");
}

TEST_F(AgentWriterTest, WhatIsNoTextIsRefused) {
  says("half of a sen", "length");
  EXPECT_EQ(rewrite("a text").error().code, ErrorCode::kTooLarge);
  says("", "stop");
  EXPECT_EQ(rewrite("a text").error().client_code(), "no_answer");
  says("so", "content_filter");
  EXPECT_EQ(rewrite("a text").error().client_code(), "no_answer");
  stand_in_.then({.status = 401});
  const auto refused = rewrite("a text");
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable) << "that the provider refuses our key is nothing that the agent may not";
  EXPECT_EQ(refused.error().client_code(), "no_answer");
}

TEST_F(AgentWriterTest, WhatMakesNoSenseCostsNothing) {
  EXPECT_EQ(rewrite("text", v1::REWRITE_STYLE_UNSPECIFIED).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(rewrite(" \n ").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(translate("text", "german please").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(translate("", "de").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(translate(std::string(agent_limits::kWritingBytesMax + 1, 'a'), "de").error().code, ErrorCode::kTooLarge);
  std::string long_text;
  while (long_text.size() < agent_limits::kWritingBytesMax - 20) long_text += "a few words more. ";
  EXPECT_EQ(rewrite(long_text).error().code, ErrorCode::kTooLarge) << "longer than the longest answer";
  EXPECT_TRUE(stand_in_.requests().empty());
}

TEST_F(AgentWriterTest, EndsWhenNobodyWaits) {
  stand_in_.stream({StandIn::delta("We")}, StandIn::Then::kWaitForPeer);
  std::stop_source gone;
  auto asked = std::async(std::launch::async, [&] {
    v1::RewriteRequest request;
    request.set_text("a text");
    request.set_style(v1::REWRITE_STYLE_SHORTER);
    return writer_->rewrite(request, gone.get_token());
  });
  while (stand_in_.requests().empty()) std::this_thread::yield();
  gone.request_stop();
  EXPECT_EQ(asked.get().error().code, ErrorCode::kUnavailable);
  writer_->stop();
  EXPECT_FALSE(rewrite("a text")) << "at the end nothing is begun";
}

TEST_F(AgentWriterTest, WithoutAModelThereIsACodeForIt) {
  writer_.emplace(*store_, nullptr);
  EXPECT_EQ(writer_->writer().provider(), "");
  for (const auto& text : {rewrite("a text"), translate("a text", "de")}) {
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, ErrorCode::kConflict);
    EXPECT_EQ(text.error().client_code(), "no_language_model");
  }
}

TEST_F(AgentWriterTest, TheModelSaysWhatItWasAboutOnceUntilMoreIsSaid) {
  append({make_.started(a_), make_.message(a_, "where is order WK20240501123456?"), make_.note(a_, "secret note"), make_.message(a_, "I have to ask a person.", "", v1::ACTOR_KIND_BOT, 0)});
  says("The visitor looks for order [ORDER_1].");
  const auto digest = writer_->digest(a_, false, {});
  ASSERT_TRUE(digest) << digest.error().context;
  EXPECT_EQ(digest->text(), "The visitor looks for order WK20240501123456.");
  EXPECT_EQ(digest->through_seq(), 4u);
  EXPECT_FALSE(digest->excerpt());
  EXPECT_EQ(writer_->digest(a_, false, {})->text(), digest->text());
  EXPECT_EQ(stand_in_.requests().size(), 1u) << "known";
  for (const char* secret : {"WK20240501123456", "secret note"}) EXPECT_EQ(sent().find(secret), std::string::npos) << secret;

  says("访客在找订单 [ORDER_1]。");
  EXPECT_EQ(writer_->digest(a_, true, {})->text(), "访客在找订单 WK20240501123456。");
  append({make_.message(a_, "please hurry")});
  says("The visitor is in a hurry.");
  EXPECT_EQ(writer_->digest(a_, false, {})->text(), "The visitor is in a hurry.");
  EXPECT_EQ(stand_in_.requests().size(), 3u);
}

TEST_F(AgentWriterTest, WhereTheModelFailsItIsAnExcerptAndAskedAgainTheNextTime) {
  append({make_.started(a_), make_.message(a_, "where is my order?")});
  stand_in_.then({.status = 500});
  const auto excerpt = writer_->digest(a_, false, {});
  ASSERT_TRUE(excerpt) << excerpt.error().context;
  EXPECT_TRUE(excerpt->excerpt());
  EXPECT_NE(excerpt->text().find("“where is my order?”"), std::string::npos) << excerpt->text();
  says("An order is looked for.");
  EXPECT_EQ(writer_->digest(a_, false, {})->text(), "An order is looked for.");
  EXPECT_EQ(writer_->digest(ConversationId(999), false, {}).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace wk::ai
