#include "core/auth/permissions.hpp"

#include <array>
#include <utility>

namespace wk {
namespace {

// How far somebody's right to an action reaches.
enum class Reach : std::uint8_t {
  kNobody,
  kOwn,      // a visitor: their conversation. An agent: what belongs to themselves, with at most their own role
  kBelow,    // also what belongs to agents and supervisors, without making anybody more than a supervisor
  kAll,
};

struct Row {
  Action action;
  Reach visitor;
  Reach agent;
  Reach supervisor;
  Reach administrator;
  Reach system;
  Reach bot = Reach::kNobody;
  // Agents only with the cookie of a browser: a token must not be able to take the account over.
  bool browser_only = false;
};

constexpr Reach kNo = Reach::kNobody;
constexpr Reach kOwn = Reach::kOwn;
constexpr Reach kBelow = Reach::kBelow;
constexpr Reach kAll = Reach::kAll;

constexpr std::array<Row, kActionCount> kTable{{
    //                            visitor agent  superv. admin. system bot
    {Action::kReadConversation,   kOwn,   kAll,  kAll,   kAll,  kAll},
    {Action::kReadNotes,          kNo,    kAll,  kAll,   kAll,  kAll},
    {Action::kAppendMessage,      kOwn,   kAll,  kAll,   kAll,  kAll},
    {Action::kAppendNote,         kNo,    kAll,  kAll,   kAll,  kAll},
    {Action::kMarkSeen,           kOwn,   kAll,  kAll,   kAll,  kNo},
    {Action::kType,               kOwn,   kAll,  kAll,   kAll,  kNo},
    {Action::kViewersSee,         kNo,    kAll,  kAll,   kAll,  kNo},
    {Action::kClaim,              kNo,    kAll,  kAll,   kAll,  kNo},
    {Action::kAssign,             kNo,    kAll,  kAll,   kAll,  kAll},
    {Action::kChangeState,        kNo,    kAll,  kAll,   kAll,  kAll},
    {Action::kChangeLabels,       kNo,    kAll,  kAll,   kAll,  kAll},
    {Action::kChangePriority,     kNo,    kAll,  kAll,   kAll,  kAll},
    {Action::kRate,               kOwn,   kNo,   kNo,    kNo,   kNo},
    {Action::kReportPage,         kOwn,   kNo,   kNo,    kNo,   kNo},
    {Action::kChangeContact,      kOwn,   kAll,  kAll,   kAll,  kAll,   kAll},
    {Action::kTakeBotTurn,        kNo,    kNo,   kNo,    kNo,   kNo,   kAll},
    {Action::kUpload,             kOwn,   kAll,  kAll,   kAll,  kNo},
    {Action::kReadAttachment,     kOwn,   kAll,  kAll,   kAll,  kAll},
    {Action::kStartConversation,  kOwn,   kAll,  kAll,   kAll,  kAll},
    {Action::kListConversations,  kNo,    kAll,  kAll,   kAll,  kAll},
    {Action::kSearch,             kNo,    kAll,  kAll,   kAll,  kAll},
    {Action::kListContacts,       kNo,    kAll,  kAll,   kAll,  kAll},
    {Action::kSetOwnPresence,     kNo,    kAll,  kAll,   kAll,  kNo},
    {Action::kManageOwnAccount,   kNo,    kOwn,  kOwn,   kOwn,  kNo,   kNo, true},
    {Action::kListAgents,         kNo,    kAll,  kAll,   kAll,  kAll},
    {Action::kManageAgents,       kNo,    kNo,   kBelow, kAll,  kNo},
    {Action::kManageSessions,     kNo,    kOwn,  kBelow, kAll,  kNo},
    {Action::kManageApiTokens,    kNo,    kNo,   kOwn,   kAll,  kNo},
    {Action::kReadSites,          kNo,    kAll,  kAll,   kAll,  kAll},
    {Action::kManageSites,        kNo,    kNo,   kAll,   kAll,  kNo},
    {Action::kReadIdentitySecret, kNo,    kNo,   kNo,    kAll,  kNo},
    {Action::kReadMetrics,        kNo,    kNo,   kAll,   kAll,  kAll},
    {Action::kManageSettings,     kNo,    kNo,   kNo,    kAll,  kNo},
    {Action::kReadKnowledge,      kNo,    kAll,  kAll,   kAll,  kAll},
    {Action::kManageKnowledge,    kNo,    kNo,   kAll,   kAll,  kNo},
    {Action::kAskLanguageModel,   kNo,    kAll,  kAll,   kAll,  kNo},
}};

constexpr bool table_is_in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (kTable[i].action != static_cast<Action>(i)) return false;
  }
  return true;
}
static_assert(table_is_in_order(), "one row for each action, in the order of the enum");

// Whether `role` may be dealt with by a supervisor. Nobody said: not known to be harmless, but for "no new role".
bool below_administrator(v1::Role role) { return role == v1::ROLE_AGENT || role == v1::ROLE_SUPERVISOR; }

bool reaches(const VisitorPrincipal& visitor, const Row& row, const Target& target) {
  return row.visitor == kOwn && visitor.conversation && target.conversation == visitor.conversation;
}

bool reaches(const AgentPrincipal& agent, const Row& row, const Target& target) {
  if (row.browser_only && agent.api_token) return false;
  const Reach reach = agent.role == v1::ROLE_AGENT           ? row.agent
                      : agent.role == v1::ROLE_SUPERVISOR    ? row.supervisor
                      : agent.role == v1::ROLE_ADMINISTRATOR ? row.administrator
                                                             : kNo;
  const bool own = agent.agent && target.agent == agent.agent;
  // Nobody gives anybody, nor a token of theirs, more than they are themselves.
  if (target.new_role > agent.role) return false;
  switch (reach) {
    case kNo: return false;
    case kOwn: return own;
    case kBelow:
      if (target.new_role != v1::ROLE_UNSPECIFIED && !below_administrator(target.new_role)) return false;
      return own || below_administrator(target.role);
    case kAll: return true;
  }
  return false;
}

bool reaches(const SystemPrincipal&, const Row& row, const Target&) { return row.system == kAll; }
bool reaches(const BotPrincipal&, const Row& row, const Target&) { return row.bot == kAll; }

}  // namespace

Result<void> may(const Principal& principal, Action action, const Target& target) {
  const auto index = static_cast<std::size_t>(action);
  if (index < kTable.size() &&
      std::visit([&](const auto& who) { return reaches(who, kTable[index], target); }, principal)) {
    return {};
  }
  return fail(ErrorCode::kForbidden, "not allowed for this role");
}

}  // namespace wk
