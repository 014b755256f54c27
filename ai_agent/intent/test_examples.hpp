// A small shop's intents in English and Chinese, for tests.
#pragma once

#include <string>
#include <vector>

#include "ai_agent/intent/trainer.hpp"

namespace wk::ai {

inline std::vector<TrainingExample> shop_examples() {
  std::vector<TrainingExample> out;
  const auto add = [&](const char* intent, std::initializer_list<const char*> texts) {
    for (const char* text : texts) out.push_back({intent, text, ""});
  };
  add("order.status",
      {"where is my order", "has my package been shipped yet", "track my parcel please",
       "when will my delivery arrive", "order 12345 still not here",
       "what is the status of my shipment", "my package is late", "我的订单到哪了",
       "快递什么时候到", "帮我查一下物流", "包裹发货了吗", "订单一直没有更新物流"});
  add("refund", {"i want my money back", "how do i get a refund", "please refund my purchase",
                 "when will the refund be paid", "refund for order 555",
                 "can i return this and get the money back", "give me a refund now", "我要退款",
                 "怎么申请退款", "退款什么时候到账", "钱什么时候退给我", "申请退货退款"});
  add("password",
      {"i forgot my password", "how can i reset my password", "cannot log in to my account",
       "my login does not work", "change the password of my account",
       "the password reset mail never came", "locked out of my account", "忘记密码了",
       "怎么重置密码", "登录不上账号", "账号被锁了怎么办", "修改登录密码"});
  add("invoice", {"i need an invoice", "send me the receipt for my purchase",
                  "can you correct the invoice address", "where do i download my invoices",
                  "vat invoice for my company", "the invoice has the wrong name", "请给我开发票",
                  "发票抬头写错了", "电子发票在哪里下载", "可以开增值税发票吗", "我要公司发票"});
  add("hours", {"when do you open", "what are your opening hours", "are you open on sunday",
                "how late are you open today", "is the shop open on holidays",
                "opening times please", "do you close at noon", "你们几点开门",
                "营业时间是几点到几点", "周日营业吗", "今天几点关门", "节假日上班吗"});
  add("human",
      {"i want to talk to a human", "connect me to an agent", "let me speak with a real person",
       "is there a person here", "no robot please", "get me your supervisor", "call a human agent",
       "转人工", "我要找人工客服", "别用机器人了", "叫你们经理来", "有真人吗"});
  return out;
}

}  // namespace wk::ai
