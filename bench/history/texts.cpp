#include "bench/history/texts.hpp"

#include <span>
#include <string_view>

namespace wk::bench {
namespace {

using Pieces = std::span<const std::string_view>;

// '#': a number of an order, '%': a product. What is Chinese goes with Chinese.
constexpr std::string_view kAskedChinese[] = {
    "你好，请问%现在有货吗？", "订单#已经三天没有更新物流了", "我想退货，颜色和图片不太一样", "需要自己付运费吗？", "可以开增值税发票吗？",
    "%的保修期是多久？", "付款的时候提示银行卡无效", "收到的%少了一个配件", "什么时候可以发货？", "地址写错了，订单#能改一下吗？",
    "这个优惠券用不了", "和上一代%相比有什么区别？", "在吗？", "谢谢，已经下单了", "好的，明白了", "麻烦快一点，周末要用", "客服电话打不通",
    "我在广州，几天能到？", "%充不进电了，才买了两周", "退款什么时候到账？订单号#"};
constexpr std::string_view kAskedEnglish[] = {
    "Hi, is the % still in stock?", "My order # says delivered, but nothing arrived.", "I would like to return the %, it does not fit.",
    "Do I have to pay for the return myself?", "Can I get an invoice with our company's name for #?", "How long is the warranty of the %?",
    "The checkout does not accept my card.", "One part was missing in the box of order #.", "When will it be shipped?",
    "I gave the wrong street for order #, can you still change it?", "What is different from the older %?", "Thanks, that helps!",
    "Is anybody there?", "It stopped charging after two weeks 🙁", "When do I get the money back for #?", "OK, I will wait then."};
constexpr std::string_view kAnsweredChinese[] = {
    "您好！%有现货，今天下单明天发货。", "正在为您查询订单#，请稍等。", "可以的，下单时填写抬头和税号即可，电子发票会发到您的邮箱。",
    "非常抱歉给您带来不便，我们会补发缺少的配件。", "退款一般在三个工作日内原路返回。", "%保修两年，凭订单号#即可。", "已经帮您修改了收货地址。",
    "质量问题运费由我们承担，请把照片发给我。", "快递显示今天下午派送，请保持电话畅通。", "还有什么可以帮您的吗？"};
constexpr std::string_view kAnsweredEnglish[] = {
    "Hello! The % is in stock, ordered today it leaves tomorrow.", "I am checking order # with the carrier right now.",
    "I am sorry about that. We send the missing part of the % free of charge.", "Returns are free within 30 days; the label is in your mail.",
    "The money is back on your account within three working days.", "I have changed the address of order #.",
    "It has a warranty of two years, the number # is all you need.", "Could you send me a picture of it, please?",
    "The invoice is on its way to your mail.", "Is there anything else I can do for you?"};
constexpr std::string_view kProductsChinese[] = {"恒温电水壶 K200", "空气炸锅 A5", "扫地机器人 R9", "蓝牙耳机", "办公椅 E3", "吹风机", "移动电源 20000", "儿童手表"};
constexpr std::string_view kProductsEnglish[] = {"kettle K200", "air fryer A5", "robot vacuum R9", "headphones", "office chair E3", "hair dryer", "power bank 20000", "kids' watch"};
constexpr std::string_view kFamilyNames[] = {"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "林"};
constexpr std::string_view kGivenNames[] = {"小明", "婷", "伟", "芳", "娜", "秀英", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "涛", "明"};
constexpr std::string_view kEnglishNames[] = {"Emma Clarke", "Jonas Weber", "Olivia Brown", "Noah Smith", "Mia Rossi", "Liam Jones", "Ava Martin", "Lucas Garcia"};

std::string_view any(Pieces pieces, std::mt19937_64& random) { return pieces[random() % pieces.size()]; }

void add(std::string& out, std::string_view piece, Pieces products, std::mt19937_64& random) {
  for (const char c : piece) {
    if (c == '#') {
      out += std::to_string(10'000 + random() % 90'000'000);
    } else if (c == '%') {
      out += any(products, random);
    } else {
      out += c;
    }
  }
}

std::string text(Pieces chinese, Pieces english, std::mt19937_64& random) {
  const bool in_chinese = random() % 3 != 0;
  const Pieces pieces = in_chinese ? chinese : english;
  const Pieces products = in_chinese ? Pieces(kProductsChinese) : Pieces(kProductsEnglish);
  std::string out;
  add(out, any(pieces, random), products, random);
  if (random() % 3 == 0) {
    if (!in_chinese) out += ' ';
    add(out, any(pieces, random), products, random);
  }
  return out;
}

}  // namespace

std::string visitor_text(std::mt19937_64& random) { return text(kAskedChinese, kAskedEnglish, random); }
std::string agent_text(std::mt19937_64& random) { return text(kAnsweredChinese, kAnsweredEnglish, random); }

std::string visitor_name(std::mt19937_64& random) {
  if (random() % 4 == 0) return std::string(any(kEnglishNames, random));
  return std::string(any(kFamilyNames, random)) + std::string(any(kGivenNames, random));
}

}  // namespace wk::bench
