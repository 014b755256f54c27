#include "ai_agent/flow/flow_run.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "ai_agent/flow/slot_values.hpp"
#include "ai_agent/text/text.hpp"
#include "base/encoding.hpp"
#include "core/model/limits.hpp"

namespace wk::ai {
namespace {

using Json = nlohmann::json;

template <typename Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string unescaped(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escape = token[i] == '~' && i + 1 < token.size();
    out += !escape ? token[i] : token[i + 1] == '1' ? '/' : '~';
    i += escape;
  }
  return out;
}

// JSON Pointer (RFC 6901, section 4); null where there is nothing. The library's own throws at what does not fit.
const Json* at_pointer(const Json& json, std::string_view pointer) {
  const Json* at = &json;
  while (!pointer.empty()) {
    const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
    const std::string token = unescaped(pointer.substr(1, end - 1));
    pointer.remove_prefix(end);
    if (at->is_object()) {
      const auto member = at->find(token);
      if (member == at->end()) return nullptr;
      at = &*member;
    } else if (at->is_array()) {
      const auto index = number_in<std::size_t>(token);
      if (!index || *index >= at->size()) return nullptr;
      at = &(*at)[*index];
    } else {
      return nullptr;
    }
  }
  return at;
}

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

FlowRun::FlowRun(const v1::KnowledgeEntry& entry, const Gazetteer& names) : entry_(entry), names_(names) {
  state_.set_entry_id(entry.id());
  state_.set_title(entry.title());
  state_.set_revision_ms(entry.updated_ms());
}

const v1::FlowStep* FlowRun::find(std::string_view id) const {
  const auto step = std::find_if(entry_.steps().begin(), entry_.steps().end(), [&](const v1::FlowStep& one) { return one.id() == id; });
  return step == entry_.steps().end() ? nullptr : &*step;
}

const v1::FlowValue* FlowRun::value(std::string_view slot) const {
  const auto found = std::find_if(state_.values().begin(), state_.values().end(), [&](const v1::FlowValue& one) { return one.slot() == slot; });
  return found == state_.values().end() ? nullptr : &*found;
}

void FlowRun::set(const std::string& slot, std::string_view value, bool heard) {
  if (slot.empty()) return;
  auto found = std::find_if(state_.mutable_values()->begin(), state_.mutable_values()->end(), [&](const v1::FlowValue& one) { return one.slot() == slot; });
  v1::FlowValue& kept = found != state_.mutable_values()->end() ? *found : *state_.add_values();
  kept.set_slot(slot);
  kept.set_value(std::string(utf8_prefix(value, limits::kFlowValueBytesMax)));
  kept.set_heard(heard);
}

void FlowRun::answered(const v1::FlowAsk& ask, const std::string& value) {
  set(ask.slot(), value, false);
  if (!ask.save_to_contact() || value.size() > limits::kNameBytesMax) return;
  std::string* known = ask.kind() == v1::FLOW_SLOT_KIND_PHONE ? contact_.mutable_phone() : ask.kind() == v1::FLOW_SLOT_KIND_EMAIL ? contact_.mutable_email() : nullptr;
  if (known != nullptr && known->empty()) *known = value;
}

// The first of its kind is for the first step that asks for it, the second for the second.
void FlowRun::hear(std::string_view text) {
  std::map<std::string_view, std::vector<HeardValue>> by_list;
  for (const v1::FlowStep& step : entry_.steps()) {
    if (!step.has_ask() || value(step.ask().slot()) != nullptr) continue;
    const auto [of_list, fresh] = by_list.try_emplace(step.ask().name_list());
    std::vector<HeardValue>& heard = of_list->second;
    if (fresh) heard = heard_values(text, names_, step.ask().name_list());
    const auto fits = std::find_if(heard.begin(), heard.end(), [&](const HeardValue& one) { return one.fits(step.ask()); });
    if (fits == heard.end()) continue;
    set(step.ask().slot(), fits->value, true);
    heard.erase(fits);
  }
}

std::string FlowRun::filled(const std::string& text) const {
  std::string out;
  std::size_t at = 0;
  for (std::size_t open = text.find('{'); open != std::string::npos; open = text.find('{', at)) {
    const std::size_t close = text.find('}', open);
    if (close == std::string::npos) break;
    const std::string_view slot = std::string_view(text).substr(open + 1, close - open - 1);
    out.append(text, at, open - at);
    const bool name = !slot.empty() && std::all_of(slot.begin(), slot.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
    if (!name) {
      out += '{';  // a brace of the author's own
      at = open + 1;
      continue;
    }
    if (const v1::FlowValue* known = value(slot)) out += known->value();
    at = close + 1;
  }
  return out.append(text, at);
}

void FlowRun::say(const std::string& text) {
  const std::string said = filled(text);
  if (said.find_first_not_of(" \t\r\n") == std::string::npos || said_.size() + said.size() + 2 > flow_limits::kSaidBytesMax) return;
  if (!said_.empty()) said_ += "\n\n";
  said_ += said;
}

bool FlowRun::holds(const v1::FlowCondition& condition) const {
  const v1::FlowValue* known = value(condition.slot());
  const std::string is = known != nullptr ? normalise(known->value()) : std::string();
  const std::string wanted = normalise(filled(condition.value()));
  switch (condition.operator_()) {
    case v1::FLOW_OPERATOR_EQUALS: return is == wanted;
    case v1::FLOW_OPERATOR_NOT_EQUALS: return is != wanted;
    case v1::FLOW_OPERATOR_CONTAINS: return !wanted.empty() && is.find(wanted) != std::string::npos;
    case v1::FLOW_OPERATOR_IS_SET: return !is.empty();
    case v1::FLOW_OPERATOR_LESS:
    case v1::FLOW_OPERATOR_GREATER: {
      const auto left = number_in<double>(is);
      const auto right = number_in<double>(wanted);
      if (!left || !right) return false;
      return condition.operator_() == v1::FLOW_OPERATOR_LESS ? *left < *right : *left > *right;
    }
    default: return false;
  }
}

void FlowRun::wait_at(const v1::FlowStep& step, const std::string& question) {
  say(question);
  for (const v1::FlowOption& option : step.choose().options()) choices_.push_back(option.text());
  state_.set_step(step.id());
  stop_ = FlowStop::kWaits;
}

// Where a way of failure is not drawn, people know better.
void FlowRun::fail_to(std::string_view next) {
  if (next.empty()) {
    stop_ = FlowStop::kHandsOver;
  } else {
    run(next);
  }
}

bool FlowRun::take(const v1::FlowStep& step, std::string_view& next) {
  next = step.next();
  switch (step.kind_case()) {
    case v1::FlowStep::kSay: say(step.say().text()); return true;
    case v1::FlowStep::kAsk:
      if (const v1::FlowValue* known = value(step.ask().slot()); known != nullptr && known->heard()) {
        answered(step.ask(), std::string(known->value()));
        return true;
      }
      wait_at(step, step.ask().text());
      return false;
    case v1::FlowStep::kChoose: wait_at(step, step.choose().text()); return false;
    case v1::FlowStep::kBranch: {
      const auto& conditions = step.branch().conditions();
      const auto first = std::find_if(conditions.begin(), conditions.end(), [&](const v1::FlowCondition& one) { return holds(one); });
      if (first != conditions.end()) next = first->next();
      return true;
    }
    case v1::FlowStep::kCall:
      if (++calls_ > flow_limits::kCallsOfATurnMax) {
        stop_ = FlowStop::kHandsOver;
        return false;
      }
      tool_ = step.call().tool();
      arguments_.clear();
      for (const v1::FlowArgument& argument : step.call().arguments()) arguments_.emplace_back(argument.name(), filled(argument.value()));
      state_.set_step(step.id());
      stop_ = FlowStop::kCalls;
      return false;
    case v1::FlowStep::kEnd:
      say(step.end().text());
      stop_ = step.end().hand_over() ? FlowStop::kHandsOver : FlowStop::kEnds;
      return false;
    case v1::FlowStep::KIND_NOT_SET: break;
  }
  stop_ = FlowStop::kHandsOver;
  return false;
}

void FlowRun::run(std::string_view id) {
  while (!id.empty()) {
    const v1::FlowStep* step = find(id);
    if (step == nullptr || steps_.size() >= flow_limits::kStepsOfATurnMax) {
      stop_ = FlowStop::kHandsOver;
      return;
    }
    steps_.push_back(step->id());
    state_.clear_tries();
    if (!take(*step, id)) return;
  }
  stop_ = FlowStop::kEnds;
}

void FlowRun::begin(std::string_view text) {
  hear(text);
  if (!entry_.steps().empty()) run(entry_.steps(0).id());
}

bool FlowRun::offers(const v1::FlowState& state, std::string_view text) const {
  const v1::FlowStep* step = find(state.step());
  return step != nullptr && step->has_choose() && chosen_option(step->choose().options(), text).has_value();
}

bool FlowRun::answer(const v1::FlowState& state, std::string_view text) {
  state_ = state;
  const v1::FlowStep* step = waiting();
  if (step == nullptr) return true;  // handed over
  if (step->has_choose()) {
    const auto option = chosen_option(step->choose().options(), text);
    if (!option) return false;
    const v1::FlowOption& chosen = step->choose().options(*option);
    set(step->choose().slot(), chosen.text(), false);
    hear(text);
    run(chosen.next().empty() ? step->next() : chosen.next());
    return true;
  }
  if (!step->has_ask()) return true;
  const auto value = slot_value(step->ask(), text, names_);
  if (!value) return false;
  answered(step->ask(), *value);
  hear(text);
  run(step->next());
  return true;
}

void FlowRun::ask_again() {
  const v1::FlowStep* step = waiting();
  if (step == nullptr) return;
  const unsigned tries = state_.tries() + 1;
  if (tries >= flow_limits::kTriesMax) return fail_to(step->has_ask() ? step->ask().failed_next() : step->choose().failed_next());
  state_.set_tries(tries);
  wait_at(*step, !step->has_ask() ? step->choose().text() : step->ask().again().empty() ? step->ask().text() : step->ask().again());
}

void FlowRun::repeat() {
  if (const v1::FlowStep* step = waiting()) wait_at(*step, step->has_ask() ? step->ask().text() : step->choose().text());
}

void FlowRun::called(const Result<std::string>& response) {
  const v1::FlowStep* step = waiting();
  if (step == nullptr || !step->has_call()) {
    stop_ = FlowStop::kHandsOver;
    return;
  }
  const v1::FlowCall& call = step->call();
  if (!response) {
    const bool nothing_there = response.error().code == ErrorCode::kNotFound && !call.not_found_next().empty();
    return fail_to(nothing_there ? call.not_found_next() : call.failed_next());
  }
  const Json json = Json::parse(*response, nullptr, false);
  for (const v1::FlowResult& result : call.results()) {
    if (json.is_discarded()) {
      set(result.slot(), result.pointer().empty() ? *response : std::string(), false);
      continue;
    }
    const Json* found = at_pointer(json, result.pointer());
    set(result.slot(), found == nullptr || found->is_null() ? std::string() : text_of(*found), false);
  }
  run(step->next());
}

}  // namespace wk::ai
