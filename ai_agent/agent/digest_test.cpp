#include "ai_agent/agent/digest.hpp"

#include <gtest/gtest.h>

#include <future>

#include "ai_agent/agent/limits.hpp"
#include "base/encoding.hpp"
#include "storage/embedded/manager/storage_manager.hpp"
#include "tests/contract/event_maker.hpp"
#include "tests/contract/temporary_directory.hpp"

namespace wk::ai {
namespace {

using wk::testing::EventMaker;

class DigestTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = StorageManager::open({.directory = data_.path() / "data", .archive_in_background = false});
    ASSERT_TRUE(store) << store.error().context;
    store_ = std::move(*store);
    append({make_.started(a_)});
  }
  void append(std::vector<EventRef> events) {
    std::promise<Result<JournalPosition>> promise;
    auto future = promise.get_future();
    ASSERT_EQ(store_->append(std::move(events), [&](Result<JournalPosition> end) { promise.set_value(std::move(end)); }), Enqueued::kAccepted);
    ASSERT_TRUE(future.get());
  }
  Matter matter() {
    auto read = read_matter(*store_, a_);
    EXPECT_TRUE(read);
    return read ? *read : Matter{};
  }
  EventRef answered(const std::string& title) {
    EventRef ref = make_.decided(a_, make_.last_seq(a_), v1::BOT_ACTION_ANSWER, v1::BOT_REASON_FOUND);
    v1::Event event = EventMaker::decode(ref);
    event.mutable_bot_decided()->add_sources()->set_title(title);
    ref.bytes = SharedBytes(event.SerializeAsString());
    return ref;
  }

  wk::testing::TemporaryDirectory data_;
  std::unique_ptr<StorageManager> store_;
  EventMaker make_;
  const ConversationId a_{101};
};

TEST_F(DigestTest, TheExcerptSaysWhatWasAskedWhatWasTriedWhatWasNamedAndWhatCameLast) {
  append({make_.message(a_, "你好"), make_.message(a_, "怎么申请退货？")});
  append({answered("退货 › 期限"), make_.message(a_, "签收后七天内。", "", v1::ACTOR_KIND_BOT, 0)});
  append({make_.message(a_, "订单号 WK20240501123456，手机 13800138000，快一点"), make_.note(a_, "secret note")});
  append({make_.decided(a_, 5, v1::BOT_ACTION_HAND_OVER, v1::BOT_REASON_NOTHING_FOUND), make_.handed_over(a_)});
  EXPECT_EQ(excerpt_of(matter(), Language::kChinese),
            "最初的问题：「怎么申请退货？」\n"
            "AI 客服回答了（退货 › 期限）；转给了人工（没有找到答案）\n"
            "提到：订单号 WK20240501123456；电话 13800138000\n"
            "最后一条消息，来自访客：「订单号 WK20240501123456，手机 13800138000，快一点」");
  EXPECT_EQ(excerpt_of(matter(), Language::kLatin),
            "Asked first: “怎么申请退货？”\n"
            "The AI agent answered (退货 › 期限); handed over (nothing found)\n"
            "Named: order number WK20240501123456; telephone 13800138000\n"
            "Last message, of the visitor: “订单号 WK20240501123456，手机 13800138000，快一点”");
  const Matter read = matter();
  EXPECT_EQ(read.through, 8u) << "the decision: nothing that was said or decided came behind it";
  EXPECT_EQ(read.site, SiteId(EventMaker::kSite));
  const std::vector<ChatTurn> turns = turns_of(read);
  ASSERT_EQ(turns.size(), 4u);
  EXPECT_TRUE(turns[1].visitor);
  EXPECT_FALSE(turns[2].visitor);
}

TEST_F(DigestTest, WhatWasResolvedBeforeIsAnotherMatter) {
  append({make_.message(a_, "an old question about shoes"), make_.state(a_, v1::CONVERSATION_STATE_RESOLVED)});
  append({make_.message(a_, "thank you for coming, said behind it", "", v1::ACTOR_KIND_AGENT, 1)});
  EXPECT_NE(excerpt_of(matter(), Language::kLatin).find("shoes"), std::string::npos) << "nothing new began";
  append({make_.message(a_, "a new question about hats")});
  const std::string excerpt = excerpt_of(matter(), Language::kLatin);
  EXPECT_NE(excerpt.find("hats"), std::string::npos);
  EXPECT_EQ(excerpt.find("shoes"), std::string::npos) << excerpt;
}

TEST_F(DigestTest, OfMuchTheNewestIsLookedAtAndLittleIsSaid) {
  std::string text;
  while (text.size() < 15'000) text += "退货的问题很长。\n";
  for (std::size_t i = 0; i < agent_limits::kDigestEventsRead; ++i) {
    append({make_.message(a_, text)});
    if (i % 10 == 0) append({make_.decided(a_, make_.last_seq(a_), v1::BOT_ACTION_ASK_BACK, v1::BOT_REASON_UNSURE)});
  }
  const Matter read = matter();
  EXPECT_LE(read.events.size(), agent_limits::kDigestEventsRead);
  EXPECT_EQ(read.through, make_.last_seq(a_));
  const std::string excerpt = excerpt_of(read, Language::kChinese);
  EXPECT_LT(excerpt.size(), 1'000u);
  EXPECT_TRUE(utf8_valid(excerpt));
  EXPECT_EQ(std::count(excerpt.begin(), excerpt.end(), '\n'), 2) << "a line each: " << excerpt;
}

TEST_F(DigestTest, OfAnEmptyConversationThereIsNothingToSay) {
  EXPECT_EQ(matter().through, 0u);
  EXPECT_EQ(excerpt_of(matter(), Language::kLatin), "");
  append({make_.file(a_, "photo.png")});
  EXPECT_EQ(excerpt_of(matter(), Language::kLatin), "Last message, of the visitor: (a file)");
  EXPECT_FALSE(read_matter(*store_, ConversationId(404)));
}

}  // namespace
}  // namespace wk::ai
