#include "ai_agent/agent/requests.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wk::ai {
namespace {

Request of(std::string_view text, const std::vector<std::string>& words = {}) { return request_in(text, words); }

TEST(Requests, APersonIsAskedForInManyWays) {
  for (const char* text :
       {"转人工", "我要找人工客服！", "人工", "人工！！", "能不能换人工 啊", "不要机器人", "Can I talk to a human?", "TALK TO A PERSON", "live agent please", "I want to speak with an agent.", "agent",
        "ｈｕｍａｎ", "Talk to a person", "转人工客服",
        // nothing but the wish
        "a person, please", "A person please", "human please", "Human, please!!", "person pls", "a human being, please", "I want a human", "i need an agent now", "can I have a real person", "give me a rep",
        "operator", "Operator please", "not a bot, a person", "I'd like a person instead", "is there a human here?", "any human there?", "are there any humans", "customer service", "live chat please",
        "real person", "an actual person, not a machine", "representative", "get me a manager",
        // behind something else, or within it
        "this does not help, agent please", "It is broken. A human please", "I keep getting the same answer! real person", "transfer me to a human", "connect me with customer service please",
        "put me through to your support team", "please pass me over to one of your agents", "could you hand us over to somebody", "I would prefer talking to a person", "why can't I talk to a human?",
        "let me speak to your manager", "how do I talk to someone about my refund", "I don't want a bot, I want to speak to someone", "escalate to a supervisor",
        "can i be connected to a live person", "I need human support", "help me contact somebody", "I need help talking to an assistant", "talking with agent", "could you direct me to an operator",
        // Chinese
        "请转人工", "帮我转人工", "轉人工", "转 人 工", "转人工！快点", "我要转接人工", "转接人工坐席", "有人工吗", "有没有人工", "人工在吗", "来个人工", "能不能来个人工啊", "叫人工", "给我人工", "需要人工",
        "接人工谢谢", "找个客服", "客服在吗", "有客服吗", "请问客服在吗？", "怎么退货？客服", "我想找客服人员", "联系客服", "聯繫客服", "换真人", "我要真人", "真人客服", "你是真人吗", "来个真人",
        "不想和机器人说话", "转专员", "zhuan rengong", "rengong", "不要机器人，转人工", "人工服务"}) {
    EXPECT_EQ(of(text), Request::kPerson) << text;
  }
}

TEST(Requests, WordsAloneInOtherCompanyAskForNobody) {
  for (const char* text :
       {"人工智能耳机多少钱", "客服电话是多少", "what is a travel agent discount", "is the fabric safe for human skin", "human-made leather?", "你们的客服几点下班",
        "is a person allowed to bring a dog", "how many bags may a person bring", "what is the price per person please", "a table for one person please", "a room for two, one person", "can I give the ticket to someone else",
        "send it to a person in Norway", "transfer my ticket to somebody else", "ship it with a person to sign", "is this cream safe for a human being", "I was talking to an agent yesterday and the line dropped",
        "are you human", "are you a human?", "I am not a robot", "thanks agent", "thank you, no person was there", "hello human", "not a person", "does the agent fee apply", "get me a support bracket for the shelf",
        "give me support for Windows", "I don't want to talk to a person", "I do not want to speak to anybody or someone", "don't transfer me to an agent", "can I cancel without talking to someone",
        "do you speak English", "do i need to speak to a representative to change my pin?", "how do I contact customer service", "contact the seller", "the operator of the site", "which mobile operator do you support", "my manager wants a refund", "is human hair used in the wigs", "what does a sales agent earn",
        // Chinese
        "要人工费吗", "需要人工费吗", "安装要人工安装吗", "人工服务费多少", "人工草坪怎么卖", "找人工作", "你们请人工作吗", "有真人模特图吗", "和真人一样大小吗", "真人秀", "真人实拍吗", "不用转人工", "不要转人工", "不需要人工",
        "客服态度怎么样", "有客服电话吗", "人工呼吸面罩", "要人工审核多久", "专员的工资", "人工多少钱", "这个是人工的还是机器做的"}) {
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
