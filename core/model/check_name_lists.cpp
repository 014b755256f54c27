#include "core/model/check_name_lists.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/encoding.hpp"
#include "core/model/limits.hpp"

namespace wk {
namespace {

namespace v1 = ::weikeyi::v1;

// BotEntity.kind says either one of these or a list's name.
constexpr std::array<std::string_view, 5> kBuiltIn{"order_number", "phone", "email", "date", "money"};

tl::unexpected<Error> invalid(std::string why) { return fail(Error{ErrorCode::kInvalidArgument, std::move(why), "name_list_invalid", 0}); }
tl::unexpected<Error> too_large(std::string why) { return fail(Error{ErrorCode::kTooLarge, std::move(why), "name_lists_too_large", 0}); }

std::string in(const v1::NameList& list) { return "list '" + list.name() + "': "; }

Result<void> check_list_name(const std::string& name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  if (name.empty() || name.size() > limits::kFlowNameBytesMax || !std::all_of(name.begin(), name.end(), fits)) {
    return invalid("a list's name has 1 to " + std::to_string(limits::kFlowNameBytesMax) + " letters, digits, '-' and '_'");
  }
  if (std::find(kBuiltIn.begin(), kBuiltIn.end(), name) != kBuiltIn.end()) return invalid("'" + name + "' is recognised without a list");
  return {};
}

Result<void> check_name(const v1::NameList& list, const std::string& name) {
  if (name.size() > limits::kListedNameBytesMax) return too_large(in(list) + "a name is over " + std::to_string(limits::kListedNameBytesMax) + " bytes");
  if (name.find_first_not_of(" \t\r\n") == std::string::npos) return invalid(in(list) + "a name is empty");
  const bool text = utf8_valid(name) && std::none_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (!text) return invalid(in(list) + "a name is no line of text");
  return {};
}

}  // namespace

Result<void> check_name_lists(const google::protobuf::RepeatedPtrField<v1::NameList>& lists) {
  if (static_cast<std::size_t>(lists.size()) > limits::kNameListsMax) return too_large("a site has at most " + std::to_string(limits::kNameListsMax) + " lists of names");
  std::unordered_set<std::string_view> list_names;
  std::size_t names = 0;
  for (const v1::NameList& list : lists) {
    WK_TRY_VOID(check_list_name(list.name()));
    if (!list_names.insert(list.name()).second) return invalid("list '" + list.name() + "' is there twice");
    names += static_cast<std::size_t>(list.names_size());
    if (names > limits::kListedNamesMax) return too_large("the lists of a site have at most " + std::to_string(limits::kListedNamesMax) + " names together");
    std::unordered_set<std::string_view> known;
    for (const v1::KnownName& name : list.names()) {
      WK_TRY_VOID(check_name(list, name.name()));
      if (!known.insert(name.name()).second) return invalid(in(list) + "'" + name.name() + "' is there twice");
      if (static_cast<std::size_t>(name.other_names_size()) > limits::kOtherNamesMax) {
        return too_large(in(list) + "'" + name.name() + "' has more than " + std::to_string(limits::kOtherNamesMax) + " other names");
      }
      for (const std::string& other : name.other_names()) WK_TRY_VOID(check_name(list, other));
    }
  }
  return {};
}

}  // namespace wk
