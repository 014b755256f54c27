#include "ai_agent/agent/requests.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wk::ai {
namespace {

Request of(std::string_view text, const std::vector<std::string>& words = {}) { return request_in(text, words); }

TEST(Requests, APersonIsAskedForInManyWays) {
  for (const char* text : {"转人工", "我要找人工客服！", "人工", "人工！！", "能不能换人工 啊", "不要机器人", "Can I talk to a human?", "TALK TO A PERSON", "live agent please",
                           "I want to speak with an agent.", "agent", "ｈｕｍａｎ", "Talk to a person", "转人工客服"}) {
    EXPECT_EQ(of(text), Request::kPerson) << text;
  }
}

TEST(Requests, WordsAloneInOtherCompanyAskForNobody) {
  for (const char* text : {"人工智能耳机多少钱", "客服电话是多少", "what is a travel agent discount", "is the fabric safe for human skin", "human-made leather?", "你们的客服几点下班"}) {
    EXPECT_EQ(of(text), Request::kNone) << text;
  }
}

TEST(Requests, GreetingsAndThanksOnlyWhereThereIsNothingElse) {
  EXPECT_EQ(of("你好！"), Request::kGreeting);
  EXPECT_EQ(of("Hello :)"), Request::kGreeting);
  EXPECT_EQ(of("在吗？"), Request::kGreeting);
  EXPECT_EQ(of("我想问一下…"), Request::kGreeting) << "the question comes with the next line";
  EXPECT_EQ(of("好的，谢谢"), Request::kThanks);
  EXPECT_EQ(of("Thank you!"), Request::kThanks);
  EXPECT_EQ(of("你好，怎么退货"), Request::kNone);
  EXPECT_EQ(of("thanks, but where is my parcel"), Request::kNone);
  EXPECT_EQ(of(""), Request::kNone);
  EXPECT_EQ(of("👍"), Request::kNone);
}

TEST(Requests, TheSitesOwnWordsCountAsWholeWords) {
  EXPECT_EQ(of("I want a refund now", {"refund"}), Request::kPerson);
  EXPECT_EQ(of("are refunds possible", {"refund"}), Request::kNone);
  EXPECT_EQ(of("我要投诉你们", {"投诉"}), Request::kPerson);
  EXPECT_EQ(of("anything", {"", "!"}), Request::kNone);
}

}  // namespace
}  // namespace wk::ai
