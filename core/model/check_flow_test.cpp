#include "core/model/check_flow.hpp"

#include <gtest/gtest.h>

#include "core/model/limits.hpp"

namespace wk {
namespace {

namespace v1 = ::weikeyi::v1;

class FlowCheck : public ::testing::Test {
 protected:
  FlowCheck() {
    v1::BotTool& tool = *tools_.add_tools();
    tool.set_name("order_status");
    tool.add_arguments()->set_name("number");
  }
  v1::FlowStep& step(const std::string& id, const std::string& next = {}) {
    v1::FlowStep& step = *entry_.add_steps();
    step.set_id(id);
    step.set_next(next);
    return step;
  }
  void say(const std::string& id, const std::string& next = {}) { step(id, next).mutable_say()->set_text("Hm."); }
  v1::FlowAsk& ask(const std::string& id, const std::string& slot, const std::string& next = {}) {
    v1::FlowAsk& ask = *step(id, next).mutable_ask();
    ask.set_text("Which order?");
    ask.set_slot(slot);
    ask.set_kind(v1::FLOW_SLOT_KIND_ORDER_NUMBER);
    return ask;
  }
  // "" where it may be run.
  std::string wrong() const {
    const auto checked = check_flow(entry_.steps(), tools_);
    return checked ? "" : checked.error().context;
  }

  v1::KnowledgeEntry entry_;
  v1::BotToolList tools_;
};

TEST_F(FlowCheck, NeedsStepsWithNamesOfTheirOwn) {
  EXPECT_EQ(wrong(), "a flow needs a step");
  say("one");
  EXPECT_EQ(wrong(), "");
  say("one");
  EXPECT_EQ(wrong(), "step 'one' is there twice");
  entry_.mutable_steps(1)->set_id("two words");
  EXPECT_EQ(wrong(), "a step's id has 1 to 40 letters, digits, '-' and '_'");
}

TEST_F(FlowCheck, GoesOnToWhatIsThere) {
  say("one", "two");
  EXPECT_EQ(wrong(), "step 'one' goes on to 'two', which is not there");
  step("two").mutable_end();
  EXPECT_EQ(wrong(), "");
  entry_.mutable_steps(1)->set_next("one");
  EXPECT_EQ(wrong(), "step 'two' ends the flow and goes on");
}

TEST_F(FlowCheck, AWayRoundHasToAskSomething) {
  say("one", "two");
  v1::FlowStep& two = step("two", "three");
  v1::FlowCondition& condition = *two.mutable_branch()->add_conditions();
  condition.set_slot("number");
  condition.set_operator_(v1::FLOW_OPERATOR_IS_SET);
  condition.set_next("one");
  say("three");
  EXPECT_EQ(wrong(), "step 'one' comes back to itself without asking the visitor anything");
  entry_.mutable_steps(1)->mutable_branch()->mutable_conditions(0)->set_next("four");
  ask("four", "number", "one");
  EXPECT_EQ(wrong(), "");
}

TEST_F(FlowCheck, AsksForAValueOfAKind) {
  v1::FlowAsk& asked = ask("one", "Number");
  EXPECT_EQ(wrong(), "step 'one' needs a slot: a small letter, then small letters, digits and '_', 40 at most");
  asked.set_slot("number");
  asked.set_kind(v1::FLOW_SLOT_KIND_UNSPECIFIED);
  EXPECT_EQ(wrong(), "step 'one' does not say what kind of answer it wants");
  asked.set_kind(v1::FLOW_SLOT_KIND_TEXT);
  asked.set_text(" \n");
  EXPECT_EQ(wrong(), "step 'one' has no text");
}

TEST_F(FlowCheck, AListedNameIsAskedForByItsList) {
  v1::FlowAsk& asked = ask("one", "product");
  asked.set_kind(v1::FLOW_SLOT_KIND_LISTED);
  EXPECT_EQ(wrong(), "step 'one' needs the name of one of the site's lists");
  asked.set_name_list("my products");
  EXPECT_EQ(wrong(), "step 'one' needs the name of one of the site's lists");
  asked.set_name_list("product");
  EXPECT_EQ(wrong(), "");
  asked.set_kind(v1::FLOW_SLOT_KIND_PHONE);
  EXPECT_EQ(wrong(), "step 'one' names a list and asks for something else");
}

TEST_F(FlowCheck, KeepsInTheContactWhatAContactHas) {
  v1::FlowAsk& asked = ask("one", "number");
  asked.set_save_to_contact(true);
  for (const auto kind : {v1::FLOW_SLOT_KIND_TEXT, v1::FLOW_SLOT_KIND_ORDER_NUMBER, v1::FLOW_SLOT_KIND_DATE, v1::FLOW_SLOT_KIND_MONEY, v1::FLOW_SLOT_KIND_NUMBER}) {
    asked.set_kind(kind);
    EXPECT_EQ(wrong(), "step 'one' can keep only a telephone number or an e-mail address in the contact");
  }
  for (const auto kind : {v1::FLOW_SLOT_KIND_PHONE, v1::FLOW_SLOT_KIND_EMAIL}) {
    asked.set_kind(kind);
    EXPECT_EQ(wrong(), "");
  }
}

TEST_F(FlowCheck, OffersWhatCanBeToldApart) {
  v1::FlowChoose& choose = *step("one").mutable_choose();
  choose.set_text("What is it?");
  EXPECT_EQ(wrong(), "step 'one' has no option");
  choose.add_options()->set_text("Damaged");
  choose.add_options()->set_text("Damaged");
  EXPECT_EQ(wrong(), "step 'one' has an option twice");
  choose.mutable_options(1)->set_text("Too late");
  EXPECT_EQ(wrong(), "");
  for (int i = 0; i < 7; ++i) choose.add_options()->set_text("Other " + std::to_string(i));
  EXPECT_EQ(wrong(), "step 'one' has more than 8 options");
}

TEST_F(FlowCheck, CallsAToolThatIsThereWithAllItWants) {
  v1::FlowCall& call = *step("one").mutable_call();
  call.set_tool("reboot");
  EXPECT_EQ(wrong(), "step 'one' asks a tool that is not there");
  call.set_tool("order_status");
  EXPECT_EQ(wrong(), "step 'one' has to give the tool 'number' once");
  call.add_arguments()->set_name("number");
  call.mutable_arguments(0)->set_value("{number}");
  EXPECT_EQ(wrong(), "");
  v1::FlowResult& result = *call.add_results();
  result.set_slot("state");
  result.set_pointer("state");
  EXPECT_EQ(wrong(), "step 'one' has a place in the answer that is no JSON Pointer");
  result.set_pointer("/order/state~1now");
  EXPECT_EQ(wrong(), "");
}

TEST_F(FlowCheck, HasLimits) {
  for (std::size_t i = 0; i < limits::kFlowSlotsMax + 1; ++i) ask("a" + std::to_string(i), "slot_" + std::to_string(i));
  EXPECT_EQ(wrong(), "a flow has at most 16 slots");
  entry_.clear_steps();
  for (std::size_t i = 0; i < limits::kFlowStepsMax + 1; ++i) say("s" + std::to_string(i));
  EXPECT_EQ(wrong(), "a flow has at most 60 steps");
  entry_.clear_steps();
  say("long");
  entry_.mutable_steps(0)->mutable_say()->set_text(std::string(limits::kFlowTextBytesMax + 1, 'x'));
  EXPECT_EQ(wrong(), "step 'long': text is over 2000 bytes");
}

}  // namespace
}  // namespace wk
