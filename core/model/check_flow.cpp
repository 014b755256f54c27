#include "core/model/check_flow.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/encoding.hpp"
#include "core/model/limits.hpp"

namespace wk {
namespace {

namespace v1 = ::weikeyi::v1;
using Steps = google::protobuf::RepeatedPtrField<v1::FlowStep>;

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

bool is_id(std::string_view id) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  return !id.empty() && id.size() <= limits::kFlowNameBytesMax && std::all_of(id.begin(), id.end(), fits);
}

bool is_slot(std::string_view name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= limits::kFlowNameBytesMax && name.front() >= 'a' && name.front() <= 'z' && std::all_of(name.begin(), name.end(), fits);
}

// RFC 6901, section 3.
bool is_pointer(std::string_view pointer) {
  if (pointer.empty()) return true;
  if (pointer.front() != '/' || pointer.size() > limits::kFlowOptionBytesMax) return false;
  for (std::size_t at = pointer.find('~'); at != std::string_view::npos; at = pointer.find('~', at + 1)) {
    if (at + 1 == pointer.size() || (pointer[at + 1] != '0' && pointer[at + 1] != '1')) return false;
  }
  return true;
}

bool waits(const v1::FlowStep& step) { return step.has_ask() || step.has_choose(); }

// Where it may go on to; "" among them where the flow may end.
std::vector<std::string_view> ways_of(const v1::FlowStep& step) {
  std::vector<std::string_view> ways;
  if (!step.has_end()) ways.push_back(step.next());
  if (step.has_ask()) ways.push_back(step.ask().failed_next());
  if (step.has_choose()) {
    for (const v1::FlowOption& option : step.choose().options()) ways.push_back(option.next());
    ways.push_back(step.choose().failed_next());
  }
  for (const v1::FlowCondition& condition : step.branch().conditions()) ways.push_back(condition.next());
  if (step.has_call()) {
    ways.push_back(step.call().not_found_next());
    ways.push_back(step.call().failed_next());
  }
  return ways;
}

class Check {
 public:
  Check(const Steps& steps, const v1::BotToolList& tools) : steps_(steps), tools_(tools) {}

  Result<void> run() {
    if (steps_.empty()) return fail(ErrorCode::kInvalidArgument, "a flow needs a step");
    if (static_cast<std::size_t>(steps_.size()) > limits::kFlowStepsMax) return fail(ErrorCode::kTooLarge, "a flow has at most " + std::to_string(limits::kFlowStepsMax) + " steps");
    for (const v1::FlowStep& step : steps_) {
      if (!is_id(step.id())) return fail(ErrorCode::kInvalidArgument, "a step's id has 1 to 40 letters, digits, '-' and '_'");
      if (!by_id_.emplace(step.id(), &step).second) return wrong(step, "is there twice");
    }
    for (const v1::FlowStep& step : steps_) {
      WK_TRY_VOID(content(step));
      for (const std::string_view next : ways_of(step)) {
        if (!next.empty() && !by_id_.contains(next)) return wrong(step, "goes on to '" + std::string(next.substr(0, limits::kFlowNameBytesMax)) + "', which is not there");
      }
    }
    if (slots_.size() > limits::kFlowSlotsMax) return fail(ErrorCode::kTooLarge, "a flow has at most " + std::to_string(limits::kFlowSlotsMax) + " slots");
    return turns_end();
  }

 private:
  static tl::unexpected<Error> wrong(const v1::FlowStep& step, const std::string& what) { return fail(ErrorCode::kInvalidArgument, "step '" + step.id() + "' " + what); }

  Result<void> text(const v1::FlowStep& step, const char* what, const std::string& text, std::size_t bytes_max, bool required) const {
    if (required && blank(text)) return wrong(step, std::string("has no ") + what);
    if (text.size() > bytes_max) return fail(ErrorCode::kTooLarge, "step '" + step.id() + "': " + what + " is over " + std::to_string(bytes_max) + " bytes");
    if (!utf8_valid(text) || text.find('\0') != std::string::npos) return wrong(step, std::string("has a ") + what + " that is no text");
    return {};
  }

  Result<void> slot(const v1::FlowStep& step, const std::string& name) {
    if (!is_slot(name)) return wrong(step, "needs a slot: a small letter, then small letters, digits and '_', 40 at most");
    slots_.insert(name);
    return {};
  }

  Result<void> content(const v1::FlowStep& step) {
    switch (step.kind_case()) {
      case v1::FlowStep::kSay: return text(step, "text", step.say().text(), limits::kFlowTextBytesMax, true);
      case v1::FlowStep::kAsk: return ask(step, step.ask());
      case v1::FlowStep::kChoose: return choose(step, step.choose());
      case v1::FlowStep::kBranch: return branch(step, step.branch());
      case v1::FlowStep::kCall: return call(step, step.call());
      case v1::FlowStep::kEnd:
        if (!step.next().empty()) return wrong(step, "ends the flow and goes on");
        return text(step, "text", step.end().text(), limits::kFlowTextBytesMax, false);
      case v1::FlowStep::KIND_NOT_SET: break;
    }
    return wrong(step, "does nothing");
  }

