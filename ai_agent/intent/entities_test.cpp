#include "ai_agent/intent/entities.hpp"

#include <gtest/gtest.h>

namespace wk::ai {
namespace {

// "kind value" of each.
std::vector<std::string> found(std::string_view text, const Gazetteer& gazetteer = {}) {
  std::vector<std::string> out;
  for (const Entity& e : find_entities(text, gazetteer))
    out.push_back(std::string(entity_kind_name(e.kind)) + " " + e.value);
  return out;
}
using List = std::vector<std::string>;

TEST(Entities, OrderNumbers) {
  EXPECT_EQ(found("where is order 12345?"), (List{"order_number 12345"}));
  EXPECT_EQ(found("my order number is AB-1029"), (List{"order_number AB-1029"}));
  EXPECT_EQ(found("订单号：２０２４００１２３４ 还没到"), (List{"order_number 2024001234"}));
  EXPECT_EQ(found("订单SO20240501001没有发货"), (List{"order_number SO20240501001"}));
  EXPECT_EQ(found("it is #4471"), (List{"order_number 4471"}));
  EXPECT_EQ(found("202405010012345678"), (List{"order_number 202405010012345678"}));
}

TEST(Entities, OrdinaryNumbersAreNoOrders) {
  EXPECT_EQ(found("i have 3 cats and 1500 followers"), List{});
  EXPECT_EQ(found("iphone15 pro, windows 11, 100%"), List{});
  EXPECT_EQ(found("等了40分钟"), List{});
}

TEST(Entities, Phones) {
  EXPECT_EQ(found("call 13800138000"), (List{"phone 13800138000"}));
  EXPECT_EQ(found("手机是138-0013-8000，谢谢"), (List{"phone 13800138000"}));
  EXPECT_EQ(found("+86 138 0013 8000"), (List{"phone +8613800138000"}));
  EXPECT_EQ(found("打010-62345678"), (List{"phone 01062345678"}));
  EXPECT_EQ(found("客服400-820-8820"), (List{"phone 4008208820"}));
  EXPECT_EQ(found("reach me at +49 151 12345678 or (415) 555-0132."),
            (List{"phone +4915112345678", "phone 4155550132"}));
  EXPECT_EQ(found("1-800-555-0199"), (List{"phone +18005550199"}));
}

TEST(Entities, NumbersOfEveryLengthAreRead) {
  EXPECT_EQ(found("how many primes are there between 0 and 100"), List{});
  // Each beginning of each, so that every rule sees a text that ends where it looks on.
  for (const std::string text : {"0086 138 0013 8000", "010-62345678", "+49 (151) 12345678", "1-800-555-0199",
                                 "400-820-8820", "2024-05-01", "2024年5月1日", "0.5 USD", "¥00.00", "#0-0_0", "a0@b0.c0"}) {
    for (std::size_t bytes = 0; bytes <= text.size(); ++bytes) {
      found(text.substr(0, bytes));
      found("so " + text.substr(0, bytes));
    }
  }
  EXPECT_EQ(found("0"), List{});
}

TEST(Entities, Emails) {
  EXPECT_EQ(found("write to Jane.Doe+shop@Example.co.uk, please"),
            (List{"email jane.doe+shop@example.co.uk"}));
  EXPECT_EQ(found("邮箱abc@qq.com。"), (List{"email abc@qq.com"}));
  EXPECT_EQ(found("a@b, @home, me@host, x@y..com"), List{});
}

TEST(Entities, Dates) {
  EXPECT_EQ(found("since 2024-05-01 or 2024/5/2"), (List{"date 2024-05-01", "date 2024-05-02"}));
  EXPECT_EQ(found("2024年5月1日下单，5月3号发货"), (List{"date 2024-05-01", "date 05-03"}));
  EXPECT_EQ(found("on May 1st, 2024 and 3 june"), (List{"date 2024-05-01", "date 06-03"}));
  EXPECT_EQ(found("tomorrow or the day after tomorrow"),
            (List{"date tomorrow", "date day after tomorrow"}));
  EXPECT_EQ(found("我昨天下的单，后天能到吗"), (List{"date yesterday", "date day after tomorrow"}));
  EXPECT_EQ(found("1/5/2024"), (List{"date 1/5/2024"}));
  EXPECT_EQ(found("2024-13-01, may be, i may 100 times"), List{});
}

TEST(Entities, Money) {
  EXPECT_EQ(found("i paid $1,299.50 for it"), (List{"money USD 1299.50"}));
  EXPECT_EQ(found("花了99.5元，退我￥50"), (List{"money CNY 99.5", "money CNY 50"}));
  EXPECT_EQ(
      found("20 euros, 15€, usd 7, 300块, 2万元"),
      (List{"money EUR 20", "money EUR 15", "money USD 7", "money CNY 300", "money CNY 20000"}));
}

TEST(Entities, ListedNamesAreFoundLongestFirst) {
  auto gazetteer = Gazetteer::make({{"product", "Lamp", {"lamp", "台灯"}},
                                    {"product", "Lamp Pro", {"lamp pro", "台灯专业版"}},
                                    {"branch", "Paris", {"paris"}}});
  ASSERT_TRUE(gazetteer.has_value());
  EXPECT_EQ(found("the LAMP PRO from Paris, not the lamp", *gazetteer),
            (List{"listed Lamp Pro", "listed Paris", "listed Lamp"}));
  EXPECT_EQ(found("台灯专业版坏了，台灯没坏", *gazetteer),
            (List{"listed Lamp Pro", "listed Lamp"}));
  EXPECT_EQ(found("lampshade, clamp", *gazetteer), List{});
  EXPECT_EQ(find_entities("in paris", *gazetteer)[0].list, "branch");
}

TEST(Entities, ListedNamesAreFoundHoweverTheyAreWritten) {
  auto gazetteer = Gazetteer::make({{"product", "Größe  L", {}},
                                    {"product", "Café Noir", {}},
                                    {"product", "ＭＸ５００", {}},
                                    {"product", "Éclair", {}}});
  ASSERT_TRUE(gazetteer.has_value());
  EXPECT_EQ(found("GRÖSSE L bitte, größe\n l", *gazetteer), (List{"listed Größe  L", "listed Größe  L"}));
  EXPECT_EQ(found("ein cafe\xCC\x81 noir und ÉCLAIR", *gazetteer), (List{"listed Café Noir", "listed Éclair"}));
  EXPECT_EQ(found("mx500？mx5000", *gazetteer), (List{"listed ＭＸ５００"}));
  const std::string text = "ｘ ＧＲÖSSE Ｌ!";
  const auto list = find_entities(text, *gazetteer);
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(text.substr(list[0].begin, list[0].end - list[0].begin), "ＧＲÖSSE Ｌ");
}

TEST(Entities, ANameOfTwoListsIsTheFirstListsWhereNoneIsAskedFor) {
  auto gazetteer = Gazetteer::make({{"product", "Pro", {"basic"}},
                                    {"plan", "Basic", {}},
                                    {"plan", "Pro plan", {"pro"}},
                                    {"product", "Basic set", {"basic"}}});
  ASSERT_TRUE(gazetteer.has_value());
  EXPECT_EQ(found("pro or basic", *gazetteer), (List{"listed Pro", "listed Pro"}));
  const auto plans = find_entities("pro or basic, to a@b.example", *gazetteer, "plan");
  ASSERT_EQ(plans.size(), 3u);
  EXPECT_EQ(plans[0].value, "Pro plan");
  EXPECT_EQ(plans[1].value, "Basic");
  EXPECT_EQ(plans[2].kind, EntityKind::kEmail) << "what needs no list is found as ever";
  EXPECT_TRUE(find_entities("pro or basic", *gazetteer, "branch").empty());
}

TEST(Entities, TellWhereTheyStandInTheTextAsWritten) {
  const std::string text = "订单号：ＡＢ１０２９ 谢谢";
  const auto list = find_entities(text, {});
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(text.substr(list[0].begin, list[0].end - list[0].begin), "ＡＢ１０２９");
  EXPECT_EQ(list[0].value, "AB1029");
}

TEST(Entities, DoNotOverlap) {
  const auto list =
      find_entities("order 13800138000 on 2024-05-01 for $20 to 13800138000@qq.com", {});
  for (std::size_t i = 1; i < list.size(); ++i) EXPECT_LE(list[i - 1].end, list[i].begin);
  EXPECT_EQ(list.size(), 4u);
}

TEST(Entities, AreBoundedAndTakeAnyBytes) {
  std::string text;
  while (text.size() < 100'000) text += "order 12345 ";
  EXPECT_EQ(find_entities(text, {}).size(), entities_limits::kFoundMax);
  EXPECT_EQ(found(std::string("\xFF\xE9\x98\0 order 12345 \xF0\x9F", 20)),
            (List{"order_number 12345"}));
  for (int c = 0; c < 256; ++c) found(std::string(3, static_cast<char>(c)));
  EXPECT_EQ(Gazetteer::make({{"x", std::string(entities_limits::kPhraseBytesMax + 1, 'a'), {}}})
                .error()
                .code,
            ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace wk::ai
