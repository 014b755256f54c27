#include "ai_agent/intent/anger.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace wk::ai {
namespace {

TEST(Anger, IsHeardInEnglish) {
  for (const char* text :
       {"This is unacceptable, I want a manager", "I'm furious.",
        "what the hell is going on, this is ridiculous", "you are a bunch of thieves",
        "WHERE IS MY ORDER, THIS IS THE WORST SHOP EVER!!!", "I am so fed up with this"}) {
    EXPECT_GE(detect_anger(text).level, kAngryFrom) << text;
  }
}

TEST(Anger, IsHeardInChinese) {
  for (const char* text : {"你们就是骗子", "什么态度！我要投诉", "气死我了，三天了还不发货",
                           "太过分了，再也不买了", "我已经受够了", "垃圾！！！"}) {
    EXPECT_GE(detect_anger(text).level, kAngryFrom) << text;
  }
}

TEST(Anger, OrdinaryMessagesAreCalm) {
  for (const char* text :
       {"Where is my order?", "I would like a refund please", "thanks, that was great!",
        "NASA USB HDMI", "my order never arrived", "Great!!",
        "is it possible to assemble this shelf", "skyscraper classic", "我的订单到哪了？",
        "请问怎么退款", "谢谢！", "你好，想问一下尺码", "好的！！"}) {
    EXPECT_LT(detect_anger(text).level, 0.35f) << text;
  }
}

TEST(Anger, ANegationTakesTheWordBack) {
  EXPECT_LT(detect_anger("i am not angry, just asking").level, 0.3f);
  EXPECT_LT(detect_anger("我不生气").level, 0.3f);
  EXPECT_GE(detect_anger("i know i am angry").level, kAngryFrom);  // "know" is no "no"
}

TEST(Anger, FormAddsToWords) {
  EXPECT_GT(detect_anger("THIS IS TERRIBLE AND I WANT MY MONEY!!!").level,
            detect_anger("this is terrible and i want my money").level);
  EXPECT_GT(detect_anger("太差了！！！").level, detect_anger("太差了").level);
}

TEST(Anger, NamesItsReasonsAndSaysAWordOnce) {
  const Anger once = detect_anger("ridiculous");
  const Anger thrice = detect_anger("ridiculous ridiculous ridiculous");
  EXPECT_EQ(once.level, thrice.level);
  EXPECT_EQ(thrice.reasons, std::vector<std::string>{"ridiculous"});
  EXPECT_EQ(detect_anger("").level, 0);
  EXPECT_TRUE(detect_anger("\xFF\xFE").reasons.empty());
}

}  // namespace
}  // namespace wk::ai
