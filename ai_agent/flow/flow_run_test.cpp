#include "ai_agent/flow/flow_run.hpp"

#include <gtest/gtest.h>

#include "core/model/check_flow.hpp"
#include "core/model/limits.hpp"

namespace wk::ai {
namespace {

const Gazetteer& no_names() {
  static const Gazetteer kNone;
  return kNone;
}

// "Where is my parcel": asks for the order, looks it up, says where it is, and asks once more where there is no such order.
class ParcelFlow : public ::testing::Test {
 protected:
  ParcelFlow() {
    entry_.set_id(7);
    entry_.set_title("Where is my parcel?");
    entry_.set_updated_ms(1'000);
    v1::FlowAsk& ask = *step("number", "look").mutable_ask();
    ask.set_text("Which order is it?");
    ask.set_again("It looks like A-1234 and stands in our mail.");
    ask.set_slot("number");
    ask.set_kind(v1::FLOW_SLOT_KIND_ORDER_NUMBER);
    v1::FlowCall& call = *step("look", "late").mutable_call();
    call.set_tool("order_status");
    v1::FlowArgument& argument = *call.add_arguments();
    argument.set_name("number");
    argument.set_value("{number}");
    keep(call, "state", "/order/state");
    keep(call, "days", "/order/days/0");
    call.set_not_found_next("unknown");
    step("unknown", "number").mutable_say()->set_text("There is no order {number}.");
    v1::FlowCondition& condition = *step("late", "fine").mutable_branch()->add_conditions();
    condition.set_slot("days");
    condition.set_operator_(v1::FLOW_OPERATOR_GREATER);
    condition.set_value("10");
    condition.set_next("sorry");
    step("fine").mutable_end()->set_text("Order {number}: {state}, {days} days. {wish}{\"}");
    step("sorry").mutable_end()->set_text("That is too long.");
    entry_.mutable_steps(5)->mutable_end()->set_hand_over(true);

    v1::BotToolList tools;
    v1::BotTool& tool = *tools.add_tools();
    tool.set_name("order_status");
    tool.add_arguments()->set_name("number");
    const auto checked = check_flow(entry_.steps(), tools);
    EXPECT_TRUE(checked) << checked.error().context;
  }
  v1::FlowStep& step(const std::string& id, const std::string& next = {}) {
    v1::FlowStep& step = *entry_.add_steps();
    step.set_id(id);
    step.set_next(next);
    return step;
  }
  static void keep(v1::FlowCall& call, const std::string& slot, const std::string& pointer) {
    v1::FlowResult& result = *call.add_results();
    result.set_slot(slot);
    result.set_pointer(pointer);
  }
  v1::FlowState asked() const {
    FlowRun run(entry_, no_names());
    run.begin("where is my parcel");
    EXPECT_EQ(run.stop(), FlowStop::kWaits);
    return run.state();
  }

  v1::KnowledgeEntry entry_;
};

TEST_F(ParcelFlow, AsksLooksUpAndSaysWhatCameOfIt) {
  FlowRun run(entry_, no_names());
  run.begin("where is my parcel");
  EXPECT_EQ(run.stop(), FlowStop::kWaits);
  EXPECT_EQ(run.said(), "Which order is it?");
  EXPECT_EQ(run.state().entry_id(), 7u);
  EXPECT_EQ(run.state().step(), "number");

  FlowRun next(entry_, no_names());
  ASSERT_TRUE(next.answer(run.state(), "It is A-1234"));
  ASSERT_EQ(next.stop(), FlowStop::kCalls);
  EXPECT_EQ(next.tool(), "order_status");
  ASSERT_EQ(next.arguments().size(), 1u);
  EXPECT_EQ(next.arguments()[0].second, "A-1234");
  next.called(std::string(R"({"order": {"state": "on its way", "days": [3]}})"));
  EXPECT_EQ(next.stop(), FlowStop::kEnds);
  EXPECT_EQ(next.said(), "Order A-1234: on its way, 3 days. {\"}") << "a slot without a value is nothing, a brace that is no slot stays";
  EXPECT_EQ(next.steps(), (std::vector<std::string>{"look", "late", "fine"}));
}

TEST_F(ParcelFlow, DoesNotAskWhatWasSaidAlready) {
  FlowRun run(entry_, no_names());
  run.begin("where is my parcel, order number 202411230001");
  ASSERT_EQ(run.stop(), FlowStop::kCalls);
  EXPECT_EQ(run.arguments()[0].second, "202411230001");
  // But does ask again where what was said led nowhere.
  run.called(fail(ErrorCode::kNotFound, "404"));
  EXPECT_EQ(run.stop(), FlowStop::kWaits);
  EXPECT_EQ(run.said(), "There is no order 202411230001.\n\nWhich order is it?");
}

TEST_F(ParcelFlow, AnAnswerThatDoesNotFitIsAskedForOnceMoreAndThenGoesToPeople) {
  FlowRun first(entry_, no_names());
  ASSERT_FALSE(first.answer(asked(), "I do not have one"));
  first.ask_again();
  EXPECT_EQ(first.stop(), FlowStop::kWaits);
  EXPECT_EQ(first.said(), "It looks like A-1234 and stands in our mail.");
  EXPECT_EQ(first.state().tries(), 1u);
  FlowRun second(entry_, no_names());
  ASSERT_FALSE(second.answer(first.state(), "really not"));
  second.ask_again();
  EXPECT_EQ(second.stop(), FlowStop::kHandsOver);
  // Or where the author says.
  entry_.mutable_steps(0)->mutable_ask()->set_failed_next("fine");
  FlowRun drawn(entry_, no_names());
  ASSERT_FALSE(drawn.answer(first.state(), "really not"));
  drawn.ask_again();
  EXPECT_EQ(drawn.stop(), FlowStop::kEnds);
}

TEST_F(ParcelFlow, SomethingElseInBetweenIsNoTry) {
  FlowRun run(entry_, no_names());
  ASSERT_FALSE(run.answer(asked(), "do you ship to Austria"));
  run.repeat();
  EXPECT_EQ(run.said(), "Which order is it?");
  EXPECT_EQ(run.state().tries(), 0u);
}

TEST_F(ParcelFlow, AConditionChoosesTheWayAndTheEndMayBringPeople) {
  FlowRun run(entry_, no_names());
  ASSERT_TRUE(run.answer(asked(), "A-1234"));
  run.called(std::string(R"({"order": {"state": "lost", "days": ["12"]}})"));
  EXPECT_EQ(run.stop(), FlowStop::kHandsOver);
  EXPECT_EQ(run.said(), "That is too long.");
}

TEST_F(ParcelFlow, AToolThatFailsBringsPeople) {
  FlowRun run(entry_, no_names());
  ASSERT_TRUE(run.answer(asked(), "A-1234"));
  run.called(fail(ErrorCode::kTimeout, "too slow"));
  EXPECT_EQ(run.stop(), FlowStop::kHandsOver);
}

TEST_F(ParcelFlow, AnAnswerOfAToolThatIsNotAsExpectedLeavesSlotsEmpty) {
  for (const char* response : {"no json", "[]", R"({"order": 5})", R"({"order": {"state": null, "days": []}})"}) {
    FlowRun run(entry_, no_names());
    ASSERT_TRUE(run.answer(asked(), "A-1234"));
    run.called(std::string(response));
    EXPECT_EQ(run.stop(), FlowStop::kEnds) << response;
    EXPECT_EQ(run.said(), "Order A-1234: ,  days. {\"}") << response;
  }
}

TEST_F(ParcelFlow, AValueHasABoundAndIsNoPlaceForAnotherOne) {
  FlowRun run(entry_, no_names());
  ASSERT_TRUE(run.answer(asked(), "A-1234"));
  run.called(std::string(R"({"order": {"state": ")") + std::string(1'000, 'x') + R"({number}", "days": [1]}})");
  EXPECT_NE(run.said().find(std::string(limits::kFlowValueBytesMax, 'x') + ", 1 days"), std::string::npos);
}

TEST(FlowRun, NamesOfTheSitesListsAreHeardAndAskedFor) {
  auto names = Gazetteer::make({{"product", "Lamp Pro", {"台灯", "basic"}}, {"branch", "Paris", {}}, {"plan", "Basic", {}}});
  ASSERT_TRUE(names.has_value());
  v1::KnowledgeEntry entry;
  const auto ask = [&](const std::string& list, const std::string& next) {
    v1::FlowStep& step = *entry.add_steps();
    step.set_id(list);
    step.set_next(next);
    step.mutable_ask()->set_text("Which " + list + "?");
    step.mutable_ask()->set_slot(list);
    step.mutable_ask()->set_kind(v1::FLOW_SLOT_KIND_LISTED);
    step.mutable_ask()->set_name_list(list);
  };
  ask("product", "branch");
  ask("branch", "plan");
  ask("plan", "end");
  v1::FlowStep& end = *entry.add_steps();
  end.set_id("end");
  end.mutable_end()->set_text("{product} in {branch}, {plan}.");
  const auto checked = check_flow(entry.steps(), {});
  EXPECT_TRUE(checked) << checked.error().context;

  FlowRun run(entry, *names);
  run.begin("我的台灯 is broken");
  EXPECT_EQ(run.said(), "Which branch?") << "the product was heard";
  FlowRun wrong(entry, *names);
  EXPECT_FALSE(wrong.answer(run.state(), "Berlin"));
  FlowRun next(entry, *names);
  ASSERT_TRUE(next.answer(run.state(), "PARIS, and I have basic"));
  EXPECT_EQ(next.said(), "Lamp Pro in Paris, Basic.") << "a word of two lists is heard for the one that is asked for";

  // A site without such a list: asked as ever, and then people go on.
  FlowRun first(entry, no_names());
  first.begin("我的台灯 is broken");
  EXPECT_EQ(first.said(), "Which product?");
  FlowRun second(entry, no_names());
  EXPECT_FALSE(second.answer(first.state(), "台灯"));
  second.ask_again();
  FlowRun third(entry, no_names());
  EXPECT_FALSE(third.answer(second.state(), "台灯"));
  third.ask_again();
  EXPECT_EQ(third.stop(), FlowStop::kHandsOver);
}

TEST(FlowRun, WhatIsToBeKeptInTheContactIsToldOnceItIsAnswered) {
  v1::KnowledgeEntry entry;
  const auto ask = [&](const std::string& id, v1::FlowSlotKind kind, bool save, const std::string& next) {
    v1::FlowStep& step = *entry.add_steps();
    step.set_id(id);
    step.set_next(next);
    step.mutable_ask()->set_text(id + "?");
    step.mutable_ask()->set_slot(id);
    step.mutable_ask()->set_kind(kind);
    step.mutable_ask()->set_save_to_contact(save);
  };
  ask("phone", v1::FLOW_SLOT_KIND_PHONE, true, "mail");
  ask("mail", v1::FLOW_SLOT_KIND_EMAIL, true, "other");
  ask("other", v1::FLOW_SLOT_KIND_EMAIL, true, "last");
  ask("last", v1::FLOW_SLOT_KIND_PHONE, false, "");

  FlowRun heard(entry, no_names());
  heard.begin("call me back, 138 0013 8000");
  EXPECT_EQ(heard.contact().phone(), "13800138000") << "also what was said before it was asked for";
  EXPECT_EQ(heard.contact().email(), "");
  FlowRun next(entry, no_names());
  ASSERT_TRUE(next.answer(heard.state(), "Lin@Shop.example, or c@d.example"));
  EXPECT_EQ(next.contact().email(), "lin@shop.example") << "of one turn the first";
  EXPECT_EQ(next.contact().phone(), "") << "told with the turn before";
  FlowRun last(entry, no_names());
  ASSERT_TRUE(last.answer(next.state(), "13900139000"));
  EXPECT_EQ(last.contact().phone(), "") << "not to be kept";
  FlowRun asks(entry, no_names());
  asks.begin("call me back");
  EXPECT_EQ(asks.contact().phone(), "");
}

TEST(FlowRun, OptionsLeadOn) {
  v1::KnowledgeEntry entry;
  v1::FlowStep& first = *entry.add_steps();
  first.set_id("why");
  first.set_next("other");
  v1::FlowChoose& choose = *first.mutable_choose();
  choose.set_text("Why?");
  choose.set_slot("why");
  choose.add_options()->set_text("Damaged");
  choose.mutable_options(0)->set_next("damaged");
  choose.add_options()->set_text("Other");
  v1::FlowStep& damaged = *entry.add_steps();
  damaged.set_id("damaged");
  damaged.mutable_end()->set_text("A pity: {why}.");
  v1::FlowStep& other = *entry.add_steps();
  other.set_id("other");
  other.mutable_say()->set_text("Thanks.");

  FlowRun run(entry, no_names());
  run.begin("I want to return it");
  EXPECT_EQ(run.choices(), (std::vector<std::string>{"Damaged", "Other"}));
  EXPECT_TRUE(run.offers(run.state(), "it is damaged"));
  EXPECT_FALSE(run.offers(run.state(), "no, thanks"));
  FlowRun one(entry, no_names());
  ASSERT_TRUE(one.answer(run.state(), "damaged"));
  EXPECT_EQ(one.said(), "A pity: Damaged.");
  FlowRun two(entry, no_names());
  ASSERT_TRUE(two.answer(run.state(), "Other"));
  EXPECT_EQ(two.said(), "Thanks.");
  EXPECT_EQ(two.stop(), FlowStop::kEnds);
}

TEST(FlowRun, ATurnEndsWhateverIsDrawn) {
  v1::KnowledgeEntry entry;
  v1::FlowStep& round = *entry.add_steps();
  round.set_id("round");
  round.set_next("round");
  round.mutable_say()->set_text("again");
  FlowRun run(entry, no_names());
  run.begin("go");
  EXPECT_EQ(run.stop(), FlowStop::kHandsOver);
  EXPECT_LE(run.steps().size(), flow_limits::kStepsOfATurnMax);

  v1::KnowledgeEntry empty;
  FlowRun nothing(empty, no_names());
  nothing.begin("go");
  EXPECT_EQ(nothing.stop(), FlowStop::kHandsOver);
  FlowRun changed(entry, no_names());
  v1::FlowState state;
  state.set_step("gone");
  EXPECT_TRUE(changed.answer(state, "text"));
  EXPECT_EQ(changed.stop(), FlowStop::kHandsOver);
}

}  // namespace
}  // namespace wk::ai
