#include "server/demo_flow.hpp"

#include <array>
#include <string>

namespace wk {
namespace {

namespace v1 = ::weikeyi::v1;

struct Exchange {
  const char* title;
  std::array<const char*, 6> phrasings;
  const char* why;
  std::array<const char*, 3> reasons;
  const char* order;
  const char* order_again;
  const char* email;
  const char* email_again;
  const char* end;
  const char* label;
};

constexpr Exchange kChinese{
    "我要换货",
    {"我想换货", "可以换货吗", "怎么换货", "帮我换一个新的", "发错货了给我换货", "收到的水壶有瑕疵要换货"},
    "好的，我先帮您登记换货。是什么原因呢？",
    {"质量问题", "颜色或型号不合适", "发错了货"},
    "请告诉我订单号，在“我的订单”里可以看到。",
    "这看起来不像订单号。订单号在“我的订单”里，例如 10482。",
    "换货进展发到哪个邮箱？",
    "这看起来不像邮箱地址，请再写一次。",
    "已登记：订单 {order_number} 换货，原因：{reason}，进展会发到 {email}。",
    "退换货"};

constexpr Exchange kEnglish{
    "I want to exchange an item",
    {"can I exchange it", "can I swap it for another one", "I would like a different colour instead", "you sent the wrong item, please exchange it", "exchange my kettle for a new one", "how do exchanges work"},
    "I will note down the exchange for you. What is the reason?",
    {"It is faulty", "Wrong colour or model for me", "You sent something else"},
    "What is your order number? It stands under “My orders”.",
    "That does not look like an order number. It stands under “My orders”, for example 10482.",
    "Which e-mail address shall we write to about it?",
    "That does not look like an e-mail address. Could you write it once more?",
    "Noted: exchange for order {order_number}, because: {reason}. We will write to {email}.",
    "returns"};

v1::FlowStep& add(v1::KnowledgeEntry& entry, const char* id, const char* next) {
  v1::FlowStep& step = *entry.add_steps();
  step.set_id(id);
  step.set_next(next);
  // One below the other.
  step.set_y(entry.steps_size() * 160 - 160);
  return step;
}

void ask(v1::FlowStep& step, v1::FlowSlotKind kind, const char* slot, const char* text, const char* again) {
  v1::FlowAsk& ask = *step.mutable_ask();
  ask.set_kind(kind);
  ask.set_slot(slot);
  ask.set_text(text);
  ask.set_again(again);
}

v1::KnowledgeEntry flow(const Exchange& words) {
  v1::KnowledgeEntry entry;
  entry.set_kind(v1::KNOWLEDGE_KIND_FLOW);
  entry.set_title(words.title);
  for (const char* phrasing : words.phrasings) entry.add_phrasings(phrasing);
  entry.add_labels(words.label);
  v1::FlowChoose& choose = *add(entry, "reason", "order").mutable_choose();
  choose.set_text(words.why);
  choose.set_slot("reason");
  for (const char* reason : words.reasons) {
    v1::FlowOption& option = *choose.add_options();
    option.set_text(reason);
    option.set_next("order");
  }
  ask(add(entry, "order", "email"), v1::FLOW_SLOT_KIND_ORDER_NUMBER, "order_number", words.order, words.order_again);
  ask(add(entry, "email", "end"), v1::FLOW_SLOT_KIND_EMAIL, "email", words.email, words.email_again);
  v1::FlowEnd& end = *add(entry, "end", "").mutable_end();
  end.set_text(words.end);
  end.set_hand_over(true);
  return entry;
}

}  // namespace

std::vector<v1::KnowledgeEntry> demo_flows() { return {flow(kChinese), flow(kEnglish)}; }

}  // namespace wk
