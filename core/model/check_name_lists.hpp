// Whether a site's own names (BotSettings.name_lists) can be kept and looked for. Pure.
#pragma once

#include <cstddef>

#include "base/result.hpp"
#include "weikeyi/v1/resource.pb.h"

namespace wk {

namespace limits {
// Of a site's own names: lists, names in all of them, other ways to write one, bytes of each. A list's name is at most kFlowNameBytesMax long.
inline constexpr std::size_t kNameListsMax = 20;
inline constexpr std::size_t kListedNamesMax = 2'000;
inline constexpr std::size_t kOtherNamesMax = 20;
inline constexpr std::size_t kListedNameBytesMax = 200;
}  // namespace limits

// kInvalidArgument + "name_list_invalid" (a name that is none, is taken or is there twice) or kTooLarge + "name_lists_too_large"
// (limits above), with the list and what is wrong with it.
Result<void> check_name_lists(const google::protobuf::RepeatedPtrField<::weikeyi::v1::NameList>& lists);

}  // namespace wk
