#include "ai_agent/flow/slot_values.hpp"

#include <gtest/gtest.h>

namespace wk::ai {
namespace {

TEST(SlotValues, ATextIsTakenAsItIsWithoutBlanksAroundIt) {
  EXPECT_EQ(slot_value(v1::FLOW_SLOT_KIND_TEXT, "  the left shoe \n"), "the left shoe");
  EXPECT_EQ(slot_value(v1::FLOW_SLOT_KIND_TEXT, " \n"), std::nullopt);
  EXPECT_EQ(slot_value(v1::FLOW_SLOT_KIND_TEXT, std::string(1'000, 'x'))->size(), 300u) << "a value is kept with the conversation: it has a bound";
}

TEST(SlotValues, WhatIsAskedForIsFoundInASentence) {
  EXPECT_EQ(slot_value(v1::FLOW_SLOT_KIND_EMAIL, "你可以写到 mei@shop.example，谢谢"), "mei@shop.example");
  EXPECT_EQ(slot_value(v1::FLOW_SLOT_KIND_PHONE, "我的手机是 138 0013 8000"), "13800138000");
  EXPECT_EQ(slot_value(v1::FLOW_SLOT_KIND_EMAIL, "I have none"), std::nullopt);
}

TEST(SlotValues, AnOrderNumberMayLookLikeAnything) {
  EXPECT_EQ(slot_value(v1::FLOW_SLOT_KIND_ORDER_NUMBER, "#A-17"), "A-17");
  EXPECT_EQ(slot_value(v1::FLOW_SLOT_KIND_ORDER_NUMBER, "是A-17吧"), "A-17");
  EXPECT_EQ(slot_value(v1::FLOW_SLOT_KIND_ORDER_NUMBER, "A-17 or A-18"), std::nullopt);
  EXPECT_EQ(slot_value(v1::FLOW_SLOT_KIND_ORDER_NUMBER, "I do not know"), std::nullopt);
  EXPECT_EQ(slot_value(v1::FLOW_SLOT_KIND_ORDER_NUMBER, "nope"), std::nullopt) << "one word, but no digit";
}

TEST(SlotValues, ANumberHasADecimalPointOfEitherKind) {
  EXPECT_EQ(slot_value(v1::FLOW_SLOT_KIND_NUMBER, "about 19,90 I think"), "19.90");
  EXPECT_EQ(slot_value(v1::FLOW_SLOT_KIND_NUMBER, "-3"), "-3");
  EXPECT_EQ(slot_value(v1::FLOW_SLOT_KIND_NUMBER, "两个，就是２"), "2") << "full width";
  EXPECT_EQ(slot_value(v1::FLOW_SLOT_KIND_NUMBER, "many"), std::nullopt);
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
