#include "ai_agent/agent/history.hpp"

#include <algorithm>

#include "ai_agent/agent/limits.hpp"
#include "weikeyi/v1/event.pb.h"

namespace wk::ai {

std::vector<ChatTurn> read_history(ConversationStore& store, ConversationId id, HistoryRange range) {
  constexpr auto kEvents = static_cast<Seq>(agent_limits::kHistoryEventsRead);
  std::vector<ChatTurn> turns;
  const Seq after = std::max(range.summarised_through, range.last > kEvents ? range.last - kEvents : 0);
  const auto events = store.read(id, after, agent_limits::kHistoryEventsRead);
  if (!events) return turns;
  for (const EventRef& ref : *events) {
    if (ref.seq > range.last) break;
    ::weikeyi::v1::Event event;
    if (!event.ParseFromArray(ref.bytes.view().data(), static_cast<int>(ref.bytes.view().size()))) continue;
    if (!event.has_message() || event.message().text().empty()) continue;
    const bool visitor = event.actor().kind() == ::weikeyi::v1::ACTOR_KIND_VISITOR;
    if (visitor && ref.seq > range.answered_through) continue;
    turns.push_back({visitor, event.message().text(), ref.seq});
  }
  return turns;
}

}  // namespace wk::ai
