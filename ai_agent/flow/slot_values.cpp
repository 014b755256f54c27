#include "ai_agent/flow/slot_values.hpp"

#include <algorithm>

#include "ai_agent/intent/entities.hpp"
#include "ai_agent/text/text.hpp"
#include "base/encoding.hpp"
#include "core/model/limits.hpp"

namespace wk::ai {
namespace {

v1::FlowSlotKind kind_of(EntityKind kind) {
  switch (kind) {
    case EntityKind::kOrderNumber: return v1::FLOW_SLOT_KIND_ORDER_NUMBER;
    case EntityKind::kPhone: return v1::FLOW_SLOT_KIND_PHONE;
    case EntityKind::kEmail: return v1::FLOW_SLOT_KIND_EMAIL;
    case EntityKind::kDate: return v1::FLOW_SLOT_KIND_DATE;
    case EntityKind::kMoney: return v1::FLOW_SLOT_KIND_MONEY;
    case EntityKind::kListed: return v1::FLOW_SLOT_KIND_LISTED;
  }
  return v1::FLOW_SLOT_KIND_UNSPECIFIED;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool digit(char c) { return c >= '0' && c <= '9'; }

// "20", "-3", "19.90" or "19,90" anywhere in a normalised text.
std::optional<std::string> first_number(const std::string& text) {
  const auto begin = std::find_if(text.begin(), text.end(), digit);
  if (begin == text.end()) return std::nullopt;
  auto end = std::find_if_not(begin, text.end(), digit);
  std::string number(begin, end);
  if (end != text.end() && (*end == '.' || *end == ',') && end + 1 != text.end() && digit(end[1])) {
    number += '.';
    number.append(end + 1, std::find_if_not(end + 1, text.end(), digit));
  }
  if (begin != text.begin() && begin[-1] == '-') number.insert(0, 1, '-');
  return number;
}

// Shops number their orders as they like: asked for it, the only word with a digit in it is taken as it stands.
std::optional<std::string> any_order_number(std::string_view text) {
  const auto fits = [](char c) { return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '/'; };
  constexpr std::ptrdiff_t kShortest = 3;
  constexpr std::ptrdiff_t kLongest = 40;
  std::optional<std::string> only;
  for (auto at = std::find_if(text.begin(), text.end(), fits); at != text.end(); at = std::find_if(at, text.end(), fits)) {
    const auto end = std::find_if_not(at, text.end(), fits);
    if (end - at >= kShortest && end - at <= kLongest && std::any_of(at, end, digit)) {
      if (only) return std::nullopt;
      only.emplace(at, end);
    }
    at = end;
  }
  return only;
}

}  // namespace

std::vector<HeardValue> heard_values(std::string_view text, const Gazetteer& names, std::string_view list) {
  std::vector<HeardValue> heard;
  for (Entity& entity : find_entities(text, names, list)) {
    if (entity.value.size() <= limits::kFlowValueBytesMax) heard.push_back({kind_of(entity.kind), std::move(entity.value), std::move(entity.list)});
  }
  return heard;
}

std::optional<std::string> slot_value(const v1::FlowAsk& ask, std::string_view text, const Gazetteer& names) {
  const v1::FlowSlotKind kind = ask.kind();
  const std::string_view said = trimmed(text);
  if (said.empty()) return std::nullopt;
  if (kind == v1::FLOW_SLOT_KIND_TEXT) return std::string(utf8_prefix(said, limits::kFlowValueBytesMax));
  if (kind == v1::FLOW_SLOT_KIND_NUMBER) {
    auto number = first_number(normalise(said));
    if (number && number->size() > limits::kFlowNameBytesMax) return std::nullopt;
    return number;
  }
  for (HeardValue& heard : heard_values(said, names, ask.name_list())) {
    if (heard.fits(ask)) return std::move(heard.value);
  }
  return kind == v1::FLOW_SLOT_KIND_ORDER_NUMBER ? any_order_number(said) : std::nullopt;
}

std::optional<int> chosen_option(const google::protobuf::RepeatedPtrField<v1::FlowOption>& options, std::string_view text) {
  const std::string said = normalise(text);
  if (said.empty()) return std::nullopt;
  std::optional<int> within;
  bool several = false;
  for (int i = 0; i < options.size(); ++i) {
    const std::string option = normalise(options[i].text());
    if (said == option || said == std::to_string(i + 1)) return i;
    if (option.empty() || said.find(option) == std::string::npos) continue;
    several = within.has_value();
    within = i;
  }
  return several ? std::nullopt : within;
}

}  // namespace wk::ai
