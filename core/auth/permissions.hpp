// Who may do what: the one place where roles are enforced. A table (permissions.cpp) and the function that reads it. Pure.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "core/model/principal.hpp"

namespace wk {

enum class Action : std::uint8_t {
  // -- one conversation (Target::conversation)
  kReadConversation,
  kReadNotes,  // also transfer comments, other agents' names behind them
  kAppendMessage,
  kAppendNote,
  kMarkSeen,
  kType,
  kViewersSee,  // who else has it on screen
  kClaim,
  kAssign,
  kChangeState,  // resolve, reopen, snooze, pending
  kChangeLabels,
  kChangePriority,
  kRate,
  kReportPage,
  kChangeContact,
  kTakeBotTurn,
  kUpload,
  kReadAttachment,
  // -- conversations
  kStartConversation,
  kListConversations,
  kSearch,
  kListContacts,
  // -- agents (Target::agent, ::role what it is now, ::new_role what it shall be)
  kSetOwnPresence,
  kManageOwnAccount,  // password, TOTP; never with an API token
  kListAgents,
  kManageAgents,
  kManageSessions,   // list and end; of Target::agent
  kManageApiTokens,  // list, make, delete; of Target::agent, with at most one's own role
  // -- the installation
  kReadSites,
  kManageSites,
  kReadIdentitySecret,
  kReadMetrics,
  kManageSettings,
  // -- the AI agent
  kReadKnowledge,  // and try what the AI agent would do
  kManageKnowledge,
  kAskLanguageModel,  // to write for oneself; it costs, and leaves the machine
};
inline constexpr std::size_t kActionCount = static_cast<std::size_t>(Action::kAskLanguageModel) + 1;

// What it is to be done to. Members that do not concern the action stay empty.
struct Target {
  ConversationId conversation{};
  AgentId agent{};
  v1::Role role = v1::ROLE_UNSPECIFIED;
  v1::Role new_role = v1::ROLE_UNSPECIFIED;
};

// kForbidden where not.
Result<void> may(const Principal& principal, Action action, const Target& target = {});

}  // namespace wk
