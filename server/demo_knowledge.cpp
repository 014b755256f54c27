#include "server/demo_knowledge.hpp"

#include <vector>

#include "server/demo_flow.hpp"

namespace wk {
namespace {

struct Faq {
  const char* question;
  // At least four: with them the entries are enough to train an intent model from.
  std::vector<const char*> phrasings;
  const char* answer;
  const char* url;
  // Given to conversations that were about this.
  const char* label;
};

const std::vector<Faq>& faqs() {
  static const std::vector<Faq> all{
      {"怎么申请退货？", {"我想退货", "商品可以退吗", "不喜欢可以退吗", "退货流程是什么", "买错了能退掉吗"},
       "签收后 7 天内、不影响二次销售的商品都可以退货：打开“我的订单”，选择商品，点“申请退货”，按提示寄回即可。", "https://shop.example/cn/returns", "退换货"},
      {"退货运费谁承担？", {"退货要自己付运费吗", "寄回来的邮费谁出", "退货的快递费算谁的", "寄回去要花钱吗", "有没有运费险"},
       "质量问题由我们承担来回运费；个人原因退货的运费由您承担，一般 8 到 12 元。", "https://shop.example/cn/returns", "退换货"},
      {"退款多久到账？", {"什么时候退钱", "退款几天能到", "钱怎么还没退给我", "退的钱多久到银行卡", "退款进度在哪里看"},
       "我们收到退货后 2 个工作日内退款，原路返回：微信和支付宝即时到账，银行卡 1 到 5 个工作日。", "", "退款"},
      {"多久能发货？", {"什么时候发货", "今天下单哪天发", "怎么还没发货", "下单后几天发出", "现在拍今天能发出去吗"},
       "现货商品 16:00 前付款当天发货，之后付款第二天发货。预售商品以商品页上的日期为准。", "", "物流"},
      {"怎么查物流？", {"我的快递到哪了", "包裹在哪里", "物流信息在哪看", "快递单号在哪里查", "物流好几天没更新了"},
       "在“我的订单”里点“查看物流”就能看到包裹的位置。如果 48 小时没有更新，请告诉我们订单号，我们去催。", "https://shop.example/cn/orders", "物流"},
      {"可以开发票吗？", {"怎么开发票", "能开增值税发票吗", "电子发票在哪里下载", "发票抬头写错了怎么办", "我需要报销用的发票"},
       "可以。下单时填写抬头和税号，电子发票在发货后 24 小时内发到您的邮箱，也可以在订单详情里下载。", "", "发票"},
      {"恒温电水壶 K200 有几种温度？", {"K200 能保温吗", "电水壶可以调温度吗", "K200 最低多少度", "水壶保温多长时间", "冲奶粉用哪一档温度"},
       "K200 有 45、55、70、85、95、100 度六档，可以保温 12 小时。", "https://shop.example/cn/kettles/k200", ""},
      {"怎么修改收货地址？", {"地址填错了", "下单后可以改地址吗", "想换个收货地址", "收件人电话写错了", "能不能改送到公司"},
       "发货前可以在订单详情里改；发货后请告诉我们订单号和新地址，我们联系快递改派。", "", "物流"},
      {"优惠券怎么用？", {"优惠码在哪里输入", "券用不了", "优惠券为什么不能用", "可以叠加几张券", "满减怎么没有生效"},
       "结算页“优惠券”一栏选择或输入券码。一单只能用一张；特价商品不能用券。", "", ""},
      {"保修多长时间？", {"坏了可以修吗", "质保几年", "过保了还能修吗", "保修需要什么凭证", "水壶用了半年坏了怎么办"},
       "电器保修两年，从签收之日起算。请保留订单号，不需要纸质保修卡。", "", "保修"},
      {"How do I return something?", {"can I send it back", "I want to return my order", "what is your return policy", "how do returns work", "I changed my mind, can I return it"},
       "Within 30 days of delivery, unused and in its box: open your order, choose “Return”, print the label and drop the parcel off. The return is free in the EU and the UK.", "https://shop.example/en/returns", "returns"},
      {"When will I get my refund?", {"how long does a refund take", "where is my money", "my refund has not arrived", "when do I get my money back", "you got my parcel but I was not refunded"},
       "Two working days after the parcel is back with us. Cards take another three to five days to show it.", "", "refunds"},
      {"How long does delivery take?", {"when will my order arrive", "how fast do you ship", "how many days until it is delivered", "do you have express shipping", "when do you send it out"},
       "Two to four working days in the EU, five to eight elsewhere. Orders before 14:00 leave the same day.", "", "delivery"},
      {"My parcel says delivered but did not arrive", {"order delivered but nothing came", "I did not get my parcel", "tracking says delivered, I have nothing", "my package is lost", "the courier left it somewhere and it is gone"},
       "Please look with your neighbours and at your pick-up point first. If it is not there after 24 hours, tell us the order number: we send it again or refund it.", "", "delivery"},
      {"The checkout does not accept my voucher", {"my discount code does not work", "voucher code invalid", "the coupon is not applied", "why can't I use my promo code", "it says my code has expired"},
       "A voucher works once, not on sale items, and not below its minimum. SPRING25 asks for an order of 50 euros.", "", ""},
      {"How long is the warranty?", {"is it under warranty", "it broke, can you repair it", "how many years of guarantee", "my kettle stopped working after a year", "what do I need for a warranty claim"},
       "Two years from delivery on everything with a plug. Your order number is all we need.", "", "warranty"},
  };
  return all;
}

constexpr const char* kArticle = R"(# Where we ship

We ship to the European Union, the United Kingdom, Norway, Switzerland, mainland China, Hong Kong and Singapore.

# Customs and taxes

Parcels to Norway and Switzerland need customs papers, which we fill in. Duties are shown at the checkout and paid there: nobody asks you for money at the door.

# Large items

Ovens and coffee machines over 20 kg come by freight. The carrier calls the day before to agree on a time; carrying them upstairs costs 19 euros.
)";

}  // namespace

Result<void> make_demo_knowledge(api::Services& services) {
  const auto put = [&](v1::KnowledgeEntry entry) {
    entry.set_id(services.ids.next());
    entry.set_created_ms(services.clock.now_ms());
    entry.set_updated_ms(entry.created_ms());
    return services.knowledge.put(entry);
  };
  for (const Faq& faq : faqs()) {
    v1::KnowledgeEntry entry;
    entry.set_kind(v1::KNOWLEDGE_KIND_FAQ);
    entry.set_title(faq.question);
    for (const char* phrasing : faq.phrasings) entry.add_phrasings(phrasing);
    entry.set_body(faq.answer);
    entry.set_url(faq.url);
    if (*faq.label != '\0') entry.add_labels(faq.label);
    WK_TRY_VOID(put(std::move(entry)));
  }
  for (v1::KnowledgeEntry& flow : demo_flows()) WK_TRY_VOID(put(std::move(flow)));
  v1::KnowledgeEntry article;
  article.set_kind(v1::KNOWLEDGE_KIND_ARTICLE);
  article.set_title("Shipping abroad");
  article.set_body(kArticle);
  article.set_url("https://shop.example/en/shipping");
  return put(std::move(article));
}

}  // namespace wk
