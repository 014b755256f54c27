#include "core/session/append_permission.hpp"

namespace wk {

namespace v1 = ::weikeyi::v1;

Result<void> may_append(const Principal& principal, ConversationId conversation, const v1::Append& append) {
  Action action = Action::kAppendMessage;
  switch (append.command_case()) {
    case v1::Append::kMessage: action = Action::kAppendMessage; break;
    case v1::Append::kNote: action = Action::kAppendNote; break;
    case v1::Append::kClaim: action = Action::kClaim; break;
    case v1::Append::kAssign: action = Action::kAssign; break;
    case v1::Append::kChangeState: action = Action::kChangeState; break;
    case v1::Append::kSeen: action = Action::kMarkSeen; break;
    case v1::Append::kLabels: action = Action::kChangeLabels; break;
    case v1::Append::kChangePriority: action = Action::kChangePriority; break;
    case v1::Append::kRate: action = Action::kRate; break;
    case v1::Append::kPageViewed: action = Action::kReportPage; break;
    case v1::Append::kContact: action = Action::kChangeContact; break;
    case v1::Append::kBotTurn: action = Action::kTakeBotTurn; break;
    case v1::Append::COMMAND_NOT_SET: return fail(ErrorCode::kInvalidArgument, "no command");
  }
  return may(principal, action, {.conversation = conversation});
}

}  // namespace wk