  Result<void> ask(const v1::FlowStep& step, const v1::FlowAsk& ask) {
    WK_TRY_VOID(text(step, "text", ask.text(), limits::kFlowTextBytesMax, true));
    WK_TRY_VOID(text(step, "text for another try", ask.again(), limits::kFlowTextBytesMax, false));
    if (ask.kind() == v1::FLOW_SLOT_KIND_UNSPECIFIED || !v1::FlowSlotKind_IsValid(ask.kind())) return wrong(step, "does not say what kind of answer it wants");
    // Whether the site has such a list is known when it is asked: an entry of every site is asked at each.
    const bool listed = ask.kind() == v1::FLOW_SLOT_KIND_LISTED;
    if (listed && !is_id(ask.name_list())) return wrong(step, "needs the name of one of the site's lists");
    if (!listed && !ask.name_list().empty()) return wrong(step, "names a list and asks for something else");
    const bool for_contact = ask.kind() == v1::FLOW_SLOT_KIND_PHONE || ask.kind() == v1::FLOW_SLOT_KIND_EMAIL;
    if (ask.save_to_contact() && !for_contact) return wrong(step, "can keep only a telephone number or an e-mail address in the contact");
    return slot(step, ask.slot());
  }

  Result<void> choose(const v1::FlowStep& step, const v1::FlowChoose& choose) {
    WK_TRY_VOID(text(step, "text", choose.text(), limits::kFlowTextBytesMax, true));
    if (choose.options().empty()) return wrong(step, "has no option");
    if (static_cast<std::size_t>(choose.options_size()) > limits::kFlowOptionsMax) return wrong(step, "has more than " + std::to_string(limits::kFlowOptionsMax) + " options");
    std::unordered_set<std::string_view> texts;
    for (const v1::FlowOption& option : choose.options()) {
      WK_TRY_VOID(text(step, "option", option.text(), limits::kFlowOptionBytesMax, true));
      if (!texts.insert(option.text()).second) return wrong(step, "has an option twice");
    }
    return choose.slot().empty() ? Result<void>() : slot(step, choose.slot());
  }

  Result<void> branch(const v1::FlowStep& step, const v1::FlowBranch& branch) {
    if (branch.conditions().empty()) return wrong(step, "has no condition");
    if (static_cast<std::size_t>(branch.conditions_size()) > limits::kFlowOptionsMax) return wrong(step, "has more than " + std::to_string(limits::kFlowOptionsMax) + " conditions");
    for (const v1::FlowCondition& condition : branch.conditions()) {
      WK_TRY_VOID(slot(step, condition.slot()));
      if (condition.operator_() == v1::FLOW_OPERATOR_UNSPECIFIED || !v1::FlowOperator_IsValid(condition.operator_())) return wrong(step, "has a condition without a comparison");
      WK_TRY_VOID(text(step, "value to compare with", condition.value(), limits::kFlowOptionBytesMax, false));
    }
    return {};
  }

  Result<void> call(const v1::FlowStep& step, const v1::FlowCall& call) {
    const auto tool = std::find_if(tools_.tools().begin(), tools_.tools().end(), [&](const v1::BotTool& one) { return one.name() == call.tool(); });
    if (tool == tools_.tools().end()) return wrong(step, "asks a tool that is not there");
    for (const v1::BotToolArgument& argument : tool->arguments()) {
      const auto given = std::count_if(call.arguments().begin(), call.arguments().end(), [&](const v1::FlowArgument& one) { return one.name() == argument.name(); });
      if (given != 1) return wrong(step, "has to give the tool '" + argument.name() + "' once");
    }
    if (call.arguments_size() != tool->arguments_size()) return wrong(step, "gives the tool an argument that it does not have");
    for (const v1::FlowArgument& argument : call.arguments()) WK_TRY_VOID(text(step, "argument", argument.value(), limits::kFlowTextBytesMax, true));
    if (static_cast<std::size_t>(call.results_size()) > limits::kFlowSlotsMax) return wrong(step, "keeps too many results");
    for (const v1::FlowResult& result : call.results()) {
      WK_TRY_VOID(slot(step, result.slot()));
      if (!is_pointer(result.pointer())) return wrong(step, "has a place in the answer that is no JSON Pointer");
    }
    return {};
  }

  // Depth first through what does not wait: who comes back to where they are, would go round for ever.
  Result<void> turns_end() {
    for (const v1::FlowStep& step : steps_) {
      if (const v1::FlowStep* again = on_a_way_round(step)) return wrong(*again, "comes back to itself without asking the visitor anything");
    }
    return {};
  }

  const v1::FlowStep* on_a_way_round(const v1::FlowStep& step) {
    if (waits(step)) return nullptr;
    State& state = states_[step.id()];
    if (state == State::kOpen) return &step;
    if (state == State::kDone) return nullptr;
    state = State::kOpen;
    for (const std::string_view next : ways_of(step)) {
      if (next.empty()) continue;
      if (const v1::FlowStep* again = on_a_way_round(*by_id_.at(next))) return again;
    }
    states_[step.id()] = State::kDone;
    return nullptr;
  }

  enum class State : std::uint8_t { kNew, kOpen, kDone };
  const Steps& steps_;
  const v1::BotToolList& tools_;
  std::unordered_map<std::string_view, const v1::FlowStep*> by_id_;
  std::unordered_map<std::string_view, State> states_;
  std::unordered_set<std::string_view> slots_;
};

}  // namespace

Result<void> check_flow(const Steps& steps, const v1::BotToolList& tools) { return Check(steps, tools).run(); }

}  // namespace wk
