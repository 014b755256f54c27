#include "ai_agent/flow/slot_values.hpp"

#include <gtest/gtest.h>

namespace wk::ai {
namespace {

std::optional<std::string> value(v1::FlowSlotKind kind, std::string_view text) {
  v1::FlowAsk ask;
  ask.set_kind(kind);
  return slot_value(ask, text, {});
}

TEST(SlotValues, ATextIsTakenAsItIsWithoutBlanksAroundIt) {
  EXPECT_EQ(value(v1::FLOW_SLOT_KIND_TEXT, "  the left shoe \n"), "the left shoe");
  EXPECT_EQ(value(v1::FLOW_SLOT_KIND_TEXT, " \n"), std::nullopt);
  EXPECT_EQ(value(v1::FLOW_SLOT_KIND_TEXT, std::string(1'000, 'x'))->size(), 300u) << "a value is kept with the conversation: it has a bound";
}

TEST(SlotValues, WhatIsAskedForIsFoundInASentence) {
  EXPECT_EQ(value(v1::FLOW_SLOT_KIND_EMAIL, "你可以写到 mei@shop.example，谢谢"), "mei@shop.example");
  EXPECT_EQ(value(v1::FLOW_SLOT_KIND_PHONE, "我的手机是 138 0013 8000"), "13800138000");
  EXPECT_EQ(value(v1::FLOW_SLOT_KIND_EMAIL, "I have none"), std::nullopt);
}

TEST(SlotValues, AnOrderNumberMayLookLikeAnything) {
  EXPECT_EQ(value(v1::FLOW_SLOT_KIND_ORDER_NUMBER, "#A-17"), "A-17");
  EXPECT_EQ(value(v1::FLOW_SLOT_KIND_ORDER_NUMBER, "是A-17吧"), "A-17");
  EXPECT_EQ(value(v1::FLOW_SLOT_KIND_ORDER_NUMBER, "A-17 or A-18"), std::nullopt);
  EXPECT_EQ(value(v1::FLOW_SLOT_KIND_ORDER_NUMBER, "I do not know"), std::nullopt);
  EXPECT_EQ(value(v1::FLOW_SLOT_KIND_ORDER_NUMBER, "nope"), std::nullopt) << "one word, but no digit";
}

TEST(SlotValues, ANumberHasADecimalPointOfEitherKind) {
  EXPECT_EQ(value(v1::FLOW_SLOT_KIND_NUMBER, "about 19,90 I think"), "19.90");
  EXPECT_EQ(value(v1::FLOW_SLOT_KIND_NUMBER, "-3"), "-3");
  EXPECT_EQ(value(v1::FLOW_SLOT_KIND_NUMBER, "两个，就是２"), "2") << "full width";
  EXPECT_EQ(value(v1::FLOW_SLOT_KIND_NUMBER, "many"), std::nullopt);
}

TEST(SlotValues, AListedNameIsOneOfTheListThatIsAskedFor) {
  auto names = Gazetteer::make({{"product", "Lamp Pro", {"台灯"}}, {"plan", "Pro", {}}, {"branch", "Pro", {"downtown"}}});
  ASSERT_TRUE(names.has_value());
  v1::FlowAsk ask;
  ask.set_kind(v1::FLOW_SLOT_KIND_LISTED);
  ask.set_name_list("product");
  EXPECT_EQ(slot_value(ask, "我的台灯坏了", *names), "Lamp Pro");
  EXPECT_EQ(slot_value(ask, "the pro, downtown", *names), std::nullopt) << "names, but of other lists";
  ask.set_name_list("branch");
  EXPECT_EQ(slot_value(ask, "pro", *names), "Pro") << "also where another list has the word first";
  EXPECT_EQ(slot_value(ask, "lamp pro or pro", *names), "Pro");
  ask.set_name_list("colour");
  EXPECT_EQ(slot_value(ask, "pro", *names), std::nullopt) << "the site has no such list";
  EXPECT_EQ(slot_value(ask, "pro", {}), std::nullopt);
}

TEST(SlotValues, AnOptionIsChosenByItsWordsItsNumberOrAsTheOnlyOneThatIsNamed) {
  v1::FlowChoose choose;
  choose.add_options()->set_text("Damaged");
  choose.add_options()->set_text("Too late");
  EXPECT_EQ(chosen_option(choose.options(), "too LATE"), 1);
  EXPECT_EQ(chosen_option(choose.options(), "1"), 0);
  EXPECT_EQ(chosen_option(choose.options(), "it came damaged"), 0);
  EXPECT_EQ(chosen_option(choose.options(), "damaged and too late"), std::nullopt);
  EXPECT_EQ(chosen_option(choose.options(), "something else"), std::nullopt);
}

}  // namespace
}  // namespace wk::ai
