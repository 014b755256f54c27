// What of a visitor's words is the value a step asks for. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ai_agent/intent/entities.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk::ai {

namespace v1 = ::weikeyi::v1;

// The answer to a question of this kind, in one form ("13800138000", "2024-05-01", "CNY 99.50", a list's own name for it); nothing where it does not
// fit. `names`: the site's.
std::optional<std::string> slot_value(const v1::FlowAsk& ask, std::string_view text, const Gazetteer& names);

// What stands in a text without having been asked for, in the order it is written. None of TEXT and NUMBER: nobody knows what they would mean.
struct HeardValue {
  v1::FlowSlotKind kind;
  std::string value;
  std::string list;  // of LISTED
  bool fits(const v1::FlowAsk& ask) const { return kind == ask.kind() && (kind != v1::FLOW_SLOT_KIND_LISTED || list == ask.name_list()); }
};
// `list`: of names only those of this list; empty: of all, each of the list that has it first.
std::vector<HeardValue> heard_values(std::string_view text, const Gazetteer& names, std::string_view list = {});

// Which option is meant: by its words, by its number ("2"), or because it alone stands in the text. Nothing where that cannot be told.
std::optional<int> chosen_option(const google::protobuf::RepeatedPtrField<v1::FlowOption>& options, std::string_view text);

}  // namespace wk::ai
