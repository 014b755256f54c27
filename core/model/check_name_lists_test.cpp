#include "core/model/check_name_lists.hpp"

#include <gtest/gtest.h>

#include "core/model/limits.hpp"

namespace wk {
namespace {

namespace v1 = ::weikeyi::v1;

v1::NameList& list(v1::BotSettings& bot, const std::string& name, const std::vector<std::string>& names = {}) {
  v1::NameList& list = *bot.add_name_lists();
  list.set_name(name);
  for (const std::string& one : names) list.add_names()->set_name(one);
  return list;
}

// "code: reason"; "" where they may be kept.
std::string wrong(const v1::BotSettings& bot) {
  const auto checked = check_name_lists(bot.name_lists());
  return checked ? "" : std::string(checked.error().client_code()) + ": " + checked.error().context;
}

std::string wrong_name(const std::string& name) {
  v1::BotSettings bot;
  list(bot, "product", {name});
  return wrong(bot);
}

TEST(NameListsCheck, TakesNamesInAnyScriptAndListsWithoutAny) {
  v1::BotSettings bot;
  EXPECT_EQ(wrong(bot), "");
  v1::NameList& products = list(bot, "product", {"台灯专业版", "Lamp Pro", "Größe L"});
  products.mutable_names(0)->add_other_names("台灯 Pro");
  list(bot, "Branch-2_x");
  EXPECT_EQ(wrong(bot), "");
  list(bot, "plan", {"Lamp Pro"});
  EXPECT_EQ(wrong(bot), "") << "what is a product may be a plan";
}

TEST(NameListsCheck, AListHasANameOfItsOwnThatNothingElseHas) {
  for (const char* name : {"", "two words", "订单", "a.b", "12345678901234567890123456789012345678901"}) {
    v1::BotSettings bot;
    list(bot, name);
    EXPECT_EQ(wrong(bot), "name_list_invalid: a list's name has 1 to 40 letters, digits, '-' and '_'") << name;
  }
  for (const char* name : {"order_number", "phone", "email", "date", "money"}) {
    v1::BotSettings bot;
    list(bot, name);
    EXPECT_EQ(wrong(bot), "name_list_invalid: '" + std::string(name) + "' is recognised without a list");
  }
  v1::BotSettings bot;
  list(bot, "product");
  list(bot, "product");
  EXPECT_EQ(wrong(bot), "name_list_invalid: list 'product' is there twice");
}

TEST(NameListsCheck, ANameIsALineOfText) {
  EXPECT_EQ(wrong_name(" \t"), "name_list_invalid: list 'product': a name is empty");
  EXPECT_EQ(wrong_name("a\nb"), "name_list_invalid: list 'product': a name is no line of text");
  EXPECT_EQ(wrong_name("a\xFF"), "name_list_invalid: list 'product': a name is no line of text");
  v1::BotSettings bot;
  v1::NameList& products = list(bot, "product", {"Lamp", "Lamp"});
  EXPECT_EQ(wrong(bot), "name_list_invalid: list 'product': 'Lamp' is there twice");
  products.mutable_names()->RemoveLast();
  products.mutable_names(0)->add_other_names("");
  EXPECT_EQ(wrong(bot), "name_list_invalid: list 'product': a name is empty");
}

TEST(NameListsCheck, IsBoundedInEachDirection) {
  v1::BotSettings bot;
  for (std::size_t i = 0; i < limits::kNameListsMax; ++i) list(bot, "l" + std::to_string(i));
  for (std::size_t i = 0; i < limits::kListedNamesMax; ++i) bot.mutable_name_lists(static_cast<int>(i % limits::kNameListsMax))->add_names()->set_name(std::to_string(i));
  v1::KnownName& name = *bot.mutable_name_lists(0)->mutable_names(0);
  for (std::size_t i = 0; i < limits::kOtherNamesMax; ++i) name.add_other_names(std::string(limits::kListedNameBytesMax, 'x'));
  EXPECT_EQ(wrong(bot), "");

  v1::BotSettings more = bot;
  list(more, "one-more");
  EXPECT_EQ(wrong(more), "name_lists_too_large: a site has at most 20 lists of names");
  more = bot;
  more.mutable_name_lists(3)->add_names()->set_name("one more");
  EXPECT_EQ(wrong(more), "name_lists_too_large: the lists of a site have at most 2000 names together");
  more = bot;
  more.mutable_name_lists(0)->mutable_names(0)->add_other_names("one more");
  EXPECT_EQ(wrong(more), "name_lists_too_large: list 'l0': '0' has more than 20 other names");
  EXPECT_EQ(wrong_name(std::string(limits::kListedNameBytesMax + 1, 'x')), "name_lists_too_large: list 'product': a name is over 200 bytes");
}

}  // namespace
}  // namespace wk
